// SPDX-License-Identifier: Apache-2.0
import { equals, fromUtf8, toHex } from "@sotto/bytes";
import {
  decodeCommitInfo,
  decodeCommitmentProof,
  decodeProofOp,
  encodeCommitInfo,
  encodeCommitmentProof,
  encodeProofOp,
  iavlSpec,
  multistoreRoot,
  type StoreHash,
  storeProofOp,
  verifyMembership,
  verifyNonMembership,
  verifyProofOps,
} from "@sotto/merkle";
import { describe, expect, test } from "vitest";
import { bytes, fields, load } from "./vectorFiles.ts";

interface IavlProof {
  key: string;
  exist: boolean;
  commitment_proof: string;
  verifies: boolean;
}
interface IavlVersion {
  version: number;
  ops: unknown[] | null;
  root: string;
  size: number;
  height: number;
  proofs?: IavlProof[];
}
interface IavlCase {
  name: string;
  initial_version?: number;
  versions: IavlVersion[];
}

describe("iavl.json, proofs", () => {
  for (const history of load<IavlCase[]>("iavl")) {
    test(history.name, () => {
      fields(history, "name", "initial_version", "versions");
      for (const version of history.versions) {
        fields(version, "version", "ops", "root", "size", "height", "proofs");
        for (const entry of version.proofs ?? []) {
          fields(entry, "key", "exist", "commitment_proof", "verifies");
          checkProof(bytes(version.root), entry);
        }
      }
    });
  }
});

function checkProof(root: Uint8Array, { key, exist, commitment_proof, verifies }: IavlProof): void {
  const encoded = bytes(commitment_proof);
  const proof = decodeCommitmentProof(encoded);
  expect(toHex(encodeCommitmentProof(proof))).toBe(commitment_proof);
  if (exist) {
    if (proof.kind !== "exist") throw new Error("not a proof of existence");
    expect(verifyMembership(iavlSpec, root, proof, bytes(key), proof.exist.value)).toBe(verifies);
    expect(verifyMembership(iavlSpec, root, proof, bytes(key), fromUtf8("other"))).toBe(false);
    expect(verifyNonMembership(iavlSpec, root, proof, bytes(key))).toBe(false);
  } else {
    expect(proof.kind).toBe("nonexist");
    expect(verifyNonMembership(iavlSpec, root, proof, bytes(key))).toBe(verifies);
    expect(verifyMembership(iavlSpec, root, proof, bytes(key), fromUtf8("any"))).toBe(false);
  }
  const wrong = root.slice();
  wrong[0] = (wrong[0] as number) ^ 1;
  expect(verifyNonMembership(iavlSpec, wrong, proof, bytes(key))).toBe(false);
}

interface MultistoreCase {
  version: number;
  stores: { name: string; hash: string }[];
  app_hash: string;
  commit_info: string;
  store_proof_op: Record<string, string>;
}

describe("multistore.json", () => {
  for (const entry of load<MultistoreCase[]>("multistore")) {
    test(`${entry.stores.length} stores`, () => {
      fields(entry, "version", "stores", "app_hash", "commit_info", "store_proof_op");
      const stores = entry.stores.map((each): StoreHash => {
        fields(each, "name", "hash");
        return { name: each.name, hash: bytes(each.hash) };
      });
      expect(toHex(multistoreRoot(stores))).toBe(entry.app_hash);
      const info = { version: entry.version, stores };
      expect(toHex(encodeCommitInfo(info))).toBe(entry.commit_info);
      expect(decodeCommitInfo(bytes(entry.commit_info))).toEqual(info);
      expect(Object.keys(entry.store_proof_op).sort()).toEqual(stores.map(({ name }) => name).sort());
      for (const { name, hash } of stores) {
        const op = storeProofOp(stores, name);
        if (op === undefined) throw new Error("no proof");
        expect(toHex(encodeProofOp(op))).toBe(entry.store_proof_op[name]);
        expect(decodeProofOp(bytes(entry.store_proof_op[name] as string))).toEqual(op);
        const root = bytes(entry.app_hash);
        expect(verifyProofOps([op], root, [fromUtf8(name)], hash)).toBe(true);
        expect(verifyProofOps([op], root, [fromUtf8("other")], hash)).toBe(false);
        expect(verifyProofOps([op], root, [fromUtf8(name)], root)).toBe(equals(root, hash));
      }
      expect(storeProofOp(stores, "no such store")).toBeUndefined();
    });
  }
});
