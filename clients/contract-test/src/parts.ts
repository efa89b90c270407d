// SPDX-License-Identifier: Apache-2.0
/** The parts that a DevChain is made of, for chains with other definitions, channels or stores. */
export * from "./parts/application.ts";
export * from "./parts/client.ts";
export * from "./parts/enclave.ts";
export * from "./parts/messages.ts";
export * from "./parts/node.ts";
export * from "./parts/results.ts";
export * from "./parts/sequenced.ts";
export * from "./parts/signing.ts";
