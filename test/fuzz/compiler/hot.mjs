// SPDX-License-Identifier: Apache-2.0
// Calls the functions of a module, an argument as JSON, until V8 optimises them, and waits until it
// is done. V8's output of --trace-wasm-compilation-times is before the JSON with the cost of the
// calls and compilers.
import "../../../tools/contractThread.mjs";
import { setFlagsFromString } from "node:v8";
import { checkModule } from "@sotto/check";
import { createEngine } from "@sotto/engine";
import { build } from "./fill.mjs";

const CALLS = 200;
const QUIET_MS = 500;
setFlagsFromString("--wasm-num-compilation-tasks=1"); // As a node does.
const checked = checkModule(build(JSON.parse(process.argv[2] ?? "")));
const before = process.resourceUsage().maxRSS;
const start = process.cpuUsage();
const used = () => {
  const { user, system } = process.cpuUsage(start);
  return Math.round((user + system) / 1000);
};
const instance = createEngine().compile(checked, {}).acquire(1e10);
for (let i = 0; i < CALLS; i++) instance.call("run", [0]);
let last = -QUIET_MS;
while (used() - last > QUIET_MS / 10) {
  last = used();
  await new Promise((wake) => setTimeout(wake, QUIET_MS));
}
const mb = Math.round((process.resourceUsage().maxRSS - before) / 1024);
console.log(JSON.stringify({ mb, cpuMs: used() }));
