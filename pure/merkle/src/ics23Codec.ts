// SPDX-License-Identifier: Apache-2.0
import { CodecError, ProtoReader, ProtoWriter } from "@sotto/codec";
import type { CommitmentProof, ExistenceProof, InnerOp, LeafOp, NonExistenceProof, ProofEntry } from "./ics23.ts";

// Field numbers: cosmos.ics23.v1 (proofs.proto).
const NOTHING = new Uint8Array(0);

function writeLeaf(w: ProtoWriter, op: LeafOp): void {
  w.int32(1, op.hash).int32(2, op.prehashKey).int32(3, op.prehashValue).int32(4, op.length).bytes(5, op.prefix);
}

function writeInner(w: ProtoWriter, op: InnerOp): void {
  w.int32(1, op.hash).bytes(2, op.prefix).bytes(3, op.suffix);
}

function writeExist(w: ProtoWriter, proof: ExistenceProof): void {
  w.bytes(1, proof.key).bytes(2, proof.value);
  const { leaf } = proof;
  if (leaf !== undefined) w.message(3, (inner) => writeLeaf(inner, leaf));
  for (const op of proof.path) w.message(4, (inner) => writeInner(inner, op));
}

function writeNonexist(w: ProtoWriter, { key, left, right }: NonExistenceProof): void {
  w.bytes(1, key);
  if (left !== undefined) w.message(2, (inner) => writeExist(inner, left));
  if (right !== undefined) w.message(3, (inner) => writeExist(inner, right));
}

function writeEntry(w: ProtoWriter, entry: ProofEntry): void {
  if (entry.kind === "exist") w.message(1, (inner) => writeExist(inner, entry.exist));
  else w.message(2, (inner) => writeNonexist(inner, entry.nonexist));
}

/** Protobuf of a cosmos.ics23.v1.CommitmentProof. A batch is written uncompressed. */
export function encodeCommitmentProof(proof: CommitmentProof): Uint8Array {
  const w = new ProtoWriter(1024);
  if (proof.kind !== "batch") writeEntry(w, proof);
  else {
    w.message(3, (batch) => {
      for (const entry of proof.entries) batch.message(1, (inner) => writeEntry(inner, entry));
    });
  }
  return w.finish();
}

/** Runs `field` for every field of the message that the reader is about to enter. */
function fields(r: ProtoReader, field: (tag: number) => boolean): void {
  const outer = r.enter();
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) if (!field(tag)) r.skip(tag);
  r.leave(outer);
}

function readLeaf(r: ProtoReader): LeafOp {
  const op = { hash: 0, prehashKey: 0, prehashValue: 0, length: 0, prefix: NOTHING as Uint8Array };
  fields(r, (tag) => {
    if (tag === 0x08) op.hash = r.int32();
    else if (tag === 0x10) op.prehashKey = r.int32();
    else if (tag === 0x18) op.prehashValue = r.int32();
    else if (tag === 0x20) op.length = r.int32();
    else if (tag === 0x2a) op.prefix = r.bytesCopy();
    else return false;
    return true;
  });
  return op;
}

function readInner(r: ProtoReader): InnerOp {
  const op = { hash: 0, prefix: NOTHING as Uint8Array, suffix: NOTHING as Uint8Array };
  fields(r, (tag) => {
    if (tag === 0x08) op.hash = r.int32();
    else if (tag === 0x12) op.prefix = r.bytesCopy();
    else if (tag === 0x1a) op.suffix = r.bytesCopy();
    else return false;
    return true;
  });
  return op;
}

/** `lookup` is present for the compressed form, whose path has positions in it. */
function readExist(r: ProtoReader, lookup?: readonly InnerOp[]): ExistenceProof {
  const path: InnerOp[] = [];
  let leaf: LeafOp | undefined;
  let key = NOTHING as Uint8Array;
  let value = NOTHING as Uint8Array;
  const step = () => {
    const op = lookup?.[r.int32()];
    if (op === undefined) throw CodecError.protobuf("a compressed proof names an operation that is not there");
    path.push(op);
  };
  fields(r, (tag) => {
    if (tag === 0x0a) key = r.bytesCopy();
    else if (tag === 0x12) value = r.bytesCopy();
    else if (tag === 0x1a) leaf = readLeaf(r);
    else if (tag === 0x22 && lookup === undefined) path.push(readInner(r));
    else if (tag === 0x20 && lookup !== undefined) step();
    else if (tag === 0x22) {
      const outer = r.enter();
      while (r.left > 0) step();
      r.leave(outer);
    } else return false;
    return true;
  });
  return { key, value, leaf, path };
}

function readNonexist(r: ProtoReader, lookup?: readonly InnerOp[]): NonExistenceProof {
  let key = NOTHING as Uint8Array;
  let left: ExistenceProof | undefined;
  let right: ExistenceProof | undefined;
  fields(r, (tag) => {
    if (tag === 0x0a) key = r.bytesCopy();
    else if (tag === 0x12) left = readExist(r, lookup);
    else if (tag === 0x1a) right = readExist(r, lookup);
    else return false;
    return true;
  });
  return { key, left, right };
}

function readBatch(r: ProtoReader, lookup?: readonly InnerOp[]): CommitmentProof {
  const entries: ProofEntry[] = [];
  fields(r, (tag) => {
    if (tag !== 0x0a) return false;
    let entry: ProofEntry | undefined;
    fields(r, (inner) => {
      if (inner === 0x0a) entry = { kind: "exist", exist: readExist(r, lookup) };
      else if (inner === 0x12) entry = { kind: "nonexist", nonexist: readNonexist(r, lookup) };
      else return false;
      return true;
    });
    if (entry === undefined) throw CodecError.protobuf("an empty entry in a batch proof");
    entries.push(entry);
    return true;
  });
  return { kind: "batch", entries };
}

/** The table of a compressed batch: it follows the entries, so it is read in a separate pass. */
function readLookup(bytes: Uint8Array): InnerOp[] {
  const r = new ProtoReader(bytes);
  const lookup: InnerOp[] = [];
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    if (tag === 0x12) lookup.push(readInner(r));
    else r.skip(tag);
  }
  return lookup;
}

/**
 * Reads a cosmos.ics23.v1.CommitmentProof; a compressed batch is expanded. Throws
 * CodecError.protobuf. Cost: linear, because an expanded path shares its operations.
 */
export function decodeCommitmentProof(bytes: Uint8Array): CommitmentProof {
  const r = new ProtoReader(bytes);
  let proof: CommitmentProof | undefined;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    if (tag === 0x0a) proof = { kind: "exist", exist: readExist(r) };
    else if (tag === 0x12) proof = { kind: "nonexist", nonexist: readNonexist(r) };
    else if (tag === 0x1a) proof = readBatch(r);
    else if (tag === 0x22) {
      const start = r.position;
      const inside = r.bytes();
      const again = new ProtoReader(bytes.subarray(start, r.position));
      proof = readBatch(again, readLookup(inside));
    } else r.skip(tag);
  }
  if (proof === undefined) throw CodecError.protobuf("an empty commitment proof");
  return proof;
}
