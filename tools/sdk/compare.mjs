// SPDX-License-Identifier: Apache-2.0
// Runs vectors of tools/sdkapp in Sotto's application and prints the first difference of each;
// README.md describes the options.
import { resolve } from "node:path";
import { run } from "../example/run.mjs";

const args = process.argv.slice(2).map((arg) => (arg.endsWith(".json.gz") ? resolve(arg) : arg));
process.exitCode = await run("test/conformance/sdk/main.ts", args);
