// SPDX-License-Identifier: Apache-2.0
/** The memory that a block may take on the thread that runs it (ADR 52). */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { EXEC_MEMORY_MB } from "@sotto/node";
import { expect, test } from "vitest";

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

test("the worst blocks that the limits allow need less than half of the memory that the thread may keep", async () => {
  const heap = `--max-old-space-size=${Math.floor(EXEC_MEMORY_MB / 2)}`;
  const args = [heap, "--import", path("../../tools/example/register.mjs"), path("./worstBlock.ts")];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      said += chunk;
    });
  }
  const [code] = await once(child, "close");
  expect(code, said).toBe(0);
  for (const name of ["removals", "writes", "events", "calls"])
    expect(said).toMatch(new RegExp(`^${name}: \\d+ of \\d+ succeed`, "m"));
}, 300_000);
