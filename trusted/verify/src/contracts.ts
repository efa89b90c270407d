import { equals, toLatin1 } from "@sotto/bytes";
import { RecentMap } from "@sotto/crypto";
import type { ConsensusKeys } from "@sotto/keys";
import { type ContractRef, EnclaveError, type Untrusted } from "@sotto/protocol";
import { unwrap } from "./unwrap.ts";

/** What the host says of a contract. */
export type ContractClaim = Untrusted<ContractRef | undefined>;

/** What contract keys prove (spec/contract-state.md 1.6). The admin has a proof of its own. */
export type ProvenContract = Omit<ContractRef, "admin" | "adminProof">;

export const isMigrated = ({ currentKey, currentKeyProof }: ProvenContract): boolean =>
  currentKey.length > 0 && currentKeyProof.length > 0;

function verifyKeys(keys: ConsensusKeys, ref: ProvenContract): void {
  const { address, codeHash, ogKey, currentKey: newKey, currentKeyProof } = ref;
  if (address.length !== 20 || codeHash.length !== 32 || ogKey.length !== 64)
    throw EnclaveError.contractAuthentication();
  const valid = isMigrated(ref)
    ? keys.verifyContractKey({ key: newKey, codeHash, address, ogKey }) &&
      keys.verifyKeyProof(currentKeyProof, { address, codeHash, ogKey, newKey })
    : keys.verifyContractKey({ key: ogKey, codeHash, address });
  if (!valid) throw EnclaveError.contractAuthentication();
}

/**
 * Contracts whose keys were made for their address and code, with what is derived of them, by
 * address. A hit is a comparison of bytes; a miss costs about 20 us.
 */
export class ProvenContracts<T> {
  readonly #keys: ConsensusKeys;
  readonly #derive: (ref: ProvenContract) => T;
  readonly #known: RecentMap<string, { readonly ref: ProvenContract; readonly derived: T }>;

  constructor(keys: ConsensusKeys, most: number, derive: (ref: ProvenContract) => T) {
    this.#keys = keys;
    this.#derive = derive;
    this.#known = new RecentMap(most);
  }

  /**
   * The contract at this address, or at any for a query. Throws EnclaveError.failedValidation when
   * the host names none, or another; contractAuthentication for keys that were not made for this
   * address and code. Not their freshness: those of before a migration hold as well.
   */
  must(claim: ContractClaim, address?: Uint8Array): T {
    const ref = unwrap(claim);
    if (ref === undefined || (address !== undefined && !equals(ref.address, address)))
      throw EnclaveError.failedValidation();
    const name = toLatin1(ref.address);
    const found = this.#known.get(name);
    if (found !== undefined && isSameRef(found.ref, ref)) return found.derived;
    verifyKeys(this.#keys, ref);
    const derived = this.#derive(ref);
    this.#known.set(name, { ref, derived });
    return derived;
  }
}

const isSameRef = (a: ProvenContract, b: ProvenContract): boolean =>
  equals(a.codeHash, b.codeHash) &&
  equals(a.ogKey, b.ogKey) &&
  equals(a.currentKey, b.currentKey) &&
  equals(a.currentKeyProof, b.currentKeyProof);

/** Whether the host names the contract of this address. Its keys are proven elsewhere. */
export function names(claim: ContractClaim, address: Uint8Array): boolean {
  const ref = unwrap(claim);
  return ref !== undefined && equals(ref.address, address);
}

/** Whether the host names a contract of this code, which the caller's message names. */
export function namesCode(claim: ContractClaim, codeHash: Uint8Array): boolean {
  const ref = unwrap(claim);
  return ref !== undefined && equals(ref.codeHash, codeHash);
}

/** Whether the proof that the chain keeps names this admin (spec/contract-state.md 1.5). */
export function isAdmin(keys: ConsensusKeys, claim: ContractClaim, admin: Uint8Array, ogKey: Uint8Array): boolean {
  const ref = unwrap(claim);
  return ref !== undefined && keys.verifyAdminProof(ref.adminProof, admin, ogKey);
}
