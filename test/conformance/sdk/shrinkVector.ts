// SPDX-License-Identifier: Apache-2.0
/** Reduces a vector to what its first difference needs. */
import { shrink } from "../../../tools/sdk/shrink.mjs";
import { type Difference, STOPPED } from "./compare.ts";
import { emptyBlocks, partsOf, withoutBlocks, withParts } from "./reduce.ts";
import type { Out, Script, SdkVector } from "./vector.ts";

/** The two sides of a comparison. */
export interface Sides {
  /** The SDK's answers; undefined: it refuses a block of the script. */
  answers(genesis: SdkVector["genesis"], script: Script): Out | undefined;
  /** The first difference of Sotto's answers. */
  difference(vector: SdkVector): Promise<Difference | undefined>;
}

export interface Found {
  readonly vector: SdkVector;
  readonly difference: Difference;
}

/**
 * What stays the same while a script gets smaller: place and field or row, without numbers, keys
 * and addresses. Another fault that a smaller script shows does not count.
 */
export function kindOf({ at, lines }: Difference): string {
  const [first = "", second = ""] = lines;
  const text = first === STOPPED ? `${first}: ${second}` : first.split(" ").slice(0, 3).join(" ");
  return `${at}: ${text}`.replace(/\b(?:secret(?:valoper|valcons)?1[0-9a-z]+|[0-9a-f]*[0-9][0-9a-f]*)\b/g, "#");
}

/** The first blocks of a vector. */
export function cut(vector: SdkVector, blocks: number): SdkVector {
  const { script, out } = vector;
  return {
    ...vector,
    script: { ...script, blocks: script.blocks.slice(0, blocks) },
    out: { ...out, blocks: out.blocks.slice(0, blocks) },
  };
}

/** Without the blocks after the difference. */
export const cutAfter = ({ vector, difference }: Found): Found => ({
  vector: cut(vector, difference.blocks),
  difference,
});

/**
 * Leaves out all blocks after the difference, then parts of blocks, then empty blocks, as long as a
 * difference of the same kind remains. `isOver` ends it with the smallest vector so far. Cost: both
 * sides run about 100 scripts, most of them short.
 */
export async function shrinkVector(
  found: Found,
  { answers, difference }: Sides,
  isOver: () => boolean,
): Promise<Found> {
  const kind = kindOf(found.difference);
  let best = cutAfter(found);
  const holds = async (script: Script): Promise<boolean> => {
    const out = answers(found.vector.genesis, script);
    if (out === undefined) return false;
    const vector = { ...found.vector, script, out };
    const first = await difference(vector);
    if (first === undefined || kindOf(first) !== kind) return false;
    best = cutAfter({ vector, difference: first });
    return true;
  };
  const whole = best.vector;
  await shrink(partsOf(whole.script), (kept) => holds(withParts(whole, kept)), isOver);
  const { script } = best.vector;
  const empty = emptyBlocks(script);
  await shrink(
    empty,
    (kept) => {
      const stay = new Set(kept);
      return holds(withoutBlocks(script, new Set(empty.filter((i) => !stay.has(i)))));
    },
    isOver,
  );
  return best;
}
