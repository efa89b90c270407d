// SPDX-License-Identifier: Apache-2.0
// `npm run release -- 0.2.0`: makes a release of a clean tree. It writes the version into all files
// that contain it and the date into CHANGELOG.md, builds from an empty state, and packs the
// published packages with a list of SHA-256 sums. It does not commit, tag, push or publish.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { listPackages } from "./layers/packages.mjs";
import { build, Refusal } from "./setup.mjs";
import { readJson } from "./source/files.mjs";
import { checkVersion, renderVersion } from "./version.mjs";

const CHANGELOG = "CHANGELOG.md";
const SUMS = "SHA256SUMS";
/** The folder of the launcher. */
const NODE = "sotto";
/** Headings of a version that come first, in this order. */
const BREAKING = ["STATE-BREAKING", "API-BREAKING", "ENCLAVE-BREAKING"];

/** @param {string} base @param {string[]} args */
const git = (base, ...args) => execFileSync("git", args, { cwd: base, encoding: "utf8" }).trim();

/** Three natural numbers; undefined for another text. @param {string} version */
function numbersOf(version) {
  const parts = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/.exec(version);
  return parts?.slice(1).map(Number);
}

/** @param {string} a @param {string} b */
function isBefore(a, b) {
  const [left = [], right = []] = [numbersOf(a), numbersOf(b)];
  const at = left.findIndex((number, i) => number !== right[i]);
  return at >= 0 && Number(left[at]) < Number(right[at]);
}

/**
 * The changelog with the version and the date in place of the unreleased heading. Throws Refusal if
 * this heading is missing, its part is empty, or the headings in it have another order.
 * @param {string} text
 * @param {string} version
 * @param {string} day
 */
export function renderChangelog(text, version, day) {
  const first = /^## .*$/m.exec(text);
  if (first === null || !/^## \d+\.\d+\.\d+ \(unreleased\)$/.test(first[0])) {
    throw new Refusal(
      `${CHANGELOG} must begin with a heading "## <version> (unreleased)", not with "${first?.[0] ?? ""}"`,
    );
  }
  const behind = text.slice(first.index + first[0].length);
  const part = behind.split(/^## /m)[0] ?? "";
  if (part.trim() === "") throw new Refusal(`${CHANGELOG} says nothing of ${version}`);
  const headings = [...part.matchAll(/^### (.+)$/gm)].map(([, heading]) => BREAKING.indexOf(heading ?? ""));
  const known = headings.filter((place) => place >= 0);
  if (
    headings.slice(0, known.length).some((place, i) => place !== known[i]) ||
    known.some((place, i) => place < (known[i - 1] ?? 0))
  ) {
    throw new Refusal(`${CHANGELOG}: ${BREAKING.join(", ")} come first, in this order`);
  }
  return `${text.slice(0, first.index)}## ${version} (${day})${behind}`;
}

/**
 * Writes a version into a clean tree: the manifests, the lock, the constant and the changelog.
 * Throws Refusal, and writes nothing, if the tree is not clean, the version is malformed or earlier
 * than the present one, its tag exists, or the changelog has no part for it.
 * @param {string} base
 * @param {string} version
 * @param {string} day as in 2026-01-31
 */
export function writeRelease(base, version, day) {
  if (numbersOf(version) === undefined) throw new Refusal(`"${version}" is no version: three numbers, as in 1.2.3`);
  const changed = git(base, "status", "--porcelain");
  if (changed !== "") throw new Refusal(`The tree is not clean:\n${changed}`);
  if (git(base, "tag", "--list", `v${version}`) !== "") throw new Refusal(`There is a tag v${version} already.`);
  const manifest = readJson(base, "package.json");
  if (isBefore(version, manifest.version)) throw new Refusal(`${version} is before ${manifest.version}`);
  const changelog = renderChangelog(readFileSync(join(base, CHANGELOG), "utf8"), version, day);
  writeFileSync(join(base, "package.json"), `${JSON.stringify({ ...manifest, version }, null, 2)}\n`);
  for (const [path, text] of renderVersion(base)) writeFileSync(join(base, path), text);
  writeFileSync(join(base, CHANGELOG), changelog);
  const problems = checkVersion(base);
  if (problems.length > 0) throw new Refusal(problems.join("\n"));
}

/**
 * Folders of the published packages: the launcher with all workspace packages that it needs, and
 * the libraries for clients.
 * @param {string} base
 * @returns {string[]}
 */
export function published(base) {
  const packages = new Map(listPackages(base).map((each) => [each.manifest.name, each]));
  /** @type {Set<string>} */
  const found = new Set();
  /** @param {string} name */
  const add = (name) => {
    const each = packages.get(name);
    if (each === undefined || found.has(each.folder)) return;
    found.add(each.folder);
    for (const needed of Object.keys(each.manifest.dependencies ?? {})) add(needed);
  };
  for (const { folder, manifest } of packages.values()) {
    if (folder === NODE || folder.startsWith("clients/")) add(manifest.name);
  }
  return [...found].sort();
}

/**
 * Packs built packages into a folder, with their sums. Throws Refusal if a tarball lacks a file
 * that its package exports.
 * @param {string} base
 * @param {readonly string[]} folders
 * @param {string} out
 * @returns {string[]} names of the tarballs
 */
export function pack(base, folders, out) {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  // State of the compiler is of no use outside of the clone.
  for (const folder of folders) rmSync(join(base, folder, "dist/.tsbuildinfo"), { force: true });
  const npm = process.env["npm_execpath"];
  const [file, ...before] = npm?.endsWith(".js") ? [process.execPath, npm] : ["npm"];
  const workspaces = folders.map((folder) => `--workspace=${folder}`);
  const options = [
    "pack",
    "--json",
    "--ignore-scripts",
    "--loglevel=error",
    `--pack-destination=${out}`,
    ...workspaces,
  ];
  const answer = execFileSync(/** @type {string} */ (file), [...before, ...options], {
    cwd: base,
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  /** @type {{ name: string, filename: string, files: { path: string }[] }[]} */
  const packed = JSON.parse(answer);
  const paths = new Map(packed.map(({ name, files }) => [name, new Set(files.map(({ path }) => path))]));
  for (const folder of folders) {
    const { name, exports } = readJson(base, `${folder}/package.json`);
    const lost = targetsOf(exports).filter(
      (target) => !target.includes("*") && !paths.get(name)?.has(target.replace("./", "")),
    );
    if (lost.length > 0) throw new Refusal(`The tarball of ${name} lacks ${lost.join(", ")}`);
  }
  const names = readdirSync(out).sort();
  const sums = names.map(
    (name) =>
      `${createHash("sha256")
        .update(readFileSync(join(out, name)))
        .digest("hex")}  ${name}\n`,
  );
  writeFileSync(join(out, SUMS), sums.join(""));
  return names;
}

/** The files in `exports`. @param {any} exports @returns {string[]} */
const targetsOf = (exports) =>
  typeof exports === "string" ? [exports] : Object.values(exports ?? {}).flatMap((each) => targetsOf(each));

/** @param {string} base @param {readonly string[]} args */
export async function release(base, args) {
  const [version = ""] = args;
  writeRelease(base, version, new Date().toISOString().slice(0, 10));
  const folders = published(base);
  // A folder may contain the output of a deleted source.
  for (const folder of folders) rmSync(join(base, folder, "dist"), { recursive: true, force: true });
  await build();
  const out = join(base, ".cache/release", version);
  const names = pack(base, folders, out);
  console.log(`${names.length} tarballs and ${SUMS} in ${out}`);
  console.log(`To go on: .ci/run, then git commit --all --message "Release ${version}" and git tag v${version}.`);
  console.log("To give up: git restore . && node tools/run.mjs setup");
}
