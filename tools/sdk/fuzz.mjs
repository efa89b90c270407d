// SPDX-License-Identifier: Apache-2.0
// Makes chains of the SDK from seeds, runs them in Sotto's application, and reduces the first
// difference; README.md describes the options. Needs the program of tools/sdkapp.
import { resolve } from "node:path";
import { run } from "../example/run.mjs";

// The program runs in the root folder.
const { SDKAPP } = process.env;
if (SDKAPP !== undefined) process.env.SDKAPP = resolve(SDKAPP);
process.exitCode = await run("test/conformance/sdk/fuzz.ts", process.argv.slice(2));
