// SPDX-License-Identifier: Apache-2.0
import { lengthFault } from "@sotto/address";
import { MAX_CERTIFICATE } from "@sotto/attest";
import { SdkError } from "@sotto/errors";
import type { Checks } from "@sotto/kernel";
import type { Msg } from "@sotto/proto/secret.registration.v1beta1";
import { mustNodeKey } from "./keeper.ts";

/** x/registration types/msg.go, without the judgement, which needs the time of a block. */
export const checks: Checks<typeof Msg> = {
  registerAuth({ sender, certificate }) {
    const fault = lengthFault(sender.length);
    if (fault !== undefined) throw SdkError.unknownAddress(fault);
    if (certificate.length === 0) throw SdkError.invalidRequest("Authenticating certificate cannot be empty");
    if (certificate.length > MAX_CERTIFICATE) throw SdkError.invalidRequest("certificate length too large");
    mustNodeKey(certificate);
  },
};
