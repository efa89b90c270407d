// SPDX-License-Identifier: Apache-2.0
/**
 * The databases of a CometBFT that stopped after it stored its last block and before it executed
 * it. At its start a stock CometBFT sends all these blocks to an application that has none.
 */
import { join } from "node:path";
import { toHex } from "@sotto/bytes";
import { ProtoWriter } from "@sotto/codec";
import {
  BLOCK_PROTOCOL,
  type Block,
  type BlockId,
  type Commit,
  encodeBlock,
  encodeBlockId,
  encodeCommit,
  encodeHeader,
  encodeValidatorSet,
  partSet,
  type ValidatorSet,
} from "@sotto/comet";
import { merkleProofs } from "@sotto/merkle";
import { ClassicLevel } from "classic-level";

// Keys and values: CometBFT v0.38.19, store/store.go, state/store.go, proto/tendermint/state.

/** A decided block with the state of consensus before it. */
export interface StoredBlock {
  readonly block: Block;
  readonly id: BlockId;
  /** The votes that the node saw: more than two thirds of its set. */
  readonly seen: Commit;
  /** Of its height, and of the one after it. */
  readonly validators: ValidatorSet;
  readonly nextValidators: ValidatorSet;
  /** tendermint.types.ConsensusParams of its height. */
  readonly consensusParams: Uint8Array;
}

export interface StoredChain {
  readonly chainId: string;
  readonly initialHeight: number;
  /** At least two, one height after the other. */
  readonly blocks: readonly StoredBlock[];
}

type Row = readonly [key: string, value: Uint8Array];

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

function partRows(height: number, encoded: Uint8Array): Row[] {
  const { parts } = partSet(encoded);
  const { proofs } = merkleProofs(parts);
  return parts.map((bytes, i) => {
    const w = new ProtoWriter(bytes.length + 256).uint32(1, i).bytes(2, bytes);
    w.message(3, (proof) => {
      const { total, index, leafHash, aunts } = proofs[i] as (typeof proofs)[number];
      proof.int64(1, total).int64(2, index).bytes(3, leafHash);
      for (const aunt of aunts) proof.bytesAlways(4, aunt);
    });
    return [`P:${height}:${i}`, w.finish()];
  });
}

function blockRows({ block, id, seen }: StoredBlock): Row[] {
  const { header, txs, lastCommit } = block;
  const { height } = header;
  const encoded = encodeBlock(block);
  const meta = new ProtoWriter(1024).bytesAlways(1, encodeBlockId(id)).int64(2, encoded.length);
  meta.bytesAlways(3, encodeHeader(header)).int64(4, txs.length);
  if (lastCommit === undefined) throw new Error(`block ${height} has no last commit`);
  return [
    ...partRows(height, encoded),
    [`H:${height}`, meta.finish()],
    [`BH:${toHex(id.hash)}`, utf8(String(height))],
    [`C:${height - 1}`, encodeCommit(lastCommit)],
    [`SC:${height}`, encodeCommit(seen)],
  ];
}

function validatorsRow(height: number, set: ValidatorSet): Row {
  const value = new ProtoWriter(1024).bytesAlways(1, encodeValidatorSet(set)).int64(2, height);
  return [`validatorsKey:${height}`, value.finish()];
}

function paramsRow(height: number, params: Uint8Array): Row {
  return [`consensusParamsKey:${height}`, new ProtoWriter(256).bytesAlways(1, params).int64(2, height).finish()];
}

/** tendermint.state.State before the last block. */
function stateOf({ chainId, initialHeight, blocks }: StoredChain): Uint8Array {
  const [before, last] = blocks.slice(-2);
  if (before === undefined || last === undefined) throw new Error("a stored chain has at least two blocks");
  const { header } = last.block;
  const { time } = before.block.header;
  const w = new ProtoWriter(8192);
  w.message(1, (version) => {
    version.message(1, (consensus) => consensus.uint64(1, BLOCK_PROTOCOL).uint64(2, header.version.app));
    version.string(2, "0.38.19");
  });
  w.string(2, chainId)
    .int64(3, header.height - 1)
    .bytesAlways(4, encodeBlockId(before.id));
  w.message(5, (stamp) => stamp.int64(1, time.seconds).int32(2, time.nanos));
  w.bytesAlways(6, encodeValidatorSet(last.nextValidators)).bytesAlways(7, encodeValidatorSet(last.validators));
  // Changes name a height of which the set is stored whole: here each is.
  w.bytesAlways(8, encodeValidatorSet(before.validators)).int64(9, header.height + 1);
  w.bytesAlways(10, last.consensusParams).int64(11, header.height);
  return w.bytes(12, header.lastResultsHash).bytes(13, header.appHash).int64(14, initialHeight).finish();
}

function stateRows(chain: StoredChain): Row[] {
  const rows = chain.blocks.flatMap(({ block, validators, consensusParams }) => {
    const { height } = block.header;
    return [validatorsRow(height, validators), paramsRow(height, consensusParams)];
  });
  const last = chain.blocks.at(-1) as StoredBlock;
  return [...rows, validatorsRow(last.block.header.height + 1, last.nextValidators), ["stateKey", stateOf(chain)]];
}

async function write(folder: string, rows: readonly Row[]): Promise<void> {
  const level: ClassicLevel<string, Uint8Array> = new ClassicLevel(folder, {
    keyEncoding: "utf8",
    valueEncoding: "view",
    errorIfExists: true,
  });
  await level.batch(
    rows.map(([key, value]) => ({ type: "put", key, value })),
    { sync: true },
  );
  await level.close();
}

/** Writes the databases into the `data` of a new folder of CometBFT, which has no blocks yet. */
export async function storeChain(home: string, chain: StoredChain): Promise<void> {
  const last = chain.blocks.at(-1)?.block.header.height ?? 0;
  const range = new ProtoWriter(32).int64(1, chain.initialHeight).int64(2, last).finish();
  await write(join(home, "data", "blockstore.db"), [...chain.blocks.flatMap(blockRows), ["blockStore", range]]);
  await write(join(home, "data", "state.db"), stateRows(chain));
}
