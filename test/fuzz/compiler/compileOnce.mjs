// SPDX-License-Identifier: Apache-2.0
// Compiles one module with the compiler that the flags of this process name, and prints the cost as
// JSON.
import { readFileSync } from "node:fs";
import { checkModule } from "@sotto/check";
import { createEngine } from "@sotto/engine";
import { build } from "./fill.mjs";

const [what = ""] = process.argv.slice(2);
const bytes = what.endsWith(".wasm") ? new Uint8Array(readFileSync(what)) : build(JSON.parse(what));
const engine = createEngine();
const checked = checkModule(bytes);
const hosts = Object.fromEntries(checked.imports.map(({ name }) => [name, () => 0]));
const before = process.resourceUsage().maxRSS;
const start = process.cpuUsage();
engine.compile(checked, hosts);
const { user, system } = process.cpuUsage(start);
const mb = Math.round((process.resourceUsage().maxRSS - before) / 1024);
console.log(JSON.stringify({ bytes: bytes.length, mb, cpuMs: Math.round((user + system) / 1000) }));
