// SPDX-License-Identifier: Apache-2.0
import { compare, concat, equals, hasPrefix } from "@sotto/bytes";
import { sha256 } from "@sotto/crypto";
import { uvarint } from "./tree.ts";

/**
 * cosmos.ics23.v1.HashOp: only operations of IAVL and CometBFT trees can be calculated; with others
 * the proof is refused.
 */
export const HashOp = { none: 0, sha256: 1 } as const;
/** cosmos.ics23.v1.LengthOp, likewise. */
export const LengthOp = { noPrefix: 0, varProto: 1 } as const;

export interface LeafOp {
  readonly hash: number;
  readonly prehashKey: number;
  readonly prehashValue: number;
  readonly length: number;
  readonly prefix: Uint8Array;
}
export interface InnerOp {
  readonly hash: number;
  readonly prefix: Uint8Array;
  readonly suffix: Uint8Array;
}
export interface ExistenceProof {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly leaf: LeafOp | undefined;
  /** From the leaf up. */
  readonly path: readonly InnerOp[];
}
export interface NonExistenceProof {
  readonly key: Uint8Array;
  readonly left: ExistenceProof | undefined;
  readonly right: ExistenceProof | undefined;
}
export type ProofEntry =
  | { readonly kind: "exist"; readonly exist: ExistenceProof }
  | { readonly kind: "nonexist"; readonly nonexist: NonExistenceProof };
/** A proof of one key, or a batch; a compressed batch is expanded when it is decoded. */
export type CommitmentProof = ProofEntry | { readonly kind: "batch"; readonly entries: readonly ProofEntry[] };

export interface InnerSpec {
  readonly childOrder: readonly number[];
  readonly childSize: number;
  readonly minPrefixLength: number;
  readonly maxPrefixLength: number;
  readonly emptyChild: Uint8Array;
  readonly hash: number;
}
export interface ProofSpec {
  readonly leaf: LeafOp;
  readonly inner: InnerSpec;
  /** 0: the default of 128. */
  readonly maxDepth: number;
  readonly minDepth: number;
  readonly prehashKeyBeforeComparison: boolean;
}

const NOTHING = new Uint8Array(0);
const leaf: LeafOp = {
  hash: HashOp.sha256,
  prehashKey: HashOp.none,
  prehashValue: HashOp.sha256,
  length: LengthOp.varProto,
  prefix: Uint8Array.of(0),
};
const spec = (childSize: number, minPrefixLength: number, maxPrefixLength: number): ProofSpec => ({
  leaf,
  inner: {
    childOrder: [0, 1],
    childSize,
    minPrefixLength,
    maxPrefixLength,
    emptyChild: NOTHING,
    hash: HashOp.sha256,
  },
  maxDepth: 0,
  minDepth: 0,
  prehashKeyBeforeComparison: false,
});

/** How IAVL trees are proven. A child is 33 bytes: its length byte is part of the image. */
export const iavlSpec: ProofSpec = spec(33, 4, 12);
/** How CometBFT's simple trees are proven. */
export const tendermintSpec: ProofSpec = spec(32, 1, 1);

const DEFAULT_MAX_DEPTH = 128;

function hashOrKeep(op: number, bytes: Uint8Array): Uint8Array | undefined {
  return op === HashOp.none ? bytes : op === HashOp.sha256 ? sha256(bytes) : undefined;
}

function leafData(hashOp: number, lengthOp: number, bytes: Uint8Array): Uint8Array | undefined {
  const data = hashOrKeep(hashOp, bytes);
  if (data === undefined || lengthOp === LengthOp.noPrefix) return data;
  return lengthOp === LengthOp.varProto ? concat(uvarint(data.length), data) : undefined;
}

function applyLeaf(op: LeafOp, key: Uint8Array, value: Uint8Array): Uint8Array | undefined {
  // ICS-23 does not prove an empty key or an empty value.
  if (key.length === 0 || value.length === 0 || op.hash !== HashOp.sha256) return undefined;
  const left = leafData(op.prehashKey, op.length, key);
  const right = leafData(op.prehashValue, op.length, value);
  return left === undefined || right === undefined ? undefined : sha256(concat(op.prefix, left, right));
}

/**
 * Root that a proof leads to, without any check of its form; undefined when it cannot be
 * calculated.
 */
export function existenceRoot(proof: ExistenceProof): Uint8Array | undefined {
  if (proof.leaf === undefined) return undefined;
  let hash = applyLeaf(proof.leaf, proof.key, proof.value);
  for (const step of proof.path) {
    if (hash === undefined || step.hash !== HashOp.sha256) return undefined;
    hash = sha256(concat(step.prefix, hash, step.suffix));
  }
  return hash;
}

/**
 * Whether two specs are the same kind of tree. Compat: ics23 ProofSpec.SpecEquals leaves out
 * prefixes and order.
 */
function isIavl({ leaf: a, inner: b }: ProofSpec): boolean {
  const { leaf: c, inner: d } = iavlSpec;
  return (
    a.hash === c.hash &&
    a.prehashKey === c.prehashKey &&
    a.prehashValue === c.prehashValue &&
    a.length === c.length &&
    b.hash === d.hash &&
    b.minPrefixLength === d.minPrefixLength &&
    b.maxPrefixLength === d.maxPrefixLength &&
    b.childSize === d.childSize &&
    b.childOrder.length === d.childOrder.length
  );
}

/**
 * Reads three non-negative varints of an IAVL prefix: the first of them and the rest, or undefined.
 */
function readIavlPrefix(prefix: Uint8Array): { height: number; left: number } | undefined {
  let at = 0;
  let height = 0;
  for (let i = 0; i < 3; i++) {
    let value = 0;
    let scale = 1;
    for (let n = 0; ; n++) {
      const byte = prefix[at++];
      if (byte === undefined || n === 10 || (n === 9 && byte > 1)) return undefined;
      if (n === 0 && (byte & 1) === 1) return undefined; // zigzag: negative
      value += (byte & 0x7f) * scale;
      scale *= 128;
      if (byte < 0x80) break;
    }
    if (i === 0) height = value / 2;
  }
  return { height, left: prefix.length - at };
}

/**
 * The form that an IAVL operation must have; `layer` 0 is the leaf (ics23 ops.go validateIavlOps).
 */
function isIavlOp(prefix: Uint8Array, layer: number): boolean {
  const read = readIavlPrefix(prefix);
  if (read === undefined || read.height < layer) return false;
  return layer === 0 ? read.left === 0 : read.left === 1 || read.left === 34;
}

function leafFits(op: LeafOp, { leaf: want }: ProofSpec, iavl: boolean): boolean {
  if (iavl && !isIavlOp(op.prefix, 0)) return false;
  return (
    op.hash === want.hash &&
    op.prehashKey === want.prehashKey &&
    op.prehashValue === want.prehashValue &&
    op.length === want.length &&
    hasPrefix(op.prefix, want.prefix)
  );
}

function innerFits(op: InnerOp, { leaf: leafOp, inner }: ProofSpec, iavl: boolean, layer: number): boolean {
  if (op.hash !== inner.hash || inner.childSize <= 0) return false;
  if (iavl && !isIavlOp(op.prefix, layer)) return false;
  if (hasPrefix(op.prefix, leafOp.prefix)) return false;
  const leftMost = (inner.childOrder.length - 1) * inner.childSize;
  if (op.prefix.length < inner.minPrefixLength || op.prefix.length > inner.maxPrefixLength + leftMost) return false;
  return op.suffix.length % inner.childSize === 0;
}

/** Whether a proof has the form of its tree (ExistenceProof.CheckAgainstSpec). */
export function fitsSpec(proof: ExistenceProof, want: ProofSpec): boolean {
  const iavl = isIavl(want);
  if (proof.leaf === undefined || !leafFits(proof.leaf, want, iavl)) return false;
  if (proof.path.length < want.minDepth) return false;
  if (proof.path.length > (want.maxDepth === 0 ? DEFAULT_MAX_DEPTH : want.maxDepth)) return false;
  return proof.path.every((op, i) => innerFits(op, want, iavl, i + 1));
}

/** Whether the proof shows key and value under the root (ExistenceProof.Verify). */
export function verifyExistence(
  proof: ExistenceProof,
  want: ProofSpec,
  root: Uint8Array,
  key: Uint8Array,
  value: Uint8Array,
): boolean {
  if (!fitsSpec(proof, want) || !equals(proof.key, key) || !equals(proof.value, value)) return false;
  // A digest is 32 bytes, so the reference's limit on the size of an intermediate hash cannot be
  // passed.
  const reached = existenceRoot(proof);
  return reached !== undefined && equals(reached, root);
}

/** Whether the proof shows that the key is absent under the root (NonExistenceProof.Verify). */
export function verifyNonExistence(
  proof: NonExistenceProof,
  want: ProofSpec,
  root: Uint8Array,
  key: Uint8Array,
): boolean {
  const { left, right } = proof;
  if (left === undefined && right === undefined) return false;
  if (left !== undefined && !verifyExistence(left, want, root, left.key, left.value)) return false;
  if (right !== undefined && !verifyExistence(right, want, root, right.key, right.value)) return false;
  if (!isBetween(proof, want, key)) return false;
  if (left === undefined) return isEdge(want.inner, (right as ExistenceProof).path, 0);
  if (right === undefined) return isEdge(want.inner, left.path, want.inner.childOrder.length - 1);
  return areNeighbours(want.inner, left.path, right.path);
}

function keyOrder(want: ProofSpec, a: Uint8Array, b: Uint8Array): number {
  if (!want.prehashKeyBeforeComparison) return compare(a, b);
  const op = want.leaf.prehashKey;
  return compare(hashOrKeep(op, a) ?? NOTHING, hashOrKeep(op, b) ?? NOTHING);
}

function isBetween({ left, right }: NonExistenceProof, want: ProofSpec, key: Uint8Array): boolean {
  if (left !== undefined && keyOrder(want, left.key, key) >= 0) return false;
  return right === undefined || keyOrder(want, right.key, key) > 0;
}

/** Whether the operation's padding means that its child is `branch`. */
function isBranch(inner: InnerSpec, op: InnerOp, branch: number): boolean {
  const at = inner.childOrder.indexOf(branch);
  if (at < 0) return false;
  const before = at * inner.childSize;
  return (
    op.prefix.length >= before + inner.minPrefixLength &&
    op.prefix.length <= before + inner.maxPrefixLength &&
    op.suffix.length === (inner.childOrder.length - 1 - at) * inner.childSize
  );
}

function branchOf(inner: InnerSpec, op: InnerOp): number | undefined {
  for (let branch = 0; branch < inner.childOrder.length; branch++) if (isBranch(inner, op, branch)) return branch;
  return undefined;
}

/** Whether all branches on that side of the operation's child are empty (sparse trees only). */
function isEmptyBeside(inner: InnerSpec, op: InnerOp, right: boolean): boolean {
  const branch = branchOf(inner, op);
  if (branch === undefined || inner.emptyChild.length !== inner.childSize) return false;
  const count = right ? inner.childOrder.length - 1 - branch : branch;
  if (count === 0) return false;
  const bytes = right ? op.suffix : op.prefix;
  const start = right ? 0 : bytes.length - count * inner.childSize;
  if (start < 0) return false;
  for (let i = 0; i < count; i++) {
    const position = inner.childOrder.indexOf(i);
    if (position < 0) return false;
    const from = start + position * inner.childSize;
    if (!equals(bytes.subarray(from, from + inner.childSize), inner.emptyChild)) return false;
  }
  return true;
}

function isEdge(inner: InnerSpec, path: readonly InnerOp[], branch: number): boolean {
  return path.every((op) => isBranch(inner, op, branch) || isEmptyBeside(inner, op, branch !== 0));
}

/** Whether `right` is the next path after `left` (ics23 proof.go IsLeftNeighbor). */
function areNeighbours(inner: InnerSpec, left: readonly InnerOp[], right: readonly InnerOp[]): boolean {
  let a = left.length - 1;
  let b = right.length - 1;
  const same = (x: InnerOp, y: InnerOp) => equals(x.prefix, y.prefix) && equals(x.suffix, y.suffix);
  while (a >= 0 && b >= 0 && same(left[a] as InnerOp, right[b] as InnerOp)) {
    a--;
    b--;
  }
  // Where one path ends inside the other the reference panics: refused as well.
  if (a < 0 || b < 0) return false;
  const leftBranch = branchOf(inner, left[a] as InnerOp);
  const rightBranch = branchOf(inner, right[b] as InnerOp);
  if (leftBranch === undefined || rightBranch === undefined || rightBranch !== leftBranch + 1) return false;
  return isEdge(inner, left.slice(0, a), inner.childOrder.length - 1) && isEdge(inner, right.slice(0, b), 0);
}

const entriesOf = (proof: CommitmentProof): readonly ProofEntry[] => (proof.kind === "batch" ? proof.entries : [proof]);

/** ICS-23 verifyMembership. */
export function verifyMembership(
  want: ProofSpec,
  root: Uint8Array,
  proof: CommitmentProof,
  key: Uint8Array,
  value: Uint8Array,
): boolean {
  for (const entry of entriesOf(proof)) {
    if (entry.kind === "exist" && equals(entry.exist.key, key)) {
      return verifyExistence(entry.exist, want, root, key, value);
    }
  }
  return false;
}

/** ICS-23 verifyNonMembership. */
export function verifyNonMembership(
  want: ProofSpec,
  root: Uint8Array,
  proof: CommitmentProof,
  key: Uint8Array,
): boolean {
  for (const entry of entriesOf(proof)) {
    if (entry.kind === "nonexist" && isBetween(entry.nonexist, want, key)) {
      return verifyNonExistence(entry.nonexist, want, root, key);
    }
  }
  return false;
}

/**
 * Root that a proof claims: that of its first entry (CommitmentProof.Calculate). Verify the proof
 * with it afterwards.
 */
export function commitmentRoot(proof: CommitmentProof): Uint8Array | undefined {
  const first = entriesOf(proof)[0];
  if (first === undefined) return undefined;
  const exist = first.kind === "exist" ? first.exist : (first.nonexist.left ?? first.nonexist.right);
  return exist === undefined ? undefined : existenceRoot(exist);
}
