// SPDX-License-Identifier: Apache-2.0
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, expect, test } from "vitest";

const base = mkdtempSync(join(tmpdir(), "sotto-leftovers-"));
afterAll(() => rmSync(base, { recursive: true }));

const PROGRAM = `
const { temporaryHome } = await import(process.argv[1]);
console.log((await temporaryHome()).home);
setInterval(() => {}, 1000);
`;

/** A process that has a folder for a chain in memory. */
async function start() {
  const module = new URL("../../dist/home.js", import.meta.url).href;
  const child = spawn(process.execPath, ["--input-type=module", "-e", PROGRAM, module], {
    env: { ...process.env, TMPDIR: base },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [text] = (await once(child.stdout, "data")) as [Buffer];
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await once(child, "exit");
  };
  return { name: basename(text.toString().trim()), end };
}

test.skipIf(process.platform === "win32")(
  "the folder of a killed chain in memory goes with the next start; folders of living processes and of others stay",
  async () => {
    mkdirSync(join(base, "sotto-mem-untaken"));
    mkdirSync(join(base, "somebody"));
    const living = await start();
    const killed = await start();
    await killed.end("SIGKILL");
    expect(readdirSync(base)).toContain(killed.name);
    const next = await start();
    expect(readdirSync(base).sort()).toEqual(["somebody", "sotto-mem-untaken", living.name, next.name].sort());
    await Promise.all([living.end("SIGKILL"), next.end("SIGKILL")]);
  },
);
