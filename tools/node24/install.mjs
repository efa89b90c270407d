// SPDX-License-Identifier: Apache-2.0
// Newer Nodes beside the one that runs the repository, for the tests that compare them. Each goes
// into a separate folder and never onto a path: users call it by the printed path. Usage: node
// tools/node24/install.mjs [22|24]
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "../setup.mjs";
import { pins } from "./pins.mjs";

/** The command for a user when a test could not install it. */
export const COMMAND = "node tools/node24/install.mjs";

/** @typedef {keyof typeof pins} Major */

const folderOf = (/** @type {Major} */ major) => join(root, ".cache", `node${major}`);
const platform = `${process.platform}-${process.arch}`;

/** @param {Major} major @param {string} why */
const fail = (major, why) =>
  new Error(
    `Node ${major} could not be installed: ${why}\nMend that and run: ${COMMAND}${major === 24 ? "" : ` ${major}`}`,
  );

/**
 * @param {string} binary
 * @returns {string | undefined} the version that it names; undefined when it does not run
 */
function versionOf(binary) {
  const { status, stdout } = spawnSync(binary, ["--version"], { encoding: "utf8" });
  return status === 0 ? stdout.trim().replace(/^v/, "") : undefined;
}

/** @param {readonly string[]} args @param {string} cwd */
function npm(args, cwd) {
  const script = process.env["npm_execpath"];
  const [file, ...before] = script?.endsWith(".js") ? [process.execPath, script] : ["npm"];
  // npm is a script on Windows, which only a shell can start; every argument is a constant of this
  // tool
  const shell = process.platform === "win32" && file === "npm";
  // the environment of a parent npm is about the repository, not about this folder
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_config_(local_)?prefix$/i.test(name)),
  );
  return spawnSync(file, [...before, ...args], { cwd, env, shell, encoding: "utf8" });
}

/** @param {Major} major @param {typeof pins[Major][string]} pin @param {string} into */
function download(major, pin, into) {
  writeFileSync(join(into, "package.json"), `${JSON.stringify({ name: `node${major}`, private: true })}\n`);
  const options = [
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--save-exact",
    "--workspaces=false",
    "--loglevel=error",
  ];
  const ran = npm(["install", ...options, `${pin.name}@${pin.version}`], into);
  if (ran.status !== 0)
    throw fail(major, `${ran.error ?? ""}${ran.stderr ?? ""}`.trim().split("\n").slice(0, 6).join("\n"));
  const lock = JSON.parse(readFileSync(join(into, "package-lock.json"), "utf8"));
  const { integrity } = lock.packages[`node_modules/${pin.name}`];
  if (integrity !== pin.integrity)
    throw fail(major, `${pin.name}@${pin.version} is not the package that was pinned (${integrity})`);
}

/**
 * Another process may have been faster.
 * @param {string} work
 * @param {string} home
 * @param {string} binary
 */
function settle(work, home, binary) {
  try {
    renameSync(work, home);
  } catch (error) {
    if (!existsSync(binary)) throw error;
  }
}

export const installNode24 = () => installNode(24);
export const installNode22 = () => installNode(22);

/**
 * Installs it unless it exists. Throws an error with a remedy.
 * @param {Major} major
 * @returns {string} the path of the binary
 */
function installNode(major) {
  const folder = folderOf(major);
  const pin = pins[major][platform];
  if (pin === undefined)
    throw fail(major, `no package is pinned for ${platform}; there are ${Object.keys(pins[major]).join(", ")}`);
  const home = join(folder, `${platform}-${pin.version}`);
  const binary = join(home, "node_modules", pin.name, pin.bin);
  if (!existsSync(binary)) {
    mkdirSync(folder, { recursive: true });
    // another process may do the same: the whole folder appears at once, or not at all
    const work = mkdtempSync(join(folder, "new-"));
    try {
      download(major, pin, work);
      settle(work, home, binary);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  }
  const version = versionOf(binary);
  if (version !== pin.version)
    throw fail(major, `${binary} says its version is ${version ?? "nothing: it does not run here"}`);
  return binary;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    console.log(process.argv[2] === "22" ? installNode22() : installNode24());
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
