// SPDX-License-Identifier: Apache-2.0
import { SdkError } from "@sotto/errors";
import type { Handlers, WriteCtx } from "@sotto/kernel";
import type { Msg } from "@sotto/proto/secret.registration.v1beta1";
import type { RegistrationKeeper } from "./keeper.ts";

export const msgs = (_registration: RegistrationKeeper): Handlers<typeof Msg, WriteCtx> => ({
  registerAuth() {
    throw SdkError.notSupported("nodes cannot register yet: no enclave driver of this version can attest");
  },
});
