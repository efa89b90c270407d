// SPDX-License-Identifier: Apache-2.0
/**
 * Puts the program of the launcher, each thread of a node and both entries of the enclave together
 * into a few files of `sotto/dist` (ADR 125): a node of single modules opens 3,900 files, and reads
 * them for seconds.
 */
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { listPackages } from "./layers/packages.mjs";
import { root } from "./source/files.mjs";

/** The folder of the files that are made here; the compiler writes beside them. */
const OUT = "sotto/dist";
/** All other files of the program have this in their name. */
const PART = ".part.js";
/** The last file to be written. */
const LAST = "main.js";

const THREADS = ["endpoints", "exec", "follow", "check", "indexer", "search", "snapshot", "query"];

/**
 * The files that start a process or a thread, by name in `sotto/dist`. The sources find each beside
 * the file that asks, so all are in one folder.
 * @type {Readonly<Record<string, string>>}
 */
export const ENTRIES = {
  main: "sotto/dist/launcher.js",
  ...Object.fromEntries(THREADS.map((name) => [name, `host/node/dist/threads/${name}.js`])),
  keeperMain: "host/network/dist/keeperMain.js",
  enclaveInline: "trusted/enclave/dist/index.js",
  enclaveWorker: "trusted/enclave/dist/worker.js",
  workerEntry: "boundary/transport/dist/workerEntry.js",
};

/** Packages whose modules become part of the program: those of many small ES modules. */
const INSIDE = /^(#|@sotto\/|@bufbuild\/|@noble\/|@scure\/)/;

/** Packages that stay outside: addons, and CommonJS. `sotto/package.json` has them, too. */
export const OUTSIDE = ["classic-level", "commander", "lmdb", "pako", "pino", "secp256k1", "ws"];

/** The packages that the launcher needs beside what its sources import. */
export const PROGRAM_PACKAGES = ["@sotto/enclave", ...OUTSIDE];

/** @type {import("esbuild").Plugin} */
export const outside = {
  name: "outside",
  setup(build) {
    build.onResolve({ filter: /^[^./]/ }, ({ path, kind }) => {
      if (kind === "entry-point" || INSIDE.test(path)) return undefined;
      if (path.startsWith("node:") || OUTSIDE.includes(path)) return { path, external: true };
      return { errors: [{ text: `${path} is not in the list OUTSIDE of tools/bundle.mjs` }] };
    });
  },
};

/** @param {string} file relative to the root @returns {number} */
const changed = (file) => statSync(join(root, file), { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** Options of esbuild for a module that Node runs from this repository. */
export const FOR_NODE = /** @type {const} */ ({
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  logLevel: "silent",
});

/** Whether a package was compiled, or this file changed, after the program was made. */
export function isStale() {
  const made = changed(`${OUT}/${LAST}`);
  const built = listPackages(root).map(({ folder }) => `${folder}/dist/.tsbuildinfo`);
  return ["tools/bundle.mjs", "package-lock.json", ...built].some((file) => changed(file) >= made);
}

/** Makes the program when it is stale. Throws the messages of esbuild. */
export async function bundle() {
  if (isStale()) await makeProgram(join(root, OUT));
}

/**
 * Makes a program. Throws the messages of esbuild.
 * @param {string} out its folder, named `dist`, somewhere in the repository
 * @param {readonly import("esbuild").Plugin[]} plugins for a program that differs
 */
export async function makeProgram(out, plugins = []) {
  const { build } = await import("esbuild");
  const { outputFiles } = await build({
    ...FOR_NODE,
    absWorkingDir: root,
    entryPoints: ENTRIES,
    outdir: out,
    // A module is once in a thread, as without this.
    splitting: true,
    chunkNames: `[name]-[hash]${PART.slice(0, -3)}`,
    legalComments: "none",
    plugins: [...plugins, outside],
    write: false,
  });
  write(out, outputFiles);
}

/**
 * A process that starts meanwhile finds the old program or the new one: parts have other names in
 * each, the file that begins it comes last, and old parts go after it. A stop in between leaves a
 * stale program.
 * @param {string} out
 * @param {readonly import("esbuild").OutputFile[]} files
 */
function write(out, files) {
  mkdirSync(out, { recursive: true });
  const rank = (/** @type {string} */ name) => (name.endsWith(PART) ? 0 : name === LAST ? 2 : 1);
  const named = files.map(({ path, contents }) => ({ name: basename(path), path, contents }));
  for (const { path, contents } of named.sort((a, b) => rank(a.name) - rank(b.name))) writeFileSync(path, contents);
  const now = new Set(named.map(({ name }) => name));
  for (const name of readdirSync(out)) if (name.endsWith(PART) && !now.has(name)) rmSync(join(out, name));
}
