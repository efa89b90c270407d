// SPDX-License-Identifier: Apache-2.0
// Runs the native tests of the crates of contracts/, with the compiler of the contracts.
//   node tools/contracts/test.mjs           all crates
//   node tools/contracts/test.mjs NAME...   some
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { LIBRARIES, prepareToolchain, RUST } from "./toolchain.mjs";

const CONTRACTS = resolve(import.meta.dirname, "../../contracts");

function main() {
  prepareToolchain();
  const names = process.argv.slice(2);
  const crates = names.length === 0 ? ["--workspace"] : names.flatMap((name) => ["-p", name]);
  const { status, stdout, stderr } = spawnSync("rustup", ["run", RUST, "cargo", "test", "--locked", ...crates], {
    cwd: CONTRACTS,
    env: { CARGO_TARGET_DIR: LIBRARIES, ...process.env },
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  if (status !== 0) throw new Error(`${stdout}${stderr}`);
  const counts = [...stdout.matchAll(/^test result: ok\. (\d+) passed/gm)].map(([, count]) => Number(count));
  console.log(`${counts.reduce((sum, count) => sum + count, 0)} native tests of contracts pass`);
}

try {
  main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
