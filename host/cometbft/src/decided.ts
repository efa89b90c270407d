// SPDX-License-Identifier: Apache-2.0
import { equals, toHex } from "@sotto/bytes";
import {
  type Commit,
  commitHash,
  type Evidence,
  evidenceHash,
  type Header,
  headerHash,
  isNilBlockId,
} from "@sotto/comet";
import { EnvironmentFault } from "@sotto/errors";

/** The parts of a decided block that ABCI does not give, and the proof that it was decided. */
export interface DecidedParts {
  readonly header: Header;
  /**
   * More than two thirds of its set signed it. Hazard: nodes see different commits, so nothing that
   * must be equal may depend on it.
   */
  readonly commit: Commit;
  /** The commit of the height before, as the block contains it; empty in the first block. */
  readonly lastCommit: Commit;
  readonly evidence: readonly Evidence[];
}

/**
 * A place where a decided block may be found. It checks hashes, not signatures: the follower and
 * the enclave verify the commit against the validator set.
 */
export interface BlockSource {
  /** For messages. */
  readonly name: string;
  /**
   * The block of this height and hash. Undefined: the place does not have it, or cannot be reached
   * now. Throws EnvironmentFault when it has another block.
   */
  find(height: number, hash: Uint8Array): Promise<DecidedParts | undefined>;
  /** The same; a text says why the place does not give the block. */
  look?(height: number, hash: Uint8Array): Promise<DecidedParts | string>;
  /** Gives back files and memory, because another place has blocks now. `find` takes them again. */
  release?(): Promise<void>;
}

/** A source from its `look`. */
export const sourceOf = (
  name: string,
  look: (height: number, hash: Uint8Array) => Promise<DecidedParts | string>,
  release: () => Promise<void> = async () => {},
): Required<BlockSource> => ({
  name,
  look,
  release,
  find: async (height, hash) => {
    const found = await look(height, hash);
    return typeof found === "string" ? undefined : found;
  },
});

const NOTHING = new Uint8Array(0);
const upper = (bytes: Uint8Array): string => toHex(bytes).toUpperCase();
const NO_EVIDENCE = evidenceHash([]);

/** Whether the block of a header contains evidence. */
export const hasEvidence = (header: Header): boolean => !equals(header.evidenceHash, NO_EVIDENCE);

/** The first block of a chain: there is none before it, and its last commit is empty. */
export const isFirst = (header: Header): boolean => isNilBlockId(header.lastBlockId);

/**
 * Throws EnvironmentFault when header and commit are not those of the block with this height and
 * hash.
 */
export function assertAsked(place: string, height: number, hash: Uint8Array, header: Header, commit: Commit): void {
  const shown = headerHash(header) ?? NOTHING;
  if (header.height !== height || !equals(shown, hash)) {
    throw new EnvironmentFault(
      `${place} has another block ${height}: ${upper(shown)} of height ${header.height}, and CometBFT executes ${upper(hash)}. Check that it belongs to this chain and to this node`,
    );
  }
  if (commit.height !== height || !equals(commit.blockId.hash, hash)) {
    throw new EnvironmentFault(
      `${place} has the commit of another block for block ${height}: ${upper(commit.blockId.hash)} of height ${commit.height}, and CometBFT executes ${upper(hash)}. Check that it belongs to this chain and to this node`,
    );
  }
}

/** Whether a commit is the last commit that the header names. */
export const isLastCommit = (header: Header, commit: Commit | undefined): commit is Commit =>
  commit !== undefined &&
  equals(commitHash(commit), header.lastCommitHash) &&
  commit.height === (isFirst(header) ? 0 : header.height - 1) &&
  equals(commit.blockId.hash, header.lastBlockId.hash) &&
  equals(commit.blockId.parts.hash, header.lastBlockId.parts.hash) &&
  commit.blockId.parts.total === header.lastBlockId.parts.total;

/** Whether a list of evidence is the one that the header names. */
export const isEvidenceOf = (header: Header, evidence: readonly Evidence[]): boolean =>
  equals(evidenceHash(evidence), header.evidenceHash);
