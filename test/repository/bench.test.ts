// SPDX-License-Identifier: Apache-2.0
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, expect, it } from "vitest";
import { root } from "../../tools/source/files.mjs";

const folder = mkdtempSync(join(tmpdir(), "sotto-bench-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const url = (path: string): string => pathToFileURL(join(root, path)).href;

it.each([true, false])("a bench's figures reach the runner, from a contract thread (%s) too", async (inThread) => {
  const file = join(folder, `bench-${inThread}.mjs`);
  const row = { id: "planted", what: "a planted figure", figure: "1" };
  const lines = [
    inThread ? `import "${url("tools/contractThread.mjs")}";` : "",
    `import { note, report } from "${url("bench/lib/report.mjs")}";`,
    `report(${JSON.stringify(row)}); note("planted");`,
  ];
  writeFileSync(file, lines.join("\n"));
  const child = fork(file, [], { silent: true });
  const messages: unknown[] = [];
  child.on("message", (message) => messages.push(message));
  const [code] = await once(child, "close");
  expect([code, messages]).toEqual([0, [{ row }, { note: "planted" }]]);
});
