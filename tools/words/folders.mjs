/**
 * Paths whose comments and documents the checks of this folder read, as beginnings. To cover all
 * files of the repository: `[""]`.
 * @type {readonly string[]}
 */
// biome-ignore format: one line, to be replaced as one
export const covered = ["README.md", "ARCHITECTURE.md", "AGENTS.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "bench/", "boundary/", "clients/", "contracts/", "docs/", "host/api/", "host/backend/", "host/blocks/", "host/index/", "host/node/", "host/rpc/", "host/sequencer/", "proto/", "pure/address/", "pure/bytes/", "pure/codec/", "pure/comet/", "pure/crypto/", "pure/errors/", "pure/merkle/", "pure/message/", "sotto/", "test/attack/", "test/e2e/", "test/fuzz/", "test/soak/", "test/support/", "tools/", "trusted/", "vectors/", "vm/"];

/** The plan of the work, programs of public Go code, and generated or foreign text. */
const SKIPPED =
  /^(docs\/plan\.md$|tools\/words\/phrases\.mjs$|tools\/(oracle|sdkapp)\/|proto\/(facts|schema|src)\/|contracts\/(built|private-token|starter)\/|bench\/peers\/)/;

/** @param {string} path */
export const isCovered = (path) => covered.some((start) => path.startsWith(start)) && !SKIPPED.test(path);
