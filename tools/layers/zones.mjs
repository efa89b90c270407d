// SPDX-License-Identifier: Apache-2.0

// The zone table of ARCHITECTURE.md as data, and the only place where it is stated. `cruise.mjs`
// turns it into rules for imports, `manifests.mjs` compares every package.json and tsconfig.json
// with it.
import { OUTSIDE } from "../bundle.mjs";

/**
 * @typedef {object} Row
 * @property {string} zone
 * @property {readonly (readonly string[])[]} layers folders in layer order: a package may import
 * packages of earlier
 *   layers of its zone, never of its own or a later one. `*` stands for every folder below.
 * @property {readonly string[]} imports zones or folders that every package of the row may import;
 * `!folder` takes one out
 * @property {readonly string[]} npm npm packages that every package of the row may import
 *
 * @typedef {object} Extra
 * @property {readonly string[]} [imports] folders it may import beyond its row
 * @property {readonly string[]} [npm] npm packages it may import beyond its row, in any file
 * @property {readonly Driver[]} [drivers] the files that touch the machine
 * @property {readonly string[]} [byUrl] packages it declares and names by URL, but never imports
 *
 * @typedef {object} Driver
 * @property {string} files pattern of paths below the package's src/
 * @property {readonly string[] | "all"} node Node's own modules
 * @property {readonly string[]} [npm] native npm packages
 */

const PROTOBUF = "@bufbuild/protobuf";
const NOBLE = ["@noble/ciphers", "@noble/curves", "@noble/hashes"];

/** Clients of the products: the packages are named `@sotto/<folder>-client`. */
export const products = ["clients/auction", "clients/ballot", "clients/content", "clients/exchange"];

/** @type {readonly Row[]} */
export const rows = [
  { zone: "proto", layers: [["proto"]], imports: [], npm: [PROTOBUF] },
  {
    zone: "pure",
    layers: [
      ["pure/bytes"],
      ["pure/math"],
      ["pure/errors"],
      ["pure/crypto"],
      ["pure/address"],
      ["pure/codec"],
      ["pure/merkle"],
      ["pure/tx"],
      ["pure/comet"],
      ["pure/message"],
      ["pure/attest"],
    ],
    imports: ["proto"],
    npm: [],
  },
  {
    zone: "vm",
    // the interpreter implements the interface that the engine states, and is reached by tests
    // alone: outside the measured base
    layers: [["vm/check"], ["vm/engine"], ["vm/interpreter"], ["vm/cosmwasm"]],
    imports: ["pure"],
    npm: [],
  },
  { zone: "boundary", layers: [["boundary/protocol"], ["boundary/transport"]], imports: ["proto", "pure"], npm: [] },
  {
    zone: "trusted",
    layers: [["trusted/platform"], ["trusted/keys"], ["trusted/verify"], ["trusted/call"], ["trusted/enclave"]],
    imports: ["proto", "pure", "vm", "!vm/interpreter", "boundary"],
    npm: [],
  },
  {
    zone: "host",
    layers: [
      ["host/store"],
      ["host/kernel"],
      ["host/modules/*"],
      ["host/app"],
      ["host/blocks", "host/backend", "host/metrics"],
      ["host/sequencer", "host/index", "host/rpc", "host/api", "host/abci", "host/cometbft", "host/local"],
      ["host/node"],
      ["host/network"],
    ],
    imports: ["proto", "pure"],
    npm: [],
  },
  {
    zone: "clients",
    layers: [
      ["clients/secretjs-bound", "clients/contract-client", "clients/sdk"],
      ["clients/explorer", "clients/cli", "clients/contract-test", ...products],
    ],
    imports: ["proto", "pure"],
    npm: [],
  },
  { zone: "sotto", layers: [["sotto"]], imports: ["host/node", "host/network", "clients/cli"], npm: [] },
];

/** @type {Readonly<Record<string, Extra>>} */
export const extras = {
  "pure/crypto": {
    npm: NOBLE,
    drivers: [
      { files: "native\\.node\\.ts", node: ["crypto", "module"], npm: ["secp256k1", "tiny-secp256k1"] },
      { files: "native\\.browser\\.ts", node: [], npm: ["tiny-secp256k1"] },
    ],
  },
  "pure/codec": { npm: [PROTOBUF] },
  "pure/tx": { npm: [PROTOBUF] },
  "vm/engine": {
    drivers: [
      { files: "nativeStack\\.ts", node: ["worker_threads"] },
      { files: "tiers\\.ts", node: ["v8", "worker_threads"] },
    ],
  },
  "vm/cosmwasm": { imports: ["!vm/interpreter"] },
  "boundary/protocol": { npm: [PROTOBUF] },
  "boundary/transport": { drivers: [{ files: "worker/.*|worker.*\\.ts", node: ["worker_threads"] }] },
  "trusted/platform": { drivers: [{ files: "(sim|tdx|sevsnp|sgx)/.*", node: ["crypto", "fs"] }] },
  "trusted/enclave": { drivers: [{ files: "(entry|lane|worker).*\\.ts", node: ["worker_threads"] }] },
  "host/store": {
    npm: ["pako"],
    drivers: [{ files: "driver/.*|(lmdb|tables)\\.ts", node: ["crypto", "fs", "os", "path"], npm: ["lmdb"] }],
  },
  "host/kernel": { npm: [PROTOBUF] },
  "host/modules/*": { imports: ["vm/check"], npm: [PROTOBUF] },
  "host/modules/compute": { imports: ["boundary/protocol"], npm: ["pako"] },
  "host/modules/registration": { imports: ["boundary/protocol"] },
  "host/app": { imports: ["boundary/protocol"], npm: [PROTOBUF] },
  "host/index": { drivers: [{ files: "(driver|kv)/.*|lmdb.*\\.ts", node: ["fs", "path"], npm: ["lmdb"] }] },
  "host/backend": { npm: [PROTOBUF] },
  "host/api": { npm: [PROTOBUF] },
  "host/abci": { npm: [PROTOBUF], drivers: [{ files: "driver/.*", node: ["fs", "http2", "net", "path"] }] },
  "host/cometbft": { npm: [PROTOBUF], drivers: [{ files: ".*", node: "all", npm: ["classic-level"] }] },
  "host/network": { npm: ["commander"], drivers: [{ files: ".*", node: "all" }] },
  "host/local": {
    npm: ["@scure/bip32", "@scure/bip39", PROTOBUF],
    drivers: [{ files: "driver/.*", node: ["fs", "path", "http"] }],
  },
  "host/node": {
    imports: ["boundary"],
    npm: ["commander", "pino", "ws", PROTOBUF],
    drivers: [{ files: ".*", node: "all" }],
  },
  // Published separately: it does not depend on this repository.
  "clients/secretjs-bound": { npm: [...NOBLE, "@scure/base"] },
  "clients/contract-client": { npm: [...NOBLE, "@scure/base"] },
  ...Object.fromEntries(products.map((folder) => [folder, { npm: [...NOBLE, "@scure/base"] }])),
  "clients/cli": { imports: ["vm/check"], drivers: [{ files: ".*", node: "all" }] },
  "clients/contract-test": {
    imports: ["vm", "boundary", "trusted", "host", "!host/node"],
    npm: [PROTOBUF],
    drivers: [{ files: "enclave/channel\\.ts", node: ["fs", "worker_threads"] }],
  },
  sotto: { byUrl: ["trusted/enclave"], npm: OUTSIDE, drivers: [{ files: ".*", node: "all" }] },
};

/**
 * The files that may `import()` an expression: the enclave's entry, by the URL from the launcher
 * (ADR 2), in the node's thread and in a thread of its own.
 */
export const importsByUrl = ["host/node/src/threads/shared.ts", "boundary/transport/src/workerEntry.ts"];

/** Top-level folders that hold packages. */
export const zoneNames = rows.map((row) => row.zone);

/** @param {string} pattern @param {string} folder */
const matches = (pattern, folder) =>
  pattern === folder ||
  (pattern.endsWith("/*") &&
    folder.startsWith(pattern.slice(0, -1)) &&
    !folder.slice(pattern.length - 1).includes("/"));

/**
 * The rules of the table for one package folder, or undefined when no row names it.
 * @param {string} folder
 * @param {readonly string[]} all every package folder that exists
 */
export function rulesOf(folder, all) {
  const row = rows.find(({ layers }) => layers.some((layer) => layer.some((pattern) => matches(pattern, folder))));
  if (row === undefined) return undefined;
  const own = row.layers.findIndex((layer) => layer.some((pattern) => matches(pattern, folder)));
  const earlier = row.layers.slice(0, own).flat();
  const extra = Object.entries(extras)
    .filter(([pattern]) => matches(pattern, folder))
    .map(([, value]) => value);
  const wanted = [...row.imports, ...extra.flatMap((e) => e.imports ?? []), ...earlier];
  const within = (/** @type {string} */ name, /** @type {string} */ target) =>
    target === name || target.startsWith(`${name}/`) || matches(name, target);
  const refused = wanted.filter((name) => name.startsWith("!")).map((name) => name.slice(1));
  const imports = all.filter(
    (target) =>
      target !== folder && wanted.some((name) => within(name, target)) && !refused.some((name) => within(name, target)),
  );
  return {
    zone: row.zone,
    imports,
    npm: [...row.npm, ...extra.flatMap((e) => e.npm ?? [])],
    drivers: extra.flatMap((e) => e.drivers ?? []),
    byUrl: extra.flatMap((e) => e.byUrl ?? []),
  };
}
