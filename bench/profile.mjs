// What the threads of a node did, from V8's processor profiles (`node bench/node.mjs --profile DIR`): the functions with
// the most time of their own, thread by thread.
// Usage: node bench/profile.mjs DIR [functions]
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

const [folder, count = "15"] = process.argv.slice(2);
if (folder === undefined) throw new Error("usage: node bench/profile.mjs DIR [functions]");

/** @param {{ nodes: any[], samples: number[], timeDeltas: number[] }} profile */
function ownTimes({ nodes, samples, timeDeltas }) {
  const byId = new Map(nodes.map((node) => [node.id, node.callFrame]));
  const own = new Map();
  for (const [i, id] of samples.entries()) {
    const { functionName, url, lineNumber } = byId.get(id);
    const name = `${functionName || "(anonymous)"} ${url === "" ? "" : `${basename(url)}:${lineNumber + 1}`}`;
    own.set(name, (own.get(name) ?? 0) + timeDeltas[i]);
  }
  own.delete("(idle) ");
  own.delete("(program) ");
  return [...own].sort((a, b) => b[1] - a[1]);
}

for (const file of readdirSync(folder).filter((name) => name.endsWith(".cpuprofile"))) {
  const profile = JSON.parse(readFileSync(join(folder, file), "utf8"));
  const times = ownTimes(profile);
  const busy = times.reduce((sum, [, us]) => sum + us, 0);
  const entry = profile.nodes.map(({ callFrame }) => callFrame.url).find((url) => /threads|sotto/.test(url));
  console.log(`\n${file}  ${entry === undefined ? "" : basename(entry)}  busy ${Math.round(busy / 1000)} ms`);
  for (const [name, us] of times.slice(0, Number(count))) {
    console.log(`  ${((us / busy) * 100).toFixed(1).padStart(5)} %  ${name}`);
  }
}
