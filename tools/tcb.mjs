// SPDX-License-Identifier: Apache-2.0
// Writes trusted/TCB.md: the counted code inside the TEE. `--check` only compares.
// usage: node tools/tcb.mjs [--check]
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, posix } from "node:path";
import { pathToFileURL } from "node:url";
import { listPackages } from "./layers/packages.mjs";
import { resolveLocked } from "./lock/resolve.mjs";
import { listFiles, readJson, root } from "./source/files.mjs";
import { importsOf, parseFile } from "./source/syntax.mjs";

const PATH = "trusted/TCB.md";
const ROOTS = "trusted/enclave";

/**
 * @typedef
 * {{ files: Map<string, number>, npm: Map<string, Set<string>>, node: Map<string, Set<string>> }}
 * Closure
 */

/**
 * Files reached from every source file of trusted/enclave by imports that exist at run time, and by
 * URLs of workers.
 * @param {string} base
 * @returns {Closure}
 */
export function closure(base) {
  const packages = listPackages(base);
  /** @type {Closure} */
  const reached = { files: new Map(), npm: new Map(), node: new Map() };
  const queue = listFiles(base, `${ROOTS}/src`, [".ts"]);
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (reached.files.has(path)) continue;
    const source = parseFile(base, path);
    reached.files.set(path, source.text.split("\n").length - (source.text.endsWith("\n") ? 1 : 0));
    for (const { specifier, typeOnly } of importsOf(source)) {
      if (typeOnly) continue;
      const target = locate(base, packages, path, specifier);
      if (target.kind === "file") queue.push(...target.paths);
      else reached[target.kind].set(target.name, (reached[target.kind].get(target.name) ?? new Set()).add(path));
    }
  }
  return reached;
}

/**
 * @param {string} base
 * @param {ReturnType<typeof listPackages>} packages
 * @param {string} from
 * @param {string} specifier
 * @returns {{ kind: "file", paths: string[] } | { kind: "npm" | "node", name: string }}
 */
function locate(base, packages, from, specifier) {
  if (specifier.startsWith(".")) {
    // a worker is named by the URL of its built file
    const path = posix.join(posix.dirname(from), specifier).replace("/dist/", "/src/").replace(/\.js$/, ".ts");
    return { kind: "file", paths: [path] };
  }
  if (specifier.startsWith("node:")) return { kind: "node", name: specifier };
  const own = packages.find(({ folder }) => from.startsWith(`${folder}/`));
  if (specifier.startsWith("#") && own) {
    return { kind: "file", paths: sourcesOf(base, own.folder, own.manifest.imports?.[specifier], specifier) };
  }
  const name = specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
  const found = packages.find(({ manifest }) => manifest.name === name);
  if (found === undefined) return { kind: "npm", name };
  const wanted = `.${specifier.slice(name.length)}`;
  const { exports } = found.manifest;
  const pattern = Object.keys(exports).find(
    (k) => k.includes("*") && wanted.startsWith(/** @type {string} */ (k.split("*")[0])),
  );
  const target = exports[wanted] ?? (pattern && fill(exports[pattern], pattern, wanted));
  return { kind: "file", paths: sourcesOf(base, found.folder, target, specifier) };
}

/**
 * Inserts the value of `*` into every target of a pattern.
 * @param {any} target
 * @param {string} pattern
 * @param {string} wanted
 */
function fill(target, pattern, wanted) {
  const [head = "", tail = ""] = pattern.split("*");
  const star = wanted.slice(head.length, wanted.length - tail.length);
  return JSON.parse(JSON.stringify(target).replaceAll("*", star));
}

/**
 * The source behind every built file that a package.json names for one entry, on Node.
 * @param {string} base @param {string} folder @param {any} target @param {string} specifier
 */
function sourcesOf(base, folder, target, specifier) {
  const built = typeof target === "string" ? target : (target?.node ?? target?.default ?? target?.import);
  if (typeof built !== "string") throw new Error(`${specifier}: ${folder}/package.json names no file for it`);
  const path = posix.join(folder, built.replace("./dist/", "src/").replace(/\.js$/, ".ts"));
  if (!existsSync(join(base, path))) throw new Error(`${specifier}: ${path} does not exist`);
  return [path];
}

/**
 * Imported npm packages and their dependencies, from the lock.
 * @param {Record<string, any>} locked
 * @param {ReadonlyMap<string, ReadonlySet<string>>} npm paths of importers by name
 * @param {readonly string[]} folders of packages
 * @returns {{ name: string, version: string, importers: Set<string> }[]}
 */
function withDependencies(locked, npm, folders) {
  /**
   * @type {Map<string, { name: string, version: string, importers: Set<string> }>} by path in the
   * lock
   */
  const all = new Map();
  const ownerOf = (/** @type {string} */ path) => folders.find((folder) => path.startsWith(`${folder}/`)) ?? path;
  const queue = [...npm].flatMap(([name, paths]) =>
    [...new Set([...paths].map(ownerOf))].map((from) => ({ from, name, importer: from })),
  );
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const { from, name, importer } = next;
    const path = resolveLocked(locked, from, name) ?? `node_modules/${name}`;
    const entry = locked[path] ?? {};
    const known = all.get(path) ?? { name, version: entry.version ?? "?", importers: new Set() };
    if (importer !== "") known.importers.add(importer);
    if (all.has(path)) continue;
    all.set(path, known);
    queue.push(...Object.keys(entry.dependencies ?? {}).map((name) => ({ from: path, name, importer: "" })));
  }
  return [...all.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** @param {string} base */
export function render(base) {
  const { files, npm, node } = closure(base);
  const packages = listPackages(base).map(({ folder }) => folder);
  const rows = packages
    .map((folder) => ({ folder, own: [...files].filter(([path]) => path.startsWith(`${folder}/`)) }))
    .filter(({ own }) => own.length > 0)
    .map(({ folder, own }) => ({ folder, files: own.length, lines: own.reduce((sum, [, lines]) => sum + lines, 0) }));
  const generated = [...files].filter(([path]) => path.includes("/gen/")).reduce((sum, [, lines]) => sum + lines, 0);
  const total = [...files.values()].reduce((sum, lines) => sum + lines, 0);
  const libraries = withDependencies(readJson(base, "package-lock.json").packages, npm, packages);
  const modules = [...node].sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    "# What runs inside the TEE",
    "",
    "The transitive closure of `trusted/enclave`: every file that its imports reach at run time; imports of types alone are",
    "not followed. An npm package counts with all that it depends on, loaded or not. Written by `npm run tcb`, compared by",
    "`npm run check`. The number may only rise in a change that says so.",
    "",
    `**${total - generated} lines written by hand** and ${generated} generated, in ${files.size} files; ${libraries.length} npm packages; and Node itself.`,
    "",
    "| package | files | lines |",
    "| --- | ---: | ---: |",
    ...rows.map((row) => `| ${row.folder} | ${row.files} | ${row.lines} |`),
    "",
    "| npm package | version | imported by |",
    "| --- | --- | --- |",
    ...libraries.map(({ name, version, importers }) => `| ${name} | ${version} | ${namesOf(importers)} |`),
    "",
    "| module of Node | imported by |",
    "| --- | --- |",
    ...modules.map(([name, paths]) => `| ${name} | ${[...paths].sort().join(", ")} |`),
    "",
  ].join("\n");
}

/** @param {Set<string>} importers */
const namesOf = (importers) => (importers.size === 0 ? "a dependency of the others" : [...importers].sort().join(", "));

/**
 * @param {string} base
 * @returns {string[]}
 */
export function checkTcb(base) {
  const now = render(base);
  const file = join(base, PATH);
  const then = existsSync(file) ? readFileSync(file, "utf8") : "";
  if (now === then) return [];
  const lines = (/** @type {string} */ text) => /\*\*(\d+) lines/.exec(text)?.[1] ?? "no";
  return [
    `${PATH} says ${lines(then)} lines by hand, there are ${lines(now)}: run npm run tcb and say why in the change`,
  ];
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  if (process.argv.includes("--check")) {
    const problems = checkTcb(root);
    for (const problem of problems) console.error(problem);
    process.exitCode = problems.length > 0 ? 1 : 0;
  } else {
    writeFileSync(join(root, PATH), render(root));
    console.log(`wrote ${PATH}`);
  }
}
