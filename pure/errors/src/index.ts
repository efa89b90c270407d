export { ChainError, type ChainErrorParts, codespace, type ErrorFactory } from "./chainError.ts";
export { assert, EnvironmentFault, InvariantBroken, OutOfGas } from "./outcomes.ts";
export { plainError, GrpcError } from "./grpcError.ts";
export { SdkError } from "./sdk.ts";
