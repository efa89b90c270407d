// SPDX-License-Identifier: Apache-2.0
import { SdkError } from "@sotto/errors";

/** x/circuit 0.1.1 keeper/msg_server.go: the module has no codespace of its own. */
export const CircuitError = {
  notSuper: () => SdkError.unauthorized("only super admins can authorize users"),
  noPermission: (what: "trip" | "reset") =>
    SdkError.unauthorized(`account does not have permission to ${what} circuit breaker`),
  noPermissionFor: (what: "trip" | "reset", typeUrl: string) =>
    SdkError.unauthorized(`account does not have permission to ${what} circuit breaker for message ${typeUrl}`),
  noPermissions: () => SdkError.invalidRequest("permissions cannot be nil"),
} as const;
