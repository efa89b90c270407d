// SPDX-License-Identifier: Apache-2.0
// Builds every contract of contracts/, byte for byte the same in any folder.
//   node tools/contracts/build.mjs           rebuilds contracts/built with its SHA256SUMS and SOURCES
//   node tools/contracts/build.mjs NAME...   rebuilds some contracts, also new ones
//   node tools/contracts/build.mjs --check   builds in an empty folder and compares
//   node tools/contracts/build.mjs --check --changed   the same, unless built/SOURCES says that
//     these sources gave these files: a build takes minutes, and the same sources give the same
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { listFiles } from "../source/files.mjs";
import { checkContract } from "./inspect.mjs";
import { HOST, output, pathFlags, prepareToolchain, RUST, TARGET } from "./toolchain.mjs";

const CONTRACTS = resolve(import.meta.dirname, "../../contracts");
const BUILT = join(CONTRACTS, "built");

/** Of the linker: calls and addresses have as few bytes as they need, not five each (ADR 94). */
const SHORT_CALLS = ["-Clink-arg=--compress-relocations"];

/**
 * In the last step, which sees all crates as one program, few functions are copied into their
 * callers. Hazard: work with masks and wide numbers costs up to 38 % more, so no contract whose
 * longest message may pass the work that the contract burns up to is built so (ADR 94).
 */
const FEW_COPIES = ["-Copt-level=2", "-Cllvm-args=-inline-threshold=30 -inlinehint-threshold=30 -unroll-count=1"];

/** Libraries with little work in a message. The versions are those of Cargo.lock. */
const SMALL_JSON = ["secret-cosmwasm-std@1.1.11", "serde-json-wasm@0.4.1", "base64@0.13.1"].flatMap((crate) => [
  "--config",
  `profile.release.package."${crate}".opt-level="s"`,
]);

const SMALL = new Set(["auction", "content", "private-token"]);

const builtNames = () =>
  readdirSync(BUILT)
    .filter((file) => file.endsWith(".wasm"))
    .map((file) => file.slice(0, -".wasm".length))
    .sort();

function buildAll(toolchain, targetDir, names) {
  const cargo = (args, env = {}) =>
    output("rustup", ["run", RUST, "cargo", ...args], {
      cwd: CONTRACTS,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "inherit"],
    });
  cargo(["fetch", "--quiet", "--locked", "--target", TARGET]);
  const flags = pathFlags(toolchain, CONTRACTS).join("\x1f");
  const env = { CARGO_ENCODED_RUSTFLAGS: flags, CARGO_TARGET_DIR: targetDir, CARGO_INCREMENTAL: "0" };
  const built = new Map();
  for (const name of names) {
    // One at a time: a build of the whole workspace would combine the features of all contracts.
    const build = ["rustc", "--quiet", "--release", "--locked", "--lib", "--target", TARGET, "-p", name];
    if (SMALL.has(name)) cargo([...build, ...SMALL_JSON, "--", ...SHORT_CALLS, ...FEW_COPIES], env);
    else cargo([...build, "--", ...SHORT_CALLS], env);
    built.set(name, readFileSync(join(targetDir, TARGET, "release", `${name.replaceAll("-", "_")}.wasm`)));
  }
  return built;
}

const bytesOf = (name) => readFileSync(join(BUILT, `${name}.wasm`));

/** The lines of SHA256SUMS for the files of `built/`. */
function sums() {
  const lines = builtNames().map((name) => `${createHash("sha256").update(bytesOf(name)).digest("hex")}  ${name}.wasm`);
  return `${lines.join("\n")}\n`;
}

/**
 * What a build depends on, and its result: the sources of the contracts and this tool, with the
 * list of the built files.
 */
function sourcesHash() {
  const root = resolve(CONTRACTS, "..");
  const own = ["build.mjs", "toolchain.mjs"].map((name) => `tools/contracts/${name}`);
  const files = listFiles(root, "contracts", [".rs", ".toml", ".lock"]).concat(own);
  const hash = createHash("sha256").update(sums());
  for (const path of files) {
    const bytes = readFileSync(join(root, path));
    hash.update(`${path}\0${bytes.length}\0`).update(bytes);
  }
  return `${hash.digest("hex")}\n`;
}

function write(built, isWhole) {
  mkdirSync(BUILT, { recursive: true });
  for (const [name, bytes] of built) writeFileSync(join(BUILT, `${name}.wasm`), bytes);
  writeFileSync(join(BUILT, "SHA256SUMS"), sums());
  // A part of the contracts says nothing of the others.
  if (isWhole) writeFileSync(join(BUILT, "SOURCES"), sourcesHash());
  for (const [name, bytes] of built) console.log(`built/${name}.wasm  ${bytes.length} bytes`);
}

const listed = () => readFileSync(join(BUILT, "SHA256SUMS"), "utf8") === sums();

function compare(built, host) {
  const wrong = [...built].filter(([name, bytes]) => !bytes.equals(bytesOf(name)));
  for (const [name] of wrong) console.error(`built/${name}.wasm is not what its source gives`);
  if (!listed()) console.error("built/SHA256SUMS does not match");
  if (wrong.length === 0 && listed()) {
    const advice = isKnown()
      ? ""
      : "; built/SOURCES is of older sources, so every check builds them: npm run contracts";
    console.log(`${built.size} contracts are byte for byte what their source gives${advice}`);
    return;
  }
  if (host !== HOST) console.error(`the committed bytes come from ${HOST}; this host is ${host}`);
  else console.error("run `npm run contracts` and commit contracts/built");
  process.exitCode = 1;
}

/** Whether a build with these sources gave these files. */
function isKnown() {
  const file = join(BUILT, "SOURCES");
  return listed() && existsSync(file) && readFileSync(file, "utf8") === sourcesHash();
}

async function main() {
  const check = process.argv.includes("--check");
  const named = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
  if (check && process.argv.includes("--changed") && isKnown()) {
    for (const name of builtNames()) await checkContract(name, bytesOf(name));
    console.log(`${builtNames().length} contracts are those that a build of these sources gave`);
    return;
  }
  const toolchain = prepareToolchain();
  const targetDir = check
    ? mkdtempSync(join(tmpdir(), "contracts-"))
    : (process.env.CARGO_TARGET_DIR ?? join(CONTRACTS, "target"));
  try {
    const built = buildAll(toolchain, targetDir, named.length === 0 ? builtNames() : named);
    for (const [name, bytes] of built) await checkContract(name, bytes);
    if (check) compare(built, toolchain.host);
    else write(built, named.length === 0);
  } finally {
    if (check) rmSync(targetDir, { recursive: true, force: true });
  }
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
