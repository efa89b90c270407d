// SPDX-License-Identifier: Apache-2.0
/** The hashes of the workload at its last intended change. */
import type { BlockLine, RecordedChain } from "./recordedChain.ts";

export const GOLDEN = new URL("golden.json", import.meta.url);
export const REGENERATE = "node --import ./tools/example/register.mjs test/determinism/main.ts golden";

export interface Golden {
  readonly regenerate: string;
  readonly height: number;
  readonly appHash: string;
  readonly blocks: readonly Pick<BlockLine, "height" | "appHash" | "resultsHash">[];
}

/** One line for each block, so that a diff shows the first changed block. */
export function goldenOf({ blocks }: RecordedChain): string {
  const last = blocks.at(-1);
  const lines = blocks.map(
    ({ height, appHash, resultsHash }) => `    ${JSON.stringify({ height, appHash, resultsHash })}`,
  );
  return `{
  "regenerate": ${JSON.stringify(REGENERATE)},
  "height": ${last?.height ?? 0},
  "appHash": ${JSON.stringify(last?.appHash ?? "")},
  "blocks": [
${lines.join(",\n")}
  ]
}
`;
}

/**
 * Undefined when the blocks equal the golden ones; otherwise a text with the first difference and
 * its meaning.
 */
export function differs(golden: Golden, blocks: readonly BlockLine[]): string | undefined {
  const at = blocks.findIndex(({ appHash, resultsHash }, i) => {
    const kept = golden.blocks[i];
    return kept === undefined || kept.appHash !== appHash || kept.resultsHash !== resultsHash;
  });
  const part =
    at === -1 && golden.blocks.length === blocks.length ? undefined : blocks[at === -1 ? blocks.length - 1 : at];
  if (part === undefined) return undefined;
  const kept = golden.blocks[part.height - 1];
  const what = kept?.resultsHash === part.resultsHash ? "state" : "codes, data or gas";
  return [
    `Block ${part.height} of the recorded workload has other ${what} than test/determinism/golden.json says.`,
    `Its transactions: ${part.txs.join("; ") || "none"}.`,
    "A node with this change forks from one without it. If that is not intended, the change is wrong.",
    "If it is intended (or a contract of contracts/built or the workload itself changed), write it under STATE-BREAKING",
    `in CHANGELOG.md and run: ${REGENERATE}`,
  ].join("\n");
}
