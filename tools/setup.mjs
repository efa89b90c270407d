// SPDX-License-Identifier: Apache-2.0
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { endAfter } from "./parent.mjs";

/** The folder of the repository. */
export const root = fileURLToPath(new URL("../", import.meta.url)).replace(/[\\/]$/, "");

/** An error that the user has to correct: printed without a stack. */
export class Refusal extends Error {}

const at = (/** @type {string[]} */ ...parts) => join(root, ...parts);
const LOCK_STAMP = at("node_modules", ".sotto-lock");
const BUILD_STAMP = at("node_modules", ".sotto-build");

const read = (/** @type {string} */ path) => (existsSync(path) ? readFileSync(path, "utf8") : undefined);
const say = (/** @type {string} */ line) => process.stderr.write(`${line}\n`);

/** Node >= 20.19, as package.json says. */
export function requireNode() {
  const wanted = JSON.parse(readFileSync(at("package.json"), "utf8")).engines.node.replace(/[^\d.]/g, "");
  const [major = 0, minor = 0] = wanted.split(".").map(Number);
  const [hasMajor = 0, hasMinor = 0] = process.versions.node.split(".").map(Number);
  if (hasMajor > major || (hasMajor === major && hasMinor >= minor)) return;
  throw new Refusal(
    `Sotto needs Node ${wanted} or newer; this is ${process.versions.node}. Get one at https://nodejs.org`,
  );
}

/**
 * The set of installed packages: those that a node needs to run and build, or also those of tests
 * and checks.
 * @typedef {"node" | "all"} Wanted
 */

/**
 * Installs exactly the packages of the lock, when other ones are installed. "all" includes "node".
 * @param {Wanted} wanted
 */
export async function install(wanted) {
  const lock = readFileSync(at("package-lock.json"), "utf8");
  const base = `${createHash("sha256").update(lock).digest("hex")} ${process.platform} ${process.arch}`;
  const stamp = read(LOCK_STAMP);
  if (stamp === `${base} all` || stamp === `${base} ${wanted}`) return;
  const packages = JSON.parse(lock);
  let has = wanted;
  if (fits(packages, "all")) has = "all";
  else if (!fits(packages, wanted)) {
    const npm = process.env["npm_execpath"];
    const [file, ...before] = npm?.endsWith(".js") ? [process.execPath, npm] : ["npm"];
    const options = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    if (wanted === "node") options.push("--omit=dev");
    const what = wanted === "node" ? "Installing what a node needs" : "Installing what tests and tools need";
    const { code, output } = await progress(what, file, [...before, ...options]);
    if (code !== 0) throw new Refusal(explain(output));
  }
  writeFileSync(LOCK_STAMP, `${base} ${has}`);
}

/**
 * @typedef
 * {Record<string, { version?: string, optional?: boolean, dev?: boolean, devOptional?: boolean, link?: boolean }>}
 * Packages of a lock, by path
 */

/**
 * Whether the installed tree matches the lock: true after an `npm install` by hand.
 * npm writes what it installed to node_modules/.package-lock.json; optional packages of other
 * platforms are missing there.
 * @param {{ packages: Packages }} lock
 * @param {Wanted} wanted
 */
function fits(lock, wanted) {
  const installed = read(at("node_modules", ".package-lock.json"));
  if (installed === undefined) return false;
  /** @type {Packages} */
  const has = JSON.parse(installed).packages;
  for (const [path, { version, optional, dev, devOptional, link }] of Object.entries(lock.packages)) {
    if (!path.includes("node_modules/") || (wanted === "node" && (dev === true || devOptional === true))) continue;
    const there = has[path];
    if (there === undefined ? optional !== true : link !== true && there.version !== version) return false;
  }
  return Object.keys(has).every((path) => lock.packages[path] !== undefined);
}

/** @param {string} output of npm */
function explain(output) {
  const tail = output.trim().split("\n").slice(-12).join("\n");
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT|network/i.test(output)) {
    return `npm could not reach its registry. Check the network (and \`npm config get registry\`, \`npm config get proxy\`),\nthen run the same command again.\n\n${tail}`;
  }
  if (/ENOSPC/.test(output)) return `The disk is full.\n\n${tail}`;
  if (/EACCES|EPERM/.test(output))
    return `npm may not write to this folder (EACCES). Was an earlier run made as another user?\n\n${tail}`;
  if (/ENOENT|not found|not recognized/i.test(output)) return `npm was not found; it comes with Node.\n\n${tail}`;
  return `npm ci failed.\n\n${tail}`;
}

/** Compiles every package and makes the program, when a source changed since the last build. */
export async function build() {
  const folders = JSON.parse(readFileSync(at("package.json"), "utf8")).workspaces.flatMap(expand);
  const now = fingerprint(folders);
  const built = folders.every((/** @type {string} */ folder) => existsSync(at(folder, "dist", ".tsbuildinfo")));
  const { bundle } = await import("./bundle.mjs");
  if (built && read(BUILD_STAMP) === now) return await bundle();
  const tsc = at("node_modules", "typescript", "bin", "tsc");
  const { code, output } = await progress("Building", process.execPath, [tsc, "-b", "--pretty", "false"]);
  if (code !== 0) throw new Refusal(`The build failed.\n\n${output.trim()}`);
  await bundle();
  writeFileSync(BUILD_STAMP, now);
}

/**
 * Names, sizes and times of all files that the compiler reads. Costs one stat a file.
 * @param {readonly string[]} folders of packages
 */
function fingerprint(folders) {
  const hash = createHash("sha256");
  const add = (/** @type {string} */ path) => {
    const stat = statSync(at(path), { throwIfNoEntry: false });
    hash.update(stat ? `${path}\0${stat.size}\0${stat.mtimeMs}\n` : `${path}\0absent\n`);
  };
  const walk = (/** @type {string} */ folder) => {
    for (const entry of readdirSync(at(folder), { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) walk(path);
      else add(path);
    }
  };
  for (const path of ["tsconfig.base.json", "tsconfig.json", "node_modules/.sotto-lock"]) add(path);
  for (const folder of folders) {
    add(`${folder}/package.json`);
    add(`${folder}/tsconfig.json`);
    if (existsSync(at(folder, "src"))) walk(`${folder}/src`);
  }
  return hash.digest("hex");
}

/** @param {string} glob of the workspaces @returns {string[]} */
function expand(glob) {
  if (!glob.endsWith("/*")) return [glob];
  const parent = glob.slice(0, -2);
  if (!existsSync(at(parent))) return [];
  const folders = readdirSync(at(parent), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders.map((entry) => `${parent}/${entry.name}`).filter((path) => existsSync(at(path, "package.json")));
}

/**
 * Programs of CometBFT that tests run, by their package's rules of finding; the environment names
 * others.
 * @type {readonly { program: "cometbft" | "abci-cli", variable: string }[]}
 */
const PROGRAMS = [
  { program: "cometbft", variable: "SOTTO_COMETBFT" },
  { program: "abci-cli", variable: "SOTTO_ABCI_CLI" },
];

/**
 * Compiles the programs of CometBFT that are missing, once for this user. Without Go it says so,
 * and the tests that need them fail with the command.
 */
export async function installPrograms() {
  const { cometCache, findCometbft, installCometbft } = await import("../host/cometbft/dist/binary.js");
  for (const { program, variable } of PROGRAMS) {
    try {
      findCometbft({ program, path: process.env[variable], searchPath: process.env["PATH"] });
    } catch {
      const end = clock(`Compiling ${program} into ${cometCache()} (once)`);
      try {
        await installCometbft(program);
        end(true);
      } catch (error) {
        end(false);
        say(error instanceof Error ? error.message : String(error));
      }
    }
  }
}

/**
 * Shows that work is done: a running clock on a terminal, one line at the end.
 * @param {string} what
 * @returns {(isDone: boolean) => void} ends it
 */
function clock(what) {
  const started = Date.now();
  const seconds = () => `${Math.round((Date.now() - started) / 1000)} s`;
  const terminal = process.stderr.isTTY === true;
  if (!terminal) say(`${what} ...`);
  const timer = terminal ? setInterval(() => process.stderr.write(`\r${what} ... ${seconds()} `), 250) : undefined;
  return (isDone) => {
    clearInterval(timer);
    say(`${terminal ? "\r" : ""}${what} ${isDone ? "took" : "failed after"} ${seconds()}`);
  };
}

/**
 * Runs a program and shows progress.
 * @param {string} what
 * @param {string} file
 * @param {readonly string[]} args
 * @returns {Promise<{ code: number, output: string }>}
 */
function progress(what, file, args) {
  const stop = clock(what);
  return new Promise((resolve) => {
    let output = "";
    // npm is a script on Windows, which only a shell can start; every argument is a constant of
    // this file
    const child = spawn(file, args, {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
      shell: process.platform === "win32" && file === "npm",
    });
    endAfter(child);
    const keep = (/** @type {Buffer} */ chunk) => {
      output = (output + chunk).slice(-200_000);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    const end = (/** @type {number} */ code) => {
      stop(code === 0);
      resolve({ code, output });
    };
    child.on("error", (error) => {
      output += String(error);
      end(1);
    });
    child.on("close", (code) => end(code ?? 1));
  });
}
