import { formatAddress } from "@sotto/address";
import { equals, toHex, toLatin1 } from "@sotto/bytes";
import { type ContractRules, checkContract, FEATURES, MAX_PAGES, WasmRejected } from "@sotto/check";
import type { Contract, Contracts } from "@sotto/cosmwasm";
import { RecentMap, sha256 } from "@sotto/crypto";
import type { ConsensusKeys } from "@sotto/keys";
import { type ContractRef, EnclaveError } from "@sotto/protocol";
import type { CallHost } from "./host.ts";
import { KNOWN_CONTRACTS } from "./limits.ts";
import { createNames, StateCipher } from "./state.ts";

/** The rules of the enclave, where a call brings code that no one has checked since it was stored (spec/calls.md 5.1). */
const RULES: ContractRules = { maxInitialPages: MAX_PAGES, features: FEATURES };

/** A contract whose keys fit its address and its code (spec/contract-state.md 1.6), with what is derived from them. */
export interface KnownContract {
  readonly address: Uint8Array;
  /** Bech32. */
  readonly addressText: string;
  readonly codeHash: Uint8Array;
  readonly codeHashText: string;
  readonly ogKey: Uint8Array;
  /** The key of the newest migration, or the og key. */
  readonly latestKey: Uint8Array;
  readonly state: StateCipher;
}

const isMigrated = ({ currentKey, currentKeyProof }: ContractRef): boolean =>
  currentKey.length > 0 && currentKeyProof.length > 0;

function verifyKeys(keys: ConsensusKeys, ref: ContractRef): void {
  const { address, codeHash, ogKey, currentKey: newKey, currentKeyProof } = ref;
  if (address.length !== 20 || codeHash.length !== 32 || ogKey.length !== 64)
    throw EnclaveError.contractAuthentication();
  const valid = isMigrated(ref)
    ? keys.verifyContractKey({ key: newKey, codeHash, address, ogKey }) &&
      keys.verifyKeyProof(currentKeyProof, { address, codeHash, ogKey, newKey })
    : keys.verifyContractKey({ key: ogKey, codeHash, address });
  if (!valid) throw EnclaveError.contractAuthentication();
}

/** Contracts that were verified before, by address. A hit is a comparison of bytes; a miss costs about 20 us. */
export class KnownContracts {
  readonly #keys: ConsensusKeys;
  readonly #known = new RecentMap<string, { readonly ref: ContractRef; readonly contract: KnownContract }>(
    KNOWN_CONTRACTS,
  );
  readonly #names = createNames();

  constructor(keys: ConsensusKeys) {
    this.#keys = keys;
  }

  /** Throws EnclaveError.contractAuthentication for keys that were not made for this address and code. */
  must(ref: ContractRef): KnownContract {
    const name = toLatin1(ref.address);
    const found = this.#known.get(name);
    if (found !== undefined && isSame(found.ref, ref)) return found.contract;
    verifyKeys(this.#keys, ref);
    const latestKey = isMigrated(ref) ? ref.currentKey : ref.ogKey;
    const contract = this.make(ref.address, ref.codeHash, ref.ogKey, latestKey);
    this.#known.set(name, { ref, contract });
    return contract;
  }

  /** A contract whose keys the enclave has made itself, in this very call. */
  make(address: Uint8Array, codeHash: Uint8Array, ogKey: Uint8Array, latestKey: Uint8Array): KnownContract {
    return {
      address,
      addressText: formatAddress(address),
      codeHash,
      codeHashText: toHex(codeHash),
      ogKey,
      latestKey,
      state: new StateCipher(this.#keys, ogKey, this.#names),
    };
  }
}

const isSame = (a: ContractRef, b: ContractRef): boolean =>
  equals(a.codeHash, b.codeHash) &&
  equals(a.ogKey, b.ogKey) &&
  equals(a.currentKey, b.currentKey) &&
  equals(a.currentKeyProof, b.currentKeyProof);

/** The compiled code of a hash: kept, or fetched from the host, hashed, checked and compiled. */
export function loadCode(contracts: Contracts, codeHash: Uint8Array, host: CallHost): Contract {
  const kept = contracts.get(codeHash);
  if (kept !== undefined) return kept;
  const bytes = host.readCode(codeHash);
  if (bytes === undefined || !equals(sha256(bytes), codeHash)) throw EnclaveError.hostMisbehaved();
  try {
    return contracts.add(codeHash, checkContract(bytes, RULES));
  } catch (thrown) {
    if (!(thrown instanceof WasmRejected)) throw thrown;
    if (thrown.code === "memory") throw EnclaveError.cannotInitializeMemory();
    if (thrown.code === "float") throw EnclaveError.floatingPoint();
    throw EnclaveError.invalidWasm();
  }
}
