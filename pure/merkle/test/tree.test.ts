// SPDX-License-Identifier: Apache-2.0
import { fromHex, toHex } from "@sotto/bytes";
import { sha256 } from "@sotto/crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { innerHash, leafHash, merkleProofs, merkleRoot, type Proof, proofRoot, verifyProof } from "../src/index.ts";

/** The definition of RFC 6962 section 2.1: split at the largest power of two below the size. */
function rootByDefinition(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return sha256(new Uint8Array());
  if (leaves.length === 1) return leafHash(leaves[0] as Uint8Array);
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return innerHash(rootByDefinition(leaves.slice(0, split)), rootByDefinition(leaves.slice(split)));
}

const leavesOf = (count: number) => Array.from({ length: count }, (_, i) => Uint8Array.of(i, i >> 8, 7));

describe("a CometBFT tree", () => {
  test("has the roots of the Certificate Transparency reference log", () => {
    const inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
    const roots = [
      "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
      "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
      "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
      "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
      "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
      "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
      "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    const leaves = inputs.map((hex) => fromHex(hex) as Uint8Array);
    for (const [i, root] of roots.entries()) expect(toHex(merkleRoot(leaves.slice(0, i + 1)))).toBe(root);
  });

  test("equals its recursive definition, and every leaf is proven", () => {
    for (let count = 0; count < 70; count++) {
      const leaves = leavesOf(count);
      const { root, proofs } = merkleProofs(leaves);
      expect(toHex(merkleRoot(leaves))).toBe(toHex(rootByDefinition(leaves)));
      expect(toHex(root)).toBe(toHex(rootByDefinition(leaves)));
      for (const [i, proof] of proofs.entries()) {
        expect(verifyProof(proof, root, leaves[i] as Uint8Array)).toBe(true);
        expect(verifyProof(proof, root, Uint8Array.of(9, 9, 9))).toBe(false);
      }
    }
  });

  test("takes leaves longer than its buffer", () => {
    const leaves = [new Uint8Array(70000).fill(1), new Uint8Array(3), new Uint8Array(300)];
    expect(toHex(merkleRoot(leaves))).toBe(toHex(rootByDefinition(leaves)));
  });

  test("no other position, size, aunt or leaf is proven", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.nat(),
        fc.integer({ min: -2, max: 90 }),
        fc.nat(),
        (count, pick, other, bit) => {
          const leaves = leavesOf(count);
          const { root, proofs } = merkleProofs(leaves);
          const index = pick % count;
          const proof = proofs[index] as Proof;
          const leaf = leaves[index] as Uint8Array;
          if (other !== index) {
            const moved = proofRoot({ ...proof, index: other });
            expect(moved === undefined || toHex(moved) !== toHex(root)).toBe(true);
          }
          expect(proofRoot({ ...proof, aunts: [...proof.aunts, root] })).toBeUndefined();
          if (proof.aunts.length === 0) return;
          expect(proofRoot({ ...proof, aunts: proof.aunts.slice(1) })).toBeUndefined();
          const aunts = proof.aunts.map((aunt) => aunt.slice());
          const broken = aunts[bit % aunts.length] as Uint8Array;
          broken[bit % 32] = (broken[bit % 32] as number) ^ 1;
          expect(verifyProof({ ...proof, aunts }, root, leaf)).toBe(false);
        },
      ),
    );
    const proof: Proof = { total: 1, index: 0, leafHash: leafHash(Uint8Array.of(1)), aunts: [] };
    for (const bad of [{ total: 0 }, { index: 0.5 }, { total: 2 ** 60 }, { total: Number.NaN }]) {
      expect(proofRoot({ ...proof, ...bad })).toBeUndefined();
    }
    const deep = Array.from({ length: 101 }, () => proof.leafHash);
    expect(proofRoot({ ...proof, total: 2 ** 52, aunts: deep })).toBeUndefined();
  });
});
