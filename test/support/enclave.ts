import { encodeValidatorSet, type ValidatorSet } from "@sotto/comet";
import { createEnclavePeer } from "@sotto/enclave";
import { type Channel, type EnclaveClient, enclaveClient, type StartAnswer, type StartRequest } from "@sotto/protocol";
import { inlineChannel } from "@sotto/transport";

export interface EnclaveParts {
  readonly chainId: string;
  /** That sign the first block. */
  readonly validators: ValidatorSet;
  readonly sealed?: Uint8Array | undefined;
  /** Of the network; a random one without. */
  readonly seed?: Uint8Array | undefined;
  /** To an enclave that is not started; inline without. */
  readonly channel?: Channel | undefined;
}

export const startRequest = ({ chainId, validators, sealed, seed }: Omit<EnclaveParts, "channel">): StartRequest => ({
  chainId,
  sealed,
  driver: "sim",
  driverOptions: seed ?? new Uint8Array(0),
  validators: encodeValidatorSet(validators),
  initialHeight: 1,
});

/** Throws what the enclave refuses its start with. */
export function startEnclave(parts: EnclaveParts): { readonly enclave: EnclaveClient; readonly started: StartAnswer } {
  const enclave = enclaveClient(parts.channel ?? inlineChannel(createEnclavePeer()));
  return { enclave, started: enclave.start(startRequest(parts)) };
}
