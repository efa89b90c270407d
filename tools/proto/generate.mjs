// SPDX-License-Identifier: Apache-2.0
/**
 * Writes proto/schema from proto/facts and proto/overlay, proto/src/gen from proto/schema and
 * proto/interfaces.json, and the subpath exports of proto/package.json. Hand-written schema files
 * are left alone.
 * usage: node tools/proto/generate.mjs [--check] (--check writes nothing and fails when a file
 * would change)
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { fileOf, isGenerated, overlay, print } from "./schema.mjs";
import { typesModule } from "./types.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const proto = join(root, "proto");

const list = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
    .sort();
const readJson = (file) => JSON.parse(readFileSync(file, "utf8"));
const readAll = (folder) => new Map(list(folder).map((file) => [file, readFileSync(join(folder, file), "utf8")]));

/** All schema files: the hand-written ones as they are, the others from the facts. */
function schema() {
  const out = new Map();
  for (const [file, source] of readAll(join(proto, "schema"))) if (!isGenerated(source)) out.set(file, source);
  const facts = list(join(proto, "facts")).map((file) => readJson(join(proto, "facts", file)));
  const extra = new Map(
    list(join(proto, "overlay")).map((file) => {
      const parsed = readJson(join(proto, "overlay", file));
      return [parsed.package, parsed];
    }),
  );
  const packages = facts.map((one) => one.package);
  for (const one of facts) {
    const file = fileOf(one.package);
    if (out.has(file)) throw new Error(`${file} is written by hand and stated by facts`);
    out.set(file, print(overlay(one, extra.get(one.package)), packages));
    extra.delete(one.package);
  }
  if (extra.size > 0) throw new Error(`overlay without facts: ${[...extra.keys()].join(", ")}`);
  return out;
}

const write = (folder, files) => {
  for (const [file, source] of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), source);
  }
};

/**
 * Runs buf and protoc-gen-es from node_modules, in a folder of their own. Neither touches the
 * network.
 */
function compile(files) {
  const work = mkdtempSync(join(tmpdir(), "sotto-proto-"));
  try {
    write(join(work, "schema"), files);
    const modules = join(root, "node_modules");
    const template = {
      version: "v2",
      plugins: [
        {
          local: [process.execPath, join(modules, "@bufbuild/protoc-gen-es", "bin", "protoc-gen-es")],
          out: join(work, "gen"),
          opt: ["target=ts", "import_extension=ts", "erasable_syntax=true"],
        },
      ],
    };
    writeFileSync(join(work, "buf.yaml"), JSON.stringify({ version: "v2", modules: [{ path: "schema" }] }));
    writeFileSync(join(work, "buf.gen.yaml"), JSON.stringify(template));
    const buf = join(modules, "@bufbuild/buf", "bin", "buf");
    const run = (...args) =>
      execFileSync(process.execPath, [buf, ...args], { cwd: work, stdio: ["ignore", "inherit", "inherit"] });
    run("generate");
    run("build", "--exclude-source-info", "-o", "image.binpb");
    return { generated: readAll(join(work, "gen")), image: readFileSync(join(work, "image.binpb")) };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The list of all files, for reflection and for tests. */
function filesModule(generated) {
  const names = [...generated.keys()].filter((file) => file.endsWith("_pb.ts")).sort();
  const exported = names.map((file) => [file, /^export const (file_\w+): GenFile/m.exec(generated.get(file))[1]]);
  return [
    "// Written by tools/proto/generate.mjs.",
    'import type { DescFile } from "@bufbuild/protobuf";',
    ...exported.map(([file, name]) => `import { ${name} } from "./${file}";`),
    "",
    "/** Every proto file of the project. Loads all generated code (about 100 ms): for reflection, gateways and tests. */",
    `export const files: readonly DescFile[] = [\n${exported.map(([, name]) => `  ${name},\n`).join("")}];`,
    "",
  ].join("\n");
}

/** One subpath per proto package. */
function packageJson(files) {
  const file = join(proto, "package.json");
  const parsed = readJson(file);
  const exports = {
    ".": parsed.exports["."],
    "./files": { types: "./dist/gen/files.d.ts", default: "./dist/gen/files.js" },
    "./types": { types: "./dist/gen/types.d.ts", default: "./dist/gen/types.js" },
  };
  for (const [path, source] of [...files].sort((a, b) => (a[0] < b[0] ? -1 : 1))) {
    const name = /^package ([\w.]+);$/m.exec(source)[1];
    const stem = `./dist/gen/${path.replace(/\.proto$/, "_pb")}`;
    if (exports[`./${name}`] !== undefined) throw new Error(`package ${name} has two files`);
    exports[`./${name}`] = { types: `${stem}.d.ts`, default: `${stem}.js` };
  }
  return `${JSON.stringify({ ...parsed, exports }, null, 2)}\n`;
}

const files = schema();
const wanted = new Map([["package.json", packageJson(files)]]);
for (const [file, source] of files) wanted.set(`schema/${file}`, source);
const { generated, image } = compile(files);
for (const [file, source] of generated) wanted.set(`src/gen/${file}`, source);
wanted.set("src/gen/files.ts", filesModule(generated));
wanted.set("src/gen/types.ts", typesModule(image, readJson(join(proto, "interfaces.json"))));

const present = new Map([["package.json", readFileSync(join(proto, "package.json"), "utf8")]]);
for (const folder of ["schema", "src/gen"]) {
  if (!existsSync(join(proto, folder))) continue;
  for (const [file, source] of readAll(join(proto, folder))) present.set(`${folder}/${file}`, source);
}
const stale = [...present.keys()].filter((file) => !wanted.has(file));
const changed = [...wanted.keys()].filter((file) => present.get(file) !== wanted.get(file));
if (process.argv.includes("--check")) {
  for (const file of [...changed, ...stale])
    console.error(`proto/${file} differs from what tools/proto/generate.mjs writes`);
  if (changed.length + stale.length > 0) process.exit(1);
  console.log(`proto: ${wanted.size} files are as generated`);
} else {
  for (const file of stale) rmSync(join(proto, file));
  write(
    proto,
    changed.map((file) => [file, wanted.get(file)]),
  );
  console.log(`proto: ${changed.length} of ${wanted.size} files written, ${stale.length} removed`);
}
