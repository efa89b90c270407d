// SPDX-License-Identifier: Apache-2.0
import { equals, toLatin1 } from "@sotto/bytes";
import { ProtoWriter } from "@sotto/codec";
import { RecentMap } from "@sotto/crypto";
import type { ConsensusKeys } from "@sotto/keys";
import { type ContractRef, EnclaveError, type Untrusted } from "@sotto/protocol";
import { unwrap } from "./unwrap.ts";

/** The host's record of a contract, untrusted. */
export type ContractClaim = Untrusted<ContractRef | undefined>;

/**
 * The fields that contract keys prove (spec/contract-state.md 1.6). The admin has a separate proof.
 */
export type ProvenContract = Omit<ContractRef, "admin" | "adminProof">;

/** The keys of a contract that the chain stores; the last two are empty before a migration. */
export type ContractKeys = Pick<ContractRef, "ogKey" | "currentKey" | "currentKeyProof">;

export const isMigrated = ({ currentKey, currentKeyProof }: ContractKeys): boolean =>
  currentKey.length > 0 && currentKeyProof.length > 0;

/** The row that the chain has for the keys of a contract: a secret.compute.v1beta1.ContractKey. */
export const keyRowOf = ({ ogKey, currentKey, currentKeyProof }: ContractKeys): Uint8Array =>
  new ProtoWriter(192).bytes(1, ogKey).bytes(2, currentKey).bytes(3, currentKeyProof).finish();

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
 * Contracts whose keys match their address and code, with their derived values, by
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
   * the host names no contract, or another one; contractAuthentication for keys that do not match
   * this address and code. Freshness is not verified here: keys from before a migration are
   * accepted, too (`BlockRows.assertKeys`).
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

/** Whether the proof that the chain stores names this admin (spec/contract-state.md 1.5). */
export function isAdmin(keys: ConsensusKeys, claim: ContractClaim, admin: Uint8Array, ogKey: Uint8Array): boolean {
  const ref = unwrap(claim);
  return ref !== undefined && keys.verifyAdminProof(ref.adminProof, admin, ogKey);
}
