// SPDX-License-Identifier: Apache-2.0
// node test/fuzz/nativeStack.mjs [--minutes N] [--seed N] [--node PATH ...]: searches for the
// function with the largest native frame for its charge, under every compiler of each Node. Prints
// each record, and its shape.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { Random } from "./random.mjs";
import { KNOWN } from "./stack/known.mjs";
import { changed, randomShape } from "./stack/shapes.mjs";

/** @typedef {import("./stack/shapes.mjs").Shape} Shape */
/** @typedef {{ share: number, shape: Shape, tier: string, node: string }} Found */

const CHILD = fileURLToPath(new URL("./stack/child.mjs", import.meta.url));
/** Best shapes, from which the search continues. */
const KEPT = 12;
/** Calls after which a function was optimised, where that takes calls. */
const WARM = 40;

/**
 * Compilers by V8's flags. Tiering up at once needs a flag that Node 20 has not: there a thread
 * does it, and calls wait for it.
 */
export const TIERS = {
  baseline: { flags: ["--liftoff-only"], warm: 0 },
  optimising: { flags: ["--no-liftoff"], warm: 0 },
  "default tiering": { flags: ["--wasm-tiering-budget=5000", "--wasm-num-compilation-tasks=1"], warm: WARM },
  "tier-up at once": { flags: ["--wasm-tiering-budget=5000", "--wasm-sync-tier-up"], warm: WARM },
};

/**
 * One process that answers shapes in order. @param {string} node @param {keyof typeof TIERS} tier
 */
export function openTier(node, tier) {
  const { flags, warm } = TIERS[tier];
  const child = spawn(node, [...flags, CHILD, String(warm)], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    /** @param {Shape} shape @returns {Promise<number | string>} */
    async measure(shape) {
      child.stdin.write(`${JSON.stringify(shape)}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error(`${node} ${flags.join(" ")} ended at ${JSON.stringify(shape)}`);
      return JSON.parse(value);
    },
    close: () => child.stdin.end(),
  };
}

/** The tiers of a Node: it refuses an unknown flag. @param {number} major */
export const tiersOf = (major) =>
  /** @type {(keyof typeof TIERS)[]} */ (Object.keys(TIERS)).filter((tier) => tier !== "tier-up at once" || major > 20);

/**
 * Every tier of every Node searches separately, and continues from the best shapes of all. Each
 * measures the initial shapes. @param
 * {{ nodes: readonly { path: string, major: number }[], ms: number, seed: number, starts?: readonly Shape[], onRecord?: (found: Found) => void }}
 * options
 * @returns {Promise<{ worst: Found, measured: number, refused: ReadonlyMap<string, number> }>}
 */
export async function search({ nodes, ms, seed, starts = [], onRecord }) {
  const until = performance.now() + ms;
  /** @type {Found[]} */
  let best = [];
  let measured = 0;
  /** @type {Map<string, number>} */
  const refused = new Map();
  const keep = (/** @type {Found} */ found) => {
    if (found.share > (best[0]?.share ?? 0)) onRecord?.(found);
    best = [...best, found].toSorted((a, b) => b.share - a.share).slice(0, KEPT);
  };
  const next = (/** @type {Random} */ random) => {
    if (best.length === 0 || random.chance(15)) return randomShape(random);
    const { shape } = random.pick(best);
    return random.chance(10) ? shape : changed(shape, random);
  };
  const runs = nodes.flatMap(({ path, major }) =>
    tiersOf(major).map(async (tier, i) => {
      const random = new Random(seed + 1_000 * major + i);
      const waiting = [...starts];
      const { measure, close } = openTier(path, tier);
      while (performance.now() < until || waiting.length > 0) {
        const shape = waiting.shift() ?? next(random);
        const share = await measure(shape);
        measured++;
        if (typeof share === "number") keep({ share, shape, tier, node: `Node ${major}` });
        else refused.set(share, (refused.get(share) ?? 0) + 1);
      }
      close();
    }),
  );
  await Promise.all(runs);
  const [worst] = best;
  if (worst === undefined) throw new Error("nothing was measured");
  return { worst, measured, refused };
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { values } = parseArgs({
    options: {
      minutes: { type: "string", default: "10" },
      seed: { type: "string", default: "1" },
      node: { type: "string", multiple: true, default: [process.execPath] },
    },
  });
  const nodes = await Promise.all(values.node.map(async (path) => ({ path, major: await majorOf(path) })));
  const { worst, measured, refused } = await search({
    nodes,
    ms: Number(values.minutes) * 60_000,
    seed: Number(values.seed),
    starts: KNOWN,
    onRecord: ({ share, node, tier, shape }) =>
      console.log(`${share.toFixed(4)} ${node}, ${tier}: ${JSON.stringify(shape)}`),
  });
  console.log(
    `${measured} shapes; at most ${worst.share.toFixed(4)} native bytes for a charged one; not measured: ${JSON.stringify([...refused])}`,
  );
}

/** @param {string} path @returns {Promise<number>} */
async function majorOf(path) {
  const child = spawn(path, ["--version"], { stdio: ["ignore", "pipe", "inherit"] });
  for await (const line of createInterface({ input: child.stdout })) return Number(/^v(\d+)/.exec(line)?.[1]);
  throw new Error(`${path} does not run`);
}
