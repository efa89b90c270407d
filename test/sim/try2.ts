import "../../tools/contractThread.mjs";
import { Simulation } from "./simulation.ts";
import { importedFrom, differences } from "./imported.ts";
import { exportedGenesis } from "../support/exported.ts";
const [seed, blocks] = process.argv.slice(2).map(Number);
const s = await Simulation.run({ seed: seed!, blocks: blocks! });
console.log(s.chain.height, s.problems);
const { file, imported } = importedFrom(s);
const b = s.block(0);
imported.run(b);
const [x, y] = [s.chain.roots(), imported.roots()];
for (const [name, hash] of x) if (y.get(name) !== hash) {
  const d = differences(s.chain, imported, name);
  console.log(name, d.length, d.slice(0, 12).map((l) => l.slice(0, 260)).join("\n   "));
}
for (const f of s.chain.lines.slice(-1)) console.log(f);
console.log("broken", imported.queries.brokenInvariants());
const again = exportedGenesis(imported.queries);
const own = exportedGenesis(s.chain.queries);
for (const [name, part] of own) if (again.get(name) !== part) {
  const z = again.get(name)!; let i = 0; while (z[i] === part[i]) i++;
  console.log("EXPORT", name, i, "\n   ", part.slice(i - 100, i + 150), "\n   ", z.slice(i - 100, i + 150));
}
for (let i = 0; i < 10; i++) {
  const from = s.chain.lines.length;
  const [c] = [s.block()];
  const at = imported.lines.length;
  imported.run(c);
  const [p, q] = [s.chain.lines.slice(from + 1), imported.lines.slice(at + 1)];
  p.forEach((l, j) => { if (l !== q[j]) console.log("LINE\n ", l, "\n ", q[j]); });
}
s.close(); imported.close();
