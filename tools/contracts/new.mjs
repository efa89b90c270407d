// SPDX-License-Identifier: Apache-2.0
// Makes a contract from the template, with tests and a client script.
//   npm run contract -- my-folder
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Refusal, root } from "../setup.mjs";

const STARTER = join(root, "contracts", "starter");
/** Files with the name of the starter; the crate's name has underscores in Rust. */
const NAMED = [
  "Cargo.toml",
  "Cargo.lock",
  "README.md",
  "tests/notebook.rs",
  "client/package.json",
  "client/try.mjs",
  "client/notebook.test.mjs",
];
/** The way from the starter to this repository, which a copy elsewhere does not have. */
const CLONE = { file: "client/sotto.mjs", path: 'new URL("../../../", import.meta.url)' };
const LEFT_OUT = new Set(["target", "node_modules"]);

/**
 * Copies the starter into an empty or new folder, under the folder's name. Throws
 * Refusal.
 * @param {string | undefined} folder as the user typed it
 * @returns {string} the full path
 */
export function makeContract(folder) {
  if (folder === undefined || folder.startsWith("-"))
    throw new Refusal("usage: npm run contract -- FOLDER, for instance ../my-contract");
  // npm runs scripts in the clone: a typed path is relative to the user's folder.
  const path = resolve(process.env["INIT_CWD"] ?? process.cwd(), folder);
  const name = basename(path);
  if (!/^[a-z][a-z0-9-]{1,40}$/.test(name)) {
    throw new Refusal(
      `"${name}" cannot be the name of a crate: take lower-case letters, digits and dashes, a letter first`,
    );
  }
  if (existsSync(path) && readdirSync(path).length > 0) throw new Refusal(`${path} is not empty: name a new folder`);
  cpSync(STARTER, path, { recursive: true, filter: (source) => !LEFT_OUT.has(basename(source)) });
  for (const file of NAMED) {
    const text = readFileSync(join(path, file), "utf8");
    const crate = /\.(rs|mjs)$/.test(file) ? name.replaceAll("-", "_") : name;
    writeFileSync(join(path, file), text.replaceAll("starter", crate));
  }
  const loader = join(path, CLONE.file);
  const here = `new URL(${JSON.stringify(pathToFileURL(`${root}/`).href)})`;
  writeFileSync(loader, readFileSync(loader, "utf8").replace(CLONE.path, here));
  return path;
}

/** The next commands for the author. @param {string} path of the contract @returns {string} */
export function nextSteps(path) {
  const near = relative(process.env["INIT_CWD"] ?? process.cwd(), path);
  const shown = near !== "" && near.length < path.length ? near : path;
  return `A private notebook lies in ${path}. Next, with rustup installed:

  cd ${shown}
  cargo test
  cargo build --release --target wasm32-unknown-unknown
  node --test client/notebook.test.mjs   # the wasm on a chain inside the test, and a test of leaks
  (cd client && npm install)
  node client/try.mjs            # while npm start runs in another terminal`;
}
