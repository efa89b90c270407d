// SPDX-License-Identifier: Apache-2.0
/**
 * @typedef {"unit" | "chain" | "e2e" | "soak" | "long"} Layer
 * The way to run the files of a rule. "own": each in its own process. "shared": many in one
 * process; they change nothing but temporary folders. "contracts": the same in a thread that may
 * run contracts, for tests that do not start a node; each in its own thread if it is alone.
 * @typedef {"own" | "shared" | "contracts"} Way
 * @typedef {object} Rule
 * @property {string} files folders: `**` stands for any of them, `*` for one
 * @property {Layer} layer
 * @property {Way} way
 * @property {boolean} alone no other file runs beside it: it compares times, or measures the work
 * of
 *   its process or of the machine
 */

/**
 * In the order in which they run, the cheapest first. "long" runs only when it, or a file of it, is
 * named: networks of four validators, which take minutes of all cores.
 * @type {readonly Layer[]}
 */
export const LAYERS = ["unit", "chain", "e2e", "soak", "long"];

/** @param {boolean} isAlone */
const rulesOf =
  (isAlone) =>
  /** @param {Layer} layer @param {Way} way @param {readonly string[]} files @returns {Rule[]} */
  (layer, way, ...files) =>
    files.map((each) => ({ files: each, layer, way, alone: isAlone }));
const all = rulesOf(false);
const alone = rulesOf(true);

const CHAINS = ["chain", "conformance", "determinism", "frame", "fuzz", "sim"];

/** Packages whose tests do not change their process: not pure/bytes and pure/crypto. */
const SHARED = [
  ...["address", "attest", "codec", "comet", "errors", "math", "merkle", "message", "tx"].map((name) => `pure/${name}`),
  "boundary/*",
  "host/*",
  "host/modules/*",
];

/**
 * The layer of a test and the way to run it, by its folder: the first matching rule decides. The
 * check `tests` refuses a test without a rule.
 * @type {readonly Rule[]}
 */
export const rules = [
  ...alone("long", "own", "test/faults/**", "host/network/test/long/**"),
  ...alone("soak", "own", "test/soak/**"),
  // Threads of a node and the order in which they serve, by time.
  ...alone("e2e", "own", "test/e2e/alone/**", "host/node/test/alone/**"),
  // A CometBFT that replays chains to an application in the thread of the test.
  ...all("e2e", "contracts", "test/e2e/replays/**"),
  // Nodes, sockets, locks, and processes that are killed. They wait more than they work.
  ...all(
    "e2e",
    "own",
    "test/e2e/**",
    "test/faults/**",
    "host/*/test/kills/**",
    ...["live", "stock", "sockets"].map((name) => `host/*/test/${name}/**`),
  ),
  // Processor time for a gas, of this process.
  ...alone("chain", "contracts", "test/attack/**"),
  ...all("chain", "contracts", ...CHAINS.map((folder) => `test/${folder}/**`)),
  ...all("unit", "contracts", "vm/*/test/**", "trusted/*/test/**", "contracts/test/**"),
  ...all("unit", "contracts", "host/api/test/**", "host/rpc/test/**", "clients/*/test/**"),
  ...all("unit", "shared", ...SHARED.map((folder) => `${folder}/test/**`)),
  ...all("unit", "shared", "test/repository/**"),
  ...all("unit", "own", "pure/*/test/**"),
];

const TESTS = "/*.test.ts";

/** @param {string} pattern */
const expression = (pattern) => new RegExp(`^${pattern.replace(/\/\*\*$/, "/").replaceAll("*", "[^/]+")}`);

/**
 * The rule of a test file; undefined when none names its folder.
 * @param {string} path relative to the root
 */
export const ruleOf = (path) => rules.find(({ files }) => expression(files).test(path));

/**
 * Whether files of a rule run in one process or thread.
 * @param {Pick<Rule, "way" | "alone">} rule
 */
export const isShared = ({ way, alone: isAlone }) => way !== "own" && !isAlone;

/** The name of vitest's project for a rule. @param {Rule} rule */
export const projectOf = ({ layer, way, alone: isAlone }) =>
  [layer, ...(way === "own" ? [] : [way]), ...(isAlone ? ["alone"] : [])].join("-");

/**
 * The tests that vitest runs in one way: a project for each way and layer.
 * @returns {{ name: string, layer: Layer, way: Way, alone: boolean, include: string[],
 *   exclude: string[] }[]}
 */
export function projects() {
  const names = new Set(rules.map(projectOf));
  return [...names].map((name) => {
    const isOwn = (/** @type {Rule} */ rule) => projectOf(rule) === name;
    const last = rules.findLastIndex(isOwn);
    const { layer, way, alone: isAlone } = /** @type {Rule} */ (rules[last]);
    return {
      name,
      layer,
      way,
      alone: isAlone,
      include: rules.filter(isOwn).map(({ files }) => files + TESTS),
      exclude: rules.filter((rule, i) => i < last && !isOwn(rule)).map(({ files }) => files),
    };
  });
}
