/**
 * @typedef {"unit" | "chain" | "e2e" | "soak"} Layer
 * @typedef {object} Rule
 * @property {string} files folders: `**` stands for any of them, `*` for one
 * @property {Layer} layer
 * @property {boolean} [runsContracts] the tests run contracts in their own thread; whatever starts a node does not
 */

/** In the order in which they run, the cheapest first. @type {readonly Layer[]} */
export const LAYERS = ["unit", "chain", "e2e", "soak"];

/** @param {Layer} layer @param {readonly string[]} files @returns {Rule[]} */
const plain = (layer, ...files) => files.map((each) => ({ files: each, layer }));

/** @param {Layer} layer @param {readonly string[]} files @returns {Rule[]} */
const contracts = (layer, ...files) => files.map((each) => ({ files: each, layer, runsContracts: true }));

const CHAINS = ["attack", "chain", "conformance", "determinism", "frame", "fuzz", "sim"];

/**
 * Which layer a test belongs to and how it is run, by its folder: the first rule that fits decides. The check `tests` refuses a test
 * that no rule names.
 * @type {readonly Rule[]}
 */
export const rules = [
  ...plain("soak", "test/soak/**"),
  // Nodes, sockets, locks and threads of a process, and processes that are killed.
  ...plain("e2e", "test/e2e/**", "host/node/test/**", "host/*/test/kills/**"),
  ...contracts("chain", ...CHAINS.map((folder) => `test/${folder}/**`)),
  ...contracts(
    "unit",
    "vm/*/test/**",
    "trusted/*/test/**",
    "contracts/test/**",
    "host/api/test/**",
    "host/rpc/test/**",
  ),
  ...plain(
    "unit",
    "pure/*/test/**",
    "boundary/*/test/**",
    "host/*/test/**",
    "host/modules/*/test/**",
    "clients/*/test/**",
  ),
  ...plain("unit", "test/house/**"),
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
 * The tests that vitest runs in one way: a project for each way and layer.
 * @returns {{ name: string, layer: Layer, runsContracts: boolean, include: string[], exclude: string[] }[]}
 */
export function projects() {
  return LAYERS.flatMap((layer) =>
    [false, true].map((runsContracts) => {
      const isOwn = (/** @type {Rule} */ rule) =>
        rule.layer === layer && (rule.runsContracts ?? false) === runsContracts;
      const last = rules.findLastIndex(isOwn);
      return {
        name: runsContracts ? `${layer}-contracts` : layer,
        layer,
        runsContracts,
        include: rules.filter(isOwn).map(({ files }) => files + TESTS),
        exclude: rules.filter((rule, i) => i < last && !isOwn(rule)).map(({ files }) => files),
      };
    }),
  ).filter(({ include }) => include.length > 0);
}
