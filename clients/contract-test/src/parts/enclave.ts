// SPDX-License-Identifier: Apache-2.0
import { encodeValidatorSet, type ValidatorSet } from "@sotto/comet";
import { createEnclavePeer } from "@sotto/enclave";
import { type Channel, type EnclaveClient, enclaveClient, type StartAnswer, type StartRequest } from "@sotto/protocol";
import { inlineChannel } from "@sotto/transport";

export interface EnclaveParts {
  readonly chainId: string;
  /** The validators that sign the first block. */
  readonly validators: ValidatorSet;
  readonly sealed?: Uint8Array | undefined;
  /** The network's seed. Default: a random one. */
  readonly seed?: Uint8Array | undefined;
  /** First height of the chain. Default: 1. */
  readonly initialHeight?: number | undefined;
  /** Channel to an enclave that is not started. Default: inline. */
  readonly channel?: Channel | undefined;
}

export const startRequest = (parts: Omit<EnclaveParts, "channel">): StartRequest => ({
  chainId: parts.chainId,
  sealed: parts.sealed,
  driver: "sim",
  driverOptions: parts.seed ?? new Uint8Array(0),
  validators: encodeValidatorSet(parts.validators),
  initialHeight: parts.initialHeight ?? 1,
});

/** Throws the enclave's error when it refuses to start. */
export function startEnclave(parts: EnclaveParts): { readonly enclave: EnclaveClient; readonly started: StartAnswer } {
  const enclave = enclaveClient(parts.channel ?? inlineChannel(createEnclavePeer()));
  return { enclave, started: enclave.start(startRequest(parts)) };
}
