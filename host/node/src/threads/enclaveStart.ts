// SPDX-License-Identifier: Apache-2.0
import { type ChainGenesis, genesisSet } from "@sotto/blocks";
import { equals } from "@sotto/bytes";
import { encodeValidatorSet, type ValidatorSet, validatorSetHash } from "@sotto/comet";
import { Ed25519Key } from "@sotto/crypto";
import { ChainError, EnvironmentFault } from "@sotto/errors";
import { BoundaryError, type EnclaveClient, type StartAnswer } from "@sotto/protocol";
import { loadFirstSeal, saveFirstSeal } from "./firstSeal.ts";
import type { DriverChoice } from "./shared.ts";

export interface EnclaveStart {
  readonly chainId: string;
  readonly driver: DriverChoice;
  readonly genesis: ChainGenesis;
  readonly validatorSeeds: readonly Uint8Array[];
  /** File for the sealed state before the first commit; undefined in memory. */
  readonly sealedPath: string | undefined;
  /** Rows of contracts come without proofs (ADR 112). */
  readonly believesRows: boolean;
}

export interface StartedEnclave {
  readonly keys: StartAnswer;
  /**
   * Makes the enclave trust the set of the first block, which InitChain decides. Throws
   * EnvironmentFault for another set than the file's, and for a file that names none where the
   * driver does not let the keys take another one.
   */
  onGenesis(validators: ValidatorSet): void;
}

/** Runs the start of a chain. Other keys than the file's are explained. */
export function beginning<T>(run: () => T): T {
  try {
    return run();
  } catch (thrown) {
    if (!(thrown instanceof ChainError) || thrown.codespace !== "register") throw thrown;
    throw new EnvironmentFault(
      `${thrown.message}; copy enclave.sealed of a home of that network into the folder before the start, or start with its --seed`,
      { cause: thrown },
    );
  }
}

/** Refuses a set that differs from the one in the genesis file, whose hash is given. */
export function assertNamed(first: Uint8Array, validators: ValidatorSet): void {
  if (equals(validatorSetHash(validators), first)) return;
  throw new EnvironmentFault(
    "the genesis file's field validators names other validators or powers than its modules begin with; correct it, or leave it empty",
  );
}

/**
 * Starts the enclave of the exec thread. `sealed`: the state of the last commit; absent before the
 * first one, and then the keys of the folder begin the chain of this genesis, if there are any.
 * A file whose validators come from its transactions names no set: the enclave then begins with
 * this node's key, and gets the set after InitChain, which needs the enclave's public keys. Only
 * drivers that let keys begin another genesis allow that: a host with hardware could run the keys
 * on validators of its own. Until the set is known, no keys of such a file are saved.
 */
export function startExecEnclave(
  { chainId, driver, genesis, validatorSeeds, sealedPath, believesRows }: EnclaveStart,
  enclave: EnclaveClient,
  sealed: Uint8Array | undefined,
): StartedEnclave {
  const { initialHeight } = genesis;
  const start = (set: ValidatorSet, kept: Uint8Array | undefined): StartAnswer =>
    enclave.start({
      chainId,
      sealed: kept,
      ...driver,
      validators: encodeValidatorSet(set),
      initialHeight,
      newGenesis: sealed === undefined && kept !== undefined,
      trustingPeriod: 0,
      registration: undefined,
      believesRows,
      answersPast: false,
    });
  const named = genesis.validators.length > 0;
  const own = validatorSeeds.map((seed) => ({ pubKey: new Ed25519Key(seed).publicKey, power: 1n }));
  const isOwn = (key: Uint8Array): boolean => own.some(({ pubKey }) => equals(pubKey, key));
  if (!named && own.length === 0 && sealed === undefined) {
    throw new EnvironmentFault(
      "the genesis file names no validators, and this node signs for none: write those of its gentxs into its field validators",
    );
  }
  const first = genesisSet(named ? genesis.validators : own);
  const kept = sealed ?? loadFirstSeal(sealedPath);
  const keys = start(first, kept);
  if (kept === undefined && named) saveFirstSeal(sealedPath, keys.sealed);
  return {
    keys,
    onGenesis(validators) {
      if (own.length > 0 && !validators.validators.some(({ publicKey }) => isOwn(publicKey.bytes))) {
        throw new EnvironmentFault(
          "the key in validator_key.json is not of a validator of the genesis file; copy the key of one into the folder before the start",
        );
      }
      if (named) return assertNamed(validatorSetHash(first), validators);
      const isFirst = equals(validatorSetHash(validators), validatorSetHash(first));
      const begun = isFirst ? keys : againWithSet(driver.driver, () => start(validators, keys.sealed));
      saveFirstSeal(sealedPath, begun.sealed);
    },
  };
}

/** Begins again with the set that InitChain made. */
function againWithSet(driver: string, begin: () => StartAnswer): StartAnswer {
  try {
    return begin();
  } catch (thrown) {
    if (!ChainError.is(thrown, BoundaryError.genesisRefused)) throw thrown;
    throw new EnvironmentFault(
      `the driver ${driver} begins a chain only with the validators that the genesis file names, and the file names none: write those of its gentxs into its field validators, and start again`,
      { cause: thrown },
    );
  }
}
