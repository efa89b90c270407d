// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { listCommittable, root } from "../../tools/source/files.mjs";

/**
 * Files that may listen: the owner of all endpoints, the checks for free ports, sockets that other
 * machines and users cannot reach, and the ABCI server, to which CometBFT connects.
 */
const LISTENERS = new Set([
  "host/node/src/sockets/endpoints.ts",
  "host/node/src/sockets/ports.ts",
  "host/node/src/lock.ts",
  "host/abci/src/driver/listen.ts",
  "host/abci/src/driver/unixPath.ts",
  "host/network/src/ports.ts",
]);

const sources = (listCommittable(root) as readonly string[]).filter((path) => /^[^/]+\/.*src\/.*\.ts$/.test(path));

test("only the listed files listen", () => {
  expect(sources.length).toBeGreaterThan(300);
  const listening = sources.filter((path) => /\.listen\(/.test(readFileSync(join(root, path), "utf8")));
  expect(listening).toContain("host/node/src/sockets/endpoints.ts");
  expect(listening.filter((path) => !LISTENERS.has(path))).toEqual([]);
});
