// SPDX-License-Identifier: Apache-2.0
/** Smaller scripts made of a vector's: without some of its parts, and without empty blocks. */
import { Signers } from "./signers.ts";
import type { Script, ScriptBlock, SdkVector } from "./vector.ts";

const LISTS = ["txs", "queries", "simulate", "misbehavior", "votes"] as const;

/** One item of a block that can be left out: of `votes` only those that were not given. */
export interface Part {
  /** Position in the script. */
  readonly block: number;
  readonly list: (typeof LISTS)[number];
  readonly index: number;
}

const isPart = (item: object): boolean => !("flag" in item) || item.flag !== "commit";

function partsOfBlock(each: ScriptBlock, block: number): Part[] {
  return LISTS.flatMap((list) =>
    (each[list] ?? []).flatMap((item, index) => (isPart(item) ? [{ block, list, index }] : [])),
  );
}

/** In the order of blocks. */
export const partsOf = ({ blocks }: Script): Part[] => blocks.flatMap(partsOfBlock);

const nameOf = ({ block, list, index }: Part): string => `${block} ${list} ${index}`;

/** The script with the kept parts alone; a missed vote that is left out becomes a given one. */
export function withParts(vector: SdkVector, kept: readonly Part[]): Script {
  const names = new Set(kept.map(nameOf));
  const { blocks } = vector.script;
  const isKept = (part: Part) => names.has(nameOf(part));
  const keptTxs = blocks.map((each, block) => each.txs.filter((_, index) => isKept({ block, list: "txs", index })));
  const removedTxs = blocks.map((each, block) => each.txs.filter((_, index) => !isKept({ block, list: "txs", index })));
  const of = (txs: typeof keptTxs) => txs.flat().map(({ tx }) => tx);
  const signed = new Signers(vector).resigned(of(keptTxs), of(removedTxs)).values();
  const reduced = blocks.map((each, block): ScriptBlock => {
    const { queries = [], simulate = [], misbehavior = [] } = each;
    return {
      ...each,
      txs: (keptTxs[block] ?? []).map((tx) => ({ ...tx, tx: signed.next().value ?? tx.tx })),
      queries: queries.filter((_, index) => isKept({ block, list: "queries", index })),
      simulate: simulate.filter((_, index) => isKept({ block, list: "simulate", index })),
      misbehavior: misbehavior.filter((_, index) => isKept({ block, list: "misbehavior", index })),
      votes: each.votes.map((vote, index) =>
        isKept({ block, list: "votes", index }) ? vote : { ...vote, flag: "commit" },
      ),
    };
  });
  return { ...vector.script, blocks: reduced };
}

/** Positions of the blocks in which nothing happens but the passing of time. */
export const emptyBlocks = ({ blocks }: Script): number[] =>
  blocks.flatMap((block, i) =>
    partsOfBlock(block, i).length === 0 && (block.upgrade_handlers ?? []).length === 0 ? [i] : [],
  );

/** The script without some blocks; the others get the heights that follow from it. */
export function withoutBlocks(script: Script, removed: ReadonlySet<number>): Script {
  const [first] = script.blocks;
  if (first === undefined) return script;
  const kept = script.blocks.filter((_, i) => !removed.has(i));
  /** The height of the last kept block up to a height of the whole script. */
  const heightOf = (height: number) => first.height - 1 + kept.filter((block) => block.height <= height).length;
  const blocks = kept.map((block) => ({
    ...block,
    height: heightOf(block.height),
    misbehavior: (block.misbehavior ?? []).map((each) => ({ ...each, height: heightOf(each.height) })),
    queries: (block.queries ?? []).map(({ height = 0, ...each }) => ({
      ...each,
      // 0: the latest one.
      height: height === 0 ? 0 : heightOf(height),
    })),
  }));
  return { ...script, blocks };
}
