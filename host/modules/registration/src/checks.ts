import { SdkError } from "@sotto/errors";
import type { Checks } from "@sotto/kernel";
import type { Msg } from "@sotto/proto/secret.registration.v1beta1";

/** x/registration types/msg.go, without the verification of the certificate. */
export const checks: Checks<typeof Msg> = {
  registerAuth({ sender, certificate }) {
    const { length } = sender;
    if (length !== 20 && length !== 32 && length !== 45) {
      throw SdkError.unknownAddress(`address length must be 20 or 32 bytes, got ${length}`);
    }
    if (certificate.length === 0) throw SdkError.invalidRequest("Authenticating certificate cannot be empty");
  },
};
