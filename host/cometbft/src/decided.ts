// SPDX-License-Identifier: Apache-2.0
import type { Commit, Evidence, Header } from "@sotto/comet";

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

/** A place where a decided block may be found. */
export interface BlockSource {
  /** For messages. */
  readonly name: string;
  /**
   * The block of this height and hash. Undefined: the place does not have it, or cannot be reached
   * now. Throws EnvironmentFault when it has another block.
   */
  find(height: number, hash: Uint8Array): Promise<DecidedParts | undefined>;
}
