// SPDX-License-Identifier: Apache-2.0
import { ProtoWriter } from "@sotto/codec";
import { type BlockId, type Commit, type CommitSig, isNilBlockId, VoteFlag, VoteType } from "./block.ts";
import type { Time } from "./time.ts";
import { writeTime } from "./wire.ts";

/** The parts of a vote that are signed. */
export interface SignedVote {
  readonly type: number;
  readonly height: number;
  readonly round: number;
  readonly blockId: BlockId;
  readonly timestamp: Time;
}

/**
 * The sign bytes of a validator: a length-prefixed tendermint.types.CanonicalVote. Height and round
 * are fixed64, so that hardware signers can read them at a fixed place; a vote for nil has no block
 * id at all.
 */
export function voteSignBytes(chainId: string, vote: SignedVote): Uint8Array {
  const w = new ProtoWriter(192);
  const mark = w.begin();
  w.int32(1, vote.type).fixed64(2, BigInt(vote.height)).fixed64(3, BigInt(vote.round));
  const { hash, parts } = vote.blockId;
  if (!isNilBlockId(vote.blockId)) {
    w.message(4, (id) => {
      id.bytes(1, hash).message(2, (inner) => inner.uint32(1, parts.total).bytes(2, parts.hash));
    });
  }
  writeTime(w, 5, vote.timestamp);
  return w.string(6, chainId).end(mark).finish();
}

/** The sign bytes of a commit's signature; empty for an absent one. */
export function commitSignBytes(chainId: string, commit: Commit, sig: CommitSig): Uint8Array {
  const { height, round } = commit;
  const blockId = sig.flag === VoteFlag.commit ? commit.blockId : NIL;
  return voteSignBytes(chainId, { type: VoteType.precommit, height, round, blockId, timestamp: sig.timestamp });
}

const NIL: BlockId = { hash: new Uint8Array(0), parts: { total: 0, hash: new Uint8Array(0) } };
