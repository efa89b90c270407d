// SPDX-License-Identifier: Apache-2.0
import { compare, concat, equals, fromUtf8 } from "@sotto/bytes";
import { ProtoReader, ProtoWriter } from "@sotto/codec";
import { sha256 } from "@sotto/crypto";
import { assert } from "@sotto/errors";
import {
  type CommitmentProof,
  commitmentRoot,
  HashOp,
  type InnerOp,
  iavlSpec,
  type ProofSpec,
  tendermintSpec,
  verifyMembership,
  verifyNonMembership,
} from "./ics23.ts";
import { decodeCommitmentProof, encodeCommitmentProof } from "./ics23Codec.ts";
import { mapLeaf, merkleProofs, merkleRoot, type Proof } from "./tree.ts";

/** One mounted store in the multistore's commitment. */
export interface StoreHash {
  readonly name: string;
  readonly hash: Uint8Array;
}

/** cosmos.store.v1beta1.CommitInfo without its timestamp, which is not part of the hash. */
export interface CommitInfo {
  readonly version: number;
  readonly stores: readonly StoreHash[];
}

/** tendermint.crypto.ProofOp: one step from a value to the root. */
export interface ProofOp {
  readonly type: string;
  readonly key: Uint8Array;
  readonly data: Uint8Array;
}

export const IAVL_OP = "ics23:iavl";
export const SIMPLE_OP = "ics23:simple";

interface Row {
  readonly name: string;
  readonly key: Uint8Array;
  readonly leaf: Uint8Array;
}

/** The leaves of the multistore's tree, in the order of the stores' names. */
export function rows(stores: readonly StoreHash[]): Row[] {
  const list = stores.map(({ name, hash }): Row => {
    const key = fromUtf8(name);
    return { name, key, leaf: mapLeaf(key, sha256(hash)) };
  });
  return list.sort((a, b) => compare(a.key, b.key));
}

/** The application hash: a simple Merkle map from store name to store hash (CommitInfo.Hash). */
export function multistoreRoot(stores: readonly StoreHash[]): Uint8Array {
  return merkleRoot(rows(stores).map(({ leaf }) => leaf));
}

const INNER = Uint8Array.of(1);
const NOTHING = new Uint8Array(0);

/** Path of a simple tree's proof as ICS-23 writes it. */
export function simplePath(proof: Proof): InnerOp[] {
  const path: InnerOp[] = [];
  let used = 0;
  let at = proof.index;
  for (let size = proof.total; size > 1; size = (size + 1) >>> 1) {
    const right = (at & 1) === 1;
    if (right || at + 1 < size) {
      const aunt = proof.aunts[used++];
      assert(aunt !== undefined, "a proof of our own tree has too few hashes");
      path.push(
        right
          ? { hash: HashOp.sha256, prefix: concat(INNER, aunt), suffix: NOTHING }
          : { hash: HashOp.sha256, prefix: INNER, suffix: aunt },
      );
    }
    at >>>= 1;
  }
  return path;
}

/** The step from a store's hash to the application hash; undefined when there is no such store. */
export function storeProofOp(stores: readonly StoreHash[], name: string): ProofOp | undefined {
  const store = stores.find((each) => each.name === name);
  if (store === undefined) return undefined;
  const list = rows(stores);
  const proof = merkleProofs(list.map(({ leaf }) => leaf)).proofs[list.findIndex((row) => row.name === name)] as Proof;
  const key = fromUtf8(name);
  const exist = { key, value: store.hash, leaf: tendermintSpec.leaf, path: simplePath(proof) };
  return { type: SIMPLE_OP, key, data: encodeCommitmentProof({ kind: "exist", exist }) };
}

/** The step from a row to its store's hash. */
export const iavlProofOp = (key: Uint8Array, proof: CommitmentProof): ProofOp => ({
  type: IAVL_OP,
  key,
  data: encodeCommitmentProof(proof),
});

/**
 * Whether the steps lead from `value` (undefined: absence) under the keys of `path`, outermost
 * first, to `root` (rootmulti.DefaultProofRuntime). A value must not be empty: ICS-23 does not
 * prove those.
 */
export function verifyProofOps(
  ops: readonly ProofOp[],
  root: Uint8Array,
  path: readonly Uint8Array[],
  value: Uint8Array | undefined,
): boolean {
  if (ops.length !== path.length || ops.length === 0) return false;
  let proven = value;
  for (let i = 0; i < ops.length; i++) {
    const op = ops[i] as ProofOp;
    if (!equals(op.key, path[path.length - 1 - i] as Uint8Array)) return false;
    const spec = specOf(op.type);
    const proof = decodeCommitmentProof(op.data);
    const reached = spec === undefined ? undefined : commitmentRoot(proof);
    if (spec === undefined || reached === undefined) return false;
    const held =
      proven === undefined
        ? i === 0 && verifyNonMembership(spec, reached, proof, op.key)
        : verifyMembership(spec, reached, proof, op.key, proven);
    if (!held) return false;
    proven = reached;
  }
  return proven !== undefined && equals(proven, root);
}

const specOf = (type: string): ProofSpec | undefined =>
  type === IAVL_OP ? iavlSpec : type === SIMPLE_OP ? tendermintSpec : undefined;

/** Protobuf of a tendermint.crypto.ProofOp. */
export const encodeProofOp = ({ type, key, data }: ProofOp): Uint8Array =>
  new ProtoWriter(data.length + 64).string(1, type).bytes(2, key).bytes(3, data).finish();

/** Reads a tendermint.crypto.ProofOp. Throws CodecError.protobuf. */
export function decodeProofOp(bytes: Uint8Array): ProofOp {
  const r = new ProtoReader(bytes);
  let type = "";
  let key = NOTHING as Uint8Array;
  let data = NOTHING as Uint8Array;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    if (tag === 0x0a) type = r.string();
    else if (tag === 0x12) key = r.bytesCopy();
    else if (tag === 0x1a) data = r.bytesCopy();
    else r.skip(tag);
  }
  return { type, key, data };
}
