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
  /** Only the keys of `sealed` are used, for a chain that begins. Default: false. */
  readonly newGenesis?: boolean | undefined;
  /** The sealed registration key of a node without network keys. Default: none. */
  readonly registration?: Uint8Array | undefined;
  /** Rows of contracts come without proofs. Default: false. */
  readonly believesRows?: boolean | undefined;
  /** Queries may read older states. Default: true, for tests that compare heights. */
  readonly answersPast?: boolean | undefined;
  /** Height of the first block. Default: 1. */
  readonly initialHeight?: number | undefined;
  /** The network's seed. Default: a random one. */
  readonly seed?: Uint8Array | undefined;
  /** Channel to an enclave that is not started. Default: inline. */
  readonly channel?: Channel | undefined;
}

export const startRequest = ({
  chainId,
  validators,
  sealed,
  seed,
  newGenesis = false,
  registration,
  believesRows = false,
  answersPast = true,
  initialHeight = 1,
}: Omit<EnclaveParts, "channel">): StartRequest => ({
  chainId,
  sealed,
  driver: "sim",
  driverOptions: seed ?? new Uint8Array(0),
  validators: encodeValidatorSet(validators),
  initialHeight,
  newGenesis,
  trustingPeriod: 0,
  registration,
  believesRows,
  answersPast,
});

/** Throws the enclave's error when it refuses to start. */
export function startEnclave(parts: EnclaveParts): { readonly enclave: EnclaveClient; readonly started: StartAnswer } {
  const enclave = enclaveClient(parts.channel ?? inlineChannel(createEnclavePeer()));
  return { enclave, started: enclave.start(startRequest(parts)) };
}
