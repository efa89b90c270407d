// SPDX-License-Identifier: Apache-2.0
// The results in docs/performance.md: a table and the notes of each bench, between two markers. A
// run replaces the lines of its benches and leaves the others, with the day of their measurement.
import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";

const START = "<!-- bench:start, written by `npm run bench -- --write` -->";
const END = "<!-- bench:end -->";
const HEAD = "| id | what | figure | target | | measured |";
const RULE = "| --- | --- | --- | --- | --- | --- |";

/** @typedef {import("./report.mjs").Row} Row */
/** @typedef {{ name: string, rows: Row[], notes: string[] }} Result */

const cell = (/** @type {string} */ text) => text.replaceAll("|", "\\|");

/** @param {Row} row @param {string} day */
function line({ id, what, figure, target = "", met }, day) {
  const verdict = met === undefined ? "" : met ? "met" : "**missed**";
  return `| \`${id}\` | ${cell(what)} | ${cell(figure)} | ${cell(target)} | ${verdict} | ${day} |`;
}

/** @param {string} block @returns {{ lines: Map<string, string>, details: Map<string, string> }} */
function parse(block) {
  const lines = new Map();
  const details = new Map();
  const [table, ...parts] = block.split(/^### /m);
  for (const [text, id] of table.matchAll(/^\| `([\w-]+)` \|.*$/gm)) lines.set(id, text);
  for (const part of parts)
    details.set(part.slice(0, part.indexOf("\n")).trim(), part.slice(part.indexOf("\n")).trim());
  return { lines, details };
}

const machine = () =>
  `${cpus()[0]?.model.trim()}, ${cpus().length} cores, Node ${process.versions.node}, ${process.platform}`;

/**
 * @param {string} path
 * @param {readonly Result[]} results
 * @param {readonly string[]} order names of all benches
 */
export function writeResults(path, results, order) {
  const text = readFileSync(path, "utf8");
  const from = text.indexOf(START);
  const to = text.indexOf(END);
  if (from < 0 || to < from) throw new Error(`${path} has no markers for results`);
  const { lines, details } = parse(text.slice(from + START.length, to));
  const day = `${new Date().toISOString().slice(0, 10)}, ${machine()}`;
  for (const { name, rows, notes } of results) {
    for (const row of rows) {
      lines.delete(row.id);
      lines.set(row.id, line(row, day));
    }
    if (notes.length > 0) details.set(name, ["```text", ...notes, "```"].join("\n"));
  }
  const known = [...details].sort(([a], [b]) => order.indexOf(a) - order.indexOf(b));
  const block = [
    START,
    "",
    HEAD,
    RULE,
    ...lines.values(),
    "",
    ...known.map(([name, body]) => `### ${name}\n\n${body}\n`),
    END,
  ];
  writeFileSync(path, text.slice(0, from) + block.join("\n") + text.slice(to + END.length));
}
