// SPDX-License-Identifier: Apache-2.0
import type { DescMethod } from "@bufbuild/protobuf";
import type { Answer } from "@sotto/backend";

/** One unary method for a gRPC server: bytes in and out. */
export interface GrpcMethod {
  /** `/cosmos.bank.v1beta1.Query/Balance` */
  readonly path: string;
  readonly method: DescMethod;
  /** `height` is the metadata `x-cosmos-block-height`, if present. Throws StatusError. */
  readonly call: (request: Uint8Array, height: string | undefined) => Promise<Answer>;
}
