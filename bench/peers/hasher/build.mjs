// Builds the contract of the CPU bench into bench/built, byte for byte the same wherever it stands. Needs rustup.
// Usage: node bench/peers/hasher/build.mjs [--check]
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { checkContract } from "../../../tools/contracts/inspect.mjs";
import { output, pathFlags, prepareToolchain, RUST, TARGET } from "../../../tools/contracts/toolchain.mjs";

const source = import.meta.dirname;
const built = resolve(source, "../../built/hasher.wasm");
const toolchain = prepareToolchain();
const folder = mkdtempSync(join(tmpdir(), "hasher-"));
const cargo = (args, env = {}) =>
  output("rustup", ["run", RUST, "cargo", ...args], { cwd: source, env: { ...process.env, ...env } });
try {
  cargo(["fetch", "--quiet", "--locked", "--target", TARGET]);
  const env = { CARGO_ENCODED_RUSTFLAGS: pathFlags(toolchain, source).join("\x1f"), CARGO_TARGET_DIR: folder };
  cargo(["build", "--quiet", "--release", "--locked", "--target", TARGET], env);
  const bytes = readFileSync(join(folder, TARGET, "release", "hasher.wasm"));
  await checkContract("hasher", bytes);
  if (!process.argv.includes("--check")) writeFileSync(built, bytes);
  else if (!bytes.equals(readFileSync(built))) throw new Error("bench/built/hasher.wasm is not what its source gives");
  console.log(`hasher.wasm  ${bytes.length} bytes`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
