// SPDX-License-Identifier: Apache-2.0
import { concat, fromUtf8, toHex } from "@sotto/bytes";
import { CodecError, ProtoWriter } from "@sotto/codec";
import { ChainError } from "@sotto/errors";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type CommitmentProof,
  commitmentRoot,
  decodeCommitmentProof,
  type ExistenceProof,
  encodeCommitmentProof,
  fitsSpec,
  type InnerOp,
  iavlInnerHash,
  iavlInnerHashText,
  iavlLeafHash,
  iavlLeafHashText,
  iavlPrefix,
  iavlProofOp,
  iavlSpec,
  type LeafOp,
  type NonExistenceProof,
  type ProofSpec,
  putVarint,
  storeProofOp,
  tendermintSpec,
  verifyExistence,
  verifyMembership,
  verifyNonExistence,
  verifyNonMembership,
  verifyProofOps,
} from "../src/index.ts";

const LENGTH = Uint8Array.of(32);
const text = fromUtf8;
const leafOp = (version: number): LeafOp => ({ ...iavlSpec.leaf, prefix: iavlPrefix(0, 1, version) });

/** A full IAVL tree of height 2 over four keys, by hand, with a proof for each. */
function fourLeaves() {
  const keys = ["b", "d", "f", "h"].map(text);
  const hash = keys.map((key, i) => iavlLeafHash(i + 1, key, key));
  const pairs = [0, 2].map((i) => iavlInnerHash(1, 2, 5, hash[i] as Uint8Array, hash[i + 1] as Uint8Array));
  const root = iavlInnerHash(2, 4, 6, pairs[0] as Uint8Array, pairs[1] as Uint8Array);
  const step = (height: number, size: number, version: number, right: boolean, sibling: Uint8Array): InnerOp => {
    const prefix = iavlPrefix(height, size, version);
    return right
      ? { hash: 1, prefix: concat(prefix, LENGTH, sibling, LENGTH), suffix: new Uint8Array() }
      : { hash: 1, prefix: concat(prefix, LENGTH), suffix: concat(LENGTH, sibling) };
  };
  const proofs = keys.map(
    (key, i): ExistenceProof => ({
      key,
      value: key,
      leaf: leafOp(i + 1),
      path: [
        step(1, 2, 5, i % 2 === 1, hash[i ^ 1] as Uint8Array),
        step(2, 4, 6, i > 1, pairs[i > 1 ? 0 : 1] as Uint8Array),
      ],
    }),
  );
  return { root, proofs: proofs as [ExistenceProof, ExistenceProof, ExistenceProof, ExistenceProof] };
}

describe("IAVL hashes", () => {
  test("are the same from bytes and from texts", () => {
    fc.assert(
      fc.property(
        fc.nat(2 ** 31),
        fc.uint8Array({ minLength: 1, maxLength: 900 }),
        fc.uint8Array(),
        (version, key, value) => {
          const latin1 = (bytes: Uint8Array) => String.fromCharCode(...bytes);
          const hash = iavlLeafHash(version, key, value);
          expect(iavlLeafHashText(version, latin1(key), value)).toBe(latin1(hash));
          const inner = iavlInnerHash(3, version, version, hash, hash);
          expect(iavlInnerHashText(3, version, version, latin1(hash), latin1(hash))).toBe(latin1(inner));
        },
      ),
    );
  });

  test("write integers as signed varints", () => {
    const out = new Uint8Array(10);
    const varint = (value: number) => toHex(out.slice(0, putVarint(out, 0, value)));
    expect([0, 1, 63, 64, 300, 2 ** 31, 2 ** 40].map(varint)).toEqual([
      "00",
      "02",
      "7e",
      "8001",
      "d804",
      "8080808010",
      "808080808040",
    ]);
    expect(() => iavlPrefix(0, 1, 2 ** 53)).toThrow("out of range");
  });
});

describe("proofs of existence", () => {
  const { root, proofs } = fourLeaves();
  const [, proof] = proofs;
  const holds = (changed: Partial<ExistenceProof>) =>
    verifyExistence({ ...proof, ...changed }, iavlSpec, root, text("d"), text("d"));
  const inner = (change: (op: InnerOp) => Partial<InnerOp>, at = 0) =>
    proof.path.map((op, i) => (i === at ? { ...op, ...change(op) } : op));

  test("hold for what is there", () => {
    for (const each of proofs) expect(verifyExistence(each, iavlSpec, root, each.key, each.value)).toBe(true);
  });

  test("refuse operations that do not have the form of the tree", () => {
    expect(holds({ leaf: undefined })).toBe(false);
    const leaf = leafOp(2);
    for (const change of [
      { hash: 2 },
      { prehashKey: 1 },
      { prehashValue: 0 },
      { length: 0 },
      { prefix: Uint8Array.of(1) },
    ]) {
      expect(fitsSpec({ ...proof, leaf: { ...leaf, ...change } }, iavlSpec)).toBe(false);
    }
    // Bytes after the three integers of a leaf could be a forged key.
    expect(fitsSpec({ ...proof, leaf: { ...leaf, prefix: concat(leaf.prefix, Uint8Array.of(1)) } }, iavlSpec)).toBe(
      false,
    );
    expect(fitsSpec({ ...proof, leaf: { ...leaf, prefix: Uint8Array.of(0, 2) } }, iavlSpec)).toBe(false);
    // An inner operation that starts like a leaf, is lower than its layer, is cut, padded, or
    // negative.
    const first = iavlPrefix(1, 2, 5);
    for (const prefix of [
      concat(iavlPrefix(0, 1, 5), LENGTH),
      first,
      concat(first, LENGTH, LENGTH),
      concat(first, new Uint8Array(35)),
      concat(Uint8Array.of(2, 4, 9), LENGTH),
      concat(Uint8Array.of(2, 4, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 2), LENGTH),
      new Uint8Array(0),
    ]) {
      expect(fitsSpec({ ...proof, path: inner(() => ({ prefix })) }, iavlSpec)).toBe(false);
    }
    expect(fitsSpec({ ...proof, path: [...proof.path].reverse() }, iavlSpec)).toBe(false);
    expect(fitsSpec({ ...proof, path: inner(() => ({ suffix: new Uint8Array(32) })) }, iavlSpec)).toBe(false);
    expect(fitsSpec({ ...proof, path: inner(() => ({ hash: 0 })) }, iavlSpec)).toBe(false);
    expect(fitsSpec(proof, tendermintSpec)).toBe(false);
  });

  test("refuse what is too deep or not deep enough", () => {
    const path = Array.from(
      { length: 129 },
      (_, i): InnerOp => ({
        hash: 1,
        prefix: concat(iavlPrefix(i + 1, 2, 5), LENGTH),
        suffix: new Uint8Array(33),
      }),
    );
    expect(fitsSpec({ ...proof, path: path.slice(0, 128) }, iavlSpec)).toBe(true);
    expect(fitsSpec({ ...proof, path }, iavlSpec)).toBe(false);
    const bounded: ProofSpec = { ...iavlSpec, maxDepth: 1, minDepth: 1 };
    expect(fitsSpec(proof, bounded)).toBe(false);
    expect(fitsSpec({ ...proof, path: [] }, bounded)).toBe(false);
  });

  test("refuse another key, value or root, and an empty value", () => {
    expect(holds({})).toBe(true);
    expect(verifyExistence(proof, iavlSpec, root, text("b"), text("d"))).toBe(false);
    expect(verifyExistence(proof, iavlSpec, root, text("d"), text("x"))).toBe(false);
    expect(verifyExistence(proof, iavlSpec, new Uint8Array(32), text("d"), text("d"))).toBe(false);
    const empty = iavlLeafHash(1, text("a"), new Uint8Array());
    const bare: ExistenceProof = { key: text("a"), value: new Uint8Array(), leaf: leafOp(1), path: [] };
    expect(verifyExistence(bare, iavlSpec, empty, text("a"), new Uint8Array())).toBe(false);
  });
});

describe("proofs of absence", () => {
  const { root, proofs } = fourLeaves();
  const [b, d, f, h] = proofs;
  const absent = (key: string, left?: ExistenceProof, right?: ExistenceProof) => {
    const proof: NonExistenceProof = { key: text(key), left, right };
    return verifyNonExistence(proof, iavlSpec, root, text(key));
  };

  test("hold between neighbours and at the edges", () => {
    expect([
      absent("a", undefined, b),
      absent("c", b, d),
      absent("e", d, f),
      absent("g", f, h),
      absent("i", h),
    ]).toEqual(Array(5).fill(true));
  });

  test("refuse gaps that hide a row", () => {
    expect(absent("c", b, f)).toBe(false);
    expect(absent("e", b, h)).toBe(false);
    expect(absent("a", undefined, d)).toBe(false);
    expect(absent("i", f)).toBe(false);
    expect(absent("c", d, b)).toBe(false);
    expect(absent("c", d, d)).toBe(false);
    expect(absent("d", b, d)).toBe(false);
    expect(absent("d", d, f)).toBe(false);
    expect(absent("x")).toBe(false);
    expect(absent("c", { ...b, path: [] }, d)).toBe(false);
  });
});

describe("commitment proofs", () => {
  const { root, proofs } = fourLeaves();
  const [b, d, f] = proofs;
  const batch: CommitmentProof = {
    kind: "batch",
    entries: [
      { kind: "exist", exist: b },
      { kind: "nonexist", nonexist: { key: text("e"), left: d, right: f } },
    ],
  };

  test("of many keys prove each of them", () => {
    const again = decodeCommitmentProof(encodeCommitmentProof(batch));
    expect(again).toEqual(batch);
    expect(commitmentRoot(again)).toEqual(root);
    expect(verifyMembership(iavlSpec, root, again, text("b"), text("b"))).toBe(true);
    expect(verifyMembership(iavlSpec, root, again, text("d"), text("d"))).toBe(false);
    expect(verifyNonMembership(iavlSpec, root, again, text("e"))).toBe(true);
    expect(verifyNonMembership(iavlSpec, root, again, text("g"))).toBe(false);
  });

  /** A compressed batch of one entry, whose path names operations of a table that follows. */
  function compressed(steps: readonly number[]): Uint8Array {
    const w = new ProtoWriter();
    w.message(4, (all) => {
      all.message(1, (entry) => {
        entry.message(1, (exist) => {
          exist.bytes(1, b.key).bytes(2, b.value);
          const { hash, prehashValue, length, prefix } = b.leaf as LeafOp;
          exist.message(3, (op) => op.int32(1, hash).int32(3, prehashValue).int32(4, length).bytes(5, prefix));
          exist.message(4, (packed) => {
            for (const step of steps) packed.varint32(step);
          });
        });
      });
      for (const op of b.path)
        all.message(2, (inner) => inner.int32(1, op.hash).bytes(2, op.prefix).bytes(3, op.suffix));
    });
    return w.finish();
  }

  test("are expanded when they are compressed", () => {
    const proof = decodeCommitmentProof(compressed([0, 1]));
    expect(proof).toEqual({ kind: "batch", entries: [{ kind: "exist", exist: b }] });
    expect(verifyMembership(iavlSpec, root, proof, text("b"), text("b"))).toBe(true);
    expect(() => decodeCommitmentProof(compressed([0, 2]))).toThrow("not there");
    expect(() => decodeCommitmentProof(compressed([0, 0xffffffff]))).toThrow("not there");
  });

  test("any bytes are decoded or refused, and any cut or changed proof is no proof", () => {
    const whole = encodeCommitmentProof({ kind: "exist", exist: d });
    const attempt = (bytes: Uint8Array): boolean => {
      try {
        const proof = decodeCommitmentProof(bytes);
        return verifyMembership(iavlSpec, root, proof, text("d"), text("d"));
      } catch (thrown) {
        expect(ChainError.is(thrown, CodecError.protobuf)).toBe(true);
        return false;
      }
    };
    expect(attempt(whole)).toBe(true);
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => !attempt(bytes)));
    for (let at = 0; at < whole.length; at++) {
      expect(attempt(whole.subarray(0, at))).toBe(false);
      const broken = whole.slice();
      broken[at] = (broken[at] as number) ^ 4;
      expect(attempt(broken)).toBe(false);
    }
  });
});

describe("proof operators", () => {
  test("lead from a row through its store to the application hash, and nowhere else", () => {
    const { root, proofs } = fourLeaves();
    const stores = [
      { name: "bank", hash: root },
      { name: "gov", hash: new Uint8Array(32).fill(7) },
      { name: "mint", hash: new Uint8Array(32).fill(8) },
    ];
    const simple = storeProofOp(stores, "bank");
    if (simple === undefined) throw new Error("no such store");
    const exist = iavlProofOp(text("d"), { kind: "exist", exist: proofs[1] });
    const absent = iavlProofOp(text("e"), {
      kind: "nonexist",
      nonexist: { key: text("e"), left: proofs[1], right: proofs[2] },
    });
    const appHash = commitmentRoot(decodeCommitmentProof(simple.data)) as Uint8Array;
    const path = (key: string) => [text("bank"), text(key)];
    expect(verifyProofOps([exist, simple], appHash, path("d"), text("d"))).toBe(true);
    expect(verifyProofOps([absent, simple], appHash, path("e"), undefined)).toBe(true);
    expect(verifyProofOps([exist, simple], appHash, path("d"), undefined)).toBe(false);
    expect(verifyProofOps([absent, simple], appHash, path("e"), text("e"))).toBe(false);
    expect(verifyProofOps([exist, simple], appHash, path("f"), text("d"))).toBe(false);
    expect(verifyProofOps([exist, simple], appHash, [text("gov"), text("d")], text("d"))).toBe(false);
    expect(verifyProofOps([exist], appHash, [text("d")], text("d"))).toBe(false);
    expect(verifyProofOps([simple, exist], appHash, path("d"), text("d"))).toBe(false);
    expect(verifyProofOps([{ ...exist, type: "ics23:smt" }, simple], appHash, path("d"), text("d"))).toBe(false);
    expect(verifyProofOps([], appHash, [], text("d"))).toBe(false);
  });
});
