// SPDX-License-Identifier: Apache-2.0
export { ChainError, type ChainErrorParts, codespace, type ErrorFactory } from "./chainError.ts";
export { GrpcCode, GrpcError, plainError, recoveredPanic } from "./grpcError.ts";
export { assert, EnvironmentFault, InvariantBroken, OutOfGas } from "./outcomes.ts";
export { SdkError } from "./sdk.ts";
