// SPDX-License-Identifier: Apache-2.0
// The work of a node's threads, from V8's processor profiles
// (`node bench/node.mjs --profile DIR`): the parts of the work, and the functions with the most
// time of their own, thread by thread.
// Usage: node bench/profile.mjs DIR [functions]
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

const [folder, count = "15"] = process.argv.slice(2);
if (folder === undefined) throw new Error("usage: node bench/profile.mjs DIR [functions]");

/** @type {Map<string, { line: number, file: string }[]>} */
const modulesOf = new Map();

/**
 * The file that a function was written in: the bundler names it in a comment before the code.
 * @param {{ url: string, lineNumber: number }} frame
 */
function fileOf({ url, lineNumber }) {
  if (!url.endsWith(".part.js")) return basename(url);
  if (!modulesOf.has(url)) {
    const lines = readFileSync(fileURLToPath(url), "utf8").split("\n");
    const named = lines.flatMap((text, line) => {
      const [, file] = /^\/\/ (\S+\.[jt]s)$/.exec(text) ?? [];
      return file === undefined ? [] : [{ line, file: basename(file).replace(/\.ts$/, ".js") }];
    });
    modulesOf.set(url, named.reverse());
  }
  return modulesOf.get(url)?.find(({ line }) => line <= lineNumber)?.file ?? basename(url);
}

/** @param {{ nodes: any[], samples: number[], timeDeltas: number[] }} profile */
function ownTimes({ nodes, samples, timeDeltas }) {
  const byId = new Map(nodes.map((node) => [node.id, node.callFrame]));
  const own = new Map();
  for (const [i, id] of samples.entries()) {
    const { functionName, url, lineNumber } = byId.get(id);
    const name = `${functionName || "(anonymous)"} ${url === "" ? "" : `${fileOf({ url, lineNumber })}:${lineNumber + 1}`}`;
    own.set(name, (own.get(name) ?? 0) + timeDeltas[i]);
  }
  own.delete("(idle) ");
  own.delete("(program) ");
  return [...own].sort((a, b) => b[1] - a[1]);
}

const ENCRYPTION = "encryption (AES-SIV, HKDF, X25519)";

/**
 * Parts of the work: the innermost function of a stack that is named here decides the part of a
 * sample.
 */
const PARTS = [
  ["signatures", /^(verifySignature|verifyOne|secp256k1Verify) /],
  ["instances: taken, reset", /^(release|acquire|wipe|restore) \S*(createEngine|sandbox|pool|dataImage)\.js/],
  [ENCRYPTION, /^\S+ (siv|shortSiv|kernel|hmac|shortHmac|kdf|x25519)\.js/],
  ["state rows: asked of the host", /^(readState|serveAsk) /],
  ["state tree and commit", /^commit stateStore\.js/],
  ["enclave: proof of the block", /^(submitBlock|take) (service|transactions)\.js/],
  ["enclave: frames, calls, answers", /^dispatch server\.js/],
  ["messages (host side of a call)", /^deliver runTx\.js/],
  ["decoding and ante", /^attempt runTx\.js/],
  ["mempool", /^\S+ mempool\.js/],
  ["block: made, hashed, logged", /^\S+ (sequencer|makeBlock|blockLog|results)\.js/],
  ["index", /^\S+ (eventIndex|postings)\.js/],
  ["JSON-RPC", /^(post|onRequest|jsonArguments|eventJson|txResultJson|list|base64|hex) (rpc|http|call|json)\.js/],
  ["between threads", /^(postMessage|\S+ port\.js|\S+ messageport)/],
];

/**
 * Microseconds by part of the work.
 * @param {{ nodes: any[], samples: number[], timeDeltas: number[] }} profile
 */
function partTimes({ nodes, samples, timeDeltas }) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap(({ id, children }) => (children ?? []).map((child) => [child, id])));
  const nameOf = (frame) => `${frame.functionName || "(anonymous)"} ${frame.url === "" ? "" : fileOf(frame)}`;
  const parts = new Map();
  const partOf = (id) => {
    let isWasm = false;
    for (let at = id; at !== undefined; at = parents.get(at)) {
      const name = nameOf(byId.get(at).callFrame);
      if (name === "(garbage collector) ") return "garbage collection";
      // The ciphers are wasm like the contracts: the caller decides which it is.
      if (/^wasm-function|^wasm-to-js|^js-to-wasm/.test(name)) isWasm = true;
      else if (isWasm) return /^\S+ short(Siv|Hmac)\.js/.test(name) ? ENCRYPTION : "contract code";
      if (isWasm) continue;
      const found = PARTS.find(([, pattern]) => pattern.test(name));
      if (found !== undefined) return found[0];
    }
    return "other";
  };
  const known = new Map();
  for (const [i, id] of samples.entries()) {
    if (["(idle)", "(program)"].includes(byId.get(id).callFrame.functionName)) continue;
    if (!known.has(id)) known.set(id, partOf(id));
    parts.set(known.get(id), (parts.get(known.get(id)) ?? 0) + timeDeltas[i]);
  }
  return [...parts].sort((a, b) => b[1] - a[1]);
}

for (const file of readdirSync(folder).filter((name) => name.endsWith(".cpuprofile"))) {
  const profile = JSON.parse(readFileSync(join(folder, file), "utf8"));
  const times = ownTimes(profile);
  const busy = times.reduce((sum, [, us]) => sum + us, 0);
  const entry = profile.nodes.map(({ callFrame }) => callFrame.url).find((url) => /threads|sotto/.test(url));
  console.log(`\n${file}  ${entry === undefined ? "" : basename(entry)}  busy ${Math.round(busy / 1000)} ms`);
  for (const list of [partTimes(profile), times.slice(0, Number(count))]) {
    for (const [name, us] of list) console.log(`  ${((us / busy) * 100).toFixed(1).padStart(5)} %  ${name}`);
    console.log();
  }
}
