// SPDX-License-Identifier: Apache-2.0
import { formatAddress } from "@sotto/address";
import { toHex } from "@sotto/bytes";
import { type ContractRules, checkContract, FEATURES, MAX_PAGES, WasmRejected } from "@sotto/check";
import type { Contract, Contracts } from "@sotto/cosmwasm";
import type { ConsensusKeys } from "@sotto/keys";
import { EnclaveError, type UntrustedHost } from "@sotto/protocol";
import {
  type ContractClaim,
  type ContractKeys,
  isMigrated,
  keyRowOf,
  ProvenContracts,
  rowPrefix,
  verifyCode,
} from "@sotto/verify";
import { KNOWN_CONTRACTS } from "./limits.ts";
import { createNames, StateCipher } from "./state.ts";

/**
 * The rules of the enclave for code that was not checked since it was stored (spec/calls.md 5.1).
 */
const RULES: ContractRules = { maxInitialPages: MAX_PAGES, features: FEATURES };

/**
 * A contract whose keys match its address and its code (spec/contract-state.md 1.6), with the
 * derived ciphers.
 */
export interface KnownContract {
  readonly address: Uint8Array;
  /** Bech32. */
  readonly addressText: string;
  readonly codeHash: Uint8Array;
  readonly codeHashText: string;
  readonly ogKey: Uint8Array;
  /** The key of the newest migration, or the og key. */
  readonly latestKey: Uint8Array;
  /** The chain's row of its keys. */
  readonly keyRow: Uint8Array;
  readonly state: StateCipher;
  /** Stands before the keys of its rows where rows of all contracts have names. */
  readonly rowPrefix: string;
}

/** Proven contracts, with their derived ciphers (spec/contract-state.md 1.6). */
export class KnownContracts {
  readonly #keys: ConsensusKeys;
  readonly #proven: ProvenContracts<KnownContract>;
  readonly #names = createNames();

  constructor(keys: ConsensusKeys) {
    this.#keys = keys;
    this.#proven = new ProvenContracts(keys, KNOWN_CONTRACTS, (ref) => this.make(ref.address, ref.codeHash, ref));
  }

  /**
   * The contract at this address that the host names; throws EnclaveError for another one, or for
   * invalid keys.
   */
  must(claim: ContractClaim, address: Uint8Array): KnownContract {
    return this.#proven.must(claim, address);
  }

  /** The same for a query, which may name any contract. */
  mustAny(claim: ContractClaim): KnownContract {
    return this.#proven.must(claim);
  }

  /** A contract whose keys the enclave made itself, in this call, or proved. */
  make(address: Uint8Array, codeHash: Uint8Array, keys: ContractKeys): KnownContract {
    const { ogKey } = keys;
    return {
      address,
      addressText: formatAddress(address),
      codeHash,
      codeHashText: toHex(codeHash),
      ogKey,
      latestKey: isMigrated(keys) ? keys.currentKey : ogKey,
      keyRow: keyRowOf(keys),
      state: new StateCipher(this.#keys, ogKey, this.#names),
      rowPrefix: rowPrefix(address),
    };
  }
}

/** The compiled code of a hash: cached, or fetched from the host, checked and compiled. */
export function loadCode(contracts: Contracts, codeHash: Uint8Array, host: UntrustedHost): Contract {
  const kept = contracts.get(codeHash);
  if (kept !== undefined) return kept;
  const bytes = verifyCode(host.readCode(codeHash), codeHash);
  if (bytes === undefined) throw EnclaveError.hostMisbehaved();
  try {
    return contracts.add(codeHash, checkContract(bytes, RULES));
  } catch (thrown) {
    if (!(thrown instanceof WasmRejected)) throw thrown;
    if (thrown.code === "memory") throw EnclaveError.cannotInitializeMemory();
    if (thrown.code === "float") throw EnclaveError.floatingPoint();
    throw EnclaveError.invalidWasm();
  }
}
