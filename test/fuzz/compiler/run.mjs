// SPDX-License-Identifier: Apache-2.0
// node test/fuzz/compiler/run.mjs [minutes] [first seed]: looks for accepted functions that cost a
// compiler of V8 much, on this Node and on Node 24, and says the most it found. First every family
// with several numbers of locals, then mixtures. node test/fuzz/compiler/run.mjs a.wasm ...: what
// these modules take.
import { installNode24 } from "../../../tools/node24/install.mjs";
import { fillFunction } from "./fill.mjs";
import { COMPILERS, measure } from "./measure.mjs";
import { shapes } from "./shapes.mjs";

const LOCALS = [1, 20, 60, 110, 480];
const NODES = [process.execPath, installNode24()];
const compilers = /** @type {(keyof typeof COMPILERS)[]} */ (Object.keys(COMPILERS));

/** @type {Map<string, { mb: number, cpuMs: number, name: string }>} */
const most = new Map();

/** @param {string} name @param {import("./fill.mjs").Case | string} what */
function judge(name, what) {
  for (const [i, node] of NODES.entries()) {
    for (const compiler of compilers) {
      const { mb, cpuMs } = measure(what, compiler, node);
      const place = `${i === 0 ? process.version : "Node 24"} ${compiler}`;
      for (const unit of /** @type {const} */ (["mb", "cpuMs"])) {
        const key = `${place} ${unit}`;
        if ((most.get(key)?.[unit] ?? -1) >= (unit === "mb" ? mb : cpuMs)) continue;
        most.set(key, { mb, cpuMs, name });
        console.log(`${place}: ${mb} MB, ${cpuMs} ms of processor time by ${name}`);
      }
    }
  }
}

/**
 * The largest that is accepted, and the largest that V8 may optimise.
 * @param {string} shape
 * @param {number} locals
 */
function* both(shape, locals) {
  const accepted = fillFunction(shape, locals);
  const optimised = fillFunction(shape, locals, true);
  yield optimised;
  if (optimised.size < accepted.size) yield accepted;
}

function* cases() {
  for (const shape of Object.keys(shapes)) for (const locals of LOCALS) yield* both(shape, locals);
  for (let seed = Number(process.argv[3] ?? 1); ; seed++) yield* both(`mixture${seed}`, 0);
}

const paths = process.argv.slice(2).filter((argument) => argument.endsWith(".wasm"));
for (const path of paths) judge(path, path);
const end = Date.now() + Number(process.argv[2] ?? 20) * 60_000;
for (const each of paths.length > 0 ? [] : cases()) {
  if (Date.now() > end) break;
  if (each.size > 0) judge(`${each.shape}, ${each.locals} locals, size ${each.size}`, each);
}
console.log("\nThe most that was found:");
for (const [key, { mb, cpuMs, name }] of most) console.log(`${key}: ${mb} MB, ${cpuMs} ms, ${name}`);
