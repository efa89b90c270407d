// SPDX-License-Identifier: Apache-2.0
/** The promises of docs/operating.md and deploy/ to operators. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { Wallet } from "secretjs";
import { afterEach, describe, expect, test } from "vitest";
import { listCommittable } from "../../tools/source/files.mjs";
import { clientOf, must, nativeBalance, withGas } from "./client.ts";
import { heightOf, newHome, provenHeight, removeAll, TestNode, untilHeight } from "./node.ts";

afterEach(removeAll);

const ROOT = resolve(import.meta.dirname, "../..");
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");

/** The flags of a start without those that say where. */
function flagsOf(args: readonly string[]): string[] {
  const out: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    if (arg === "--home" || arg === "--ready-file") i += 1;
    else out.push(arg);
  }
  return out;
}

/** An instruction of the Dockerfile that is a list of words. */
function wordsOf(instruction: string): string[] {
  const [, list] =
    new RegExp(`^${instruction}.* (\\[.*\\])$`, "m").exec(read("deploy/Dockerfile").replace(/ CMD \[/, " [")) ?? [];
  return JSON.parse(list ?? "[]") as string[];
}

const health = (node: TestNode, env: Readonly<Record<string, string>> = {}) =>
  spawnSync(process.execPath, [...wordsOf("HEALTHCHECK").slice(1), node.rpc], {
    cwd: ROOT,
    encoding: "utf8",
    env: { ...process.env, ...env },
  });

describe("deploy/", () => {
  test("Dockerfile: the command starts a node, whose health is seen", async () => {
    const [program, main = "", verb] = wordsOf("ENTRYPOINT");
    expect([program, verb]).toEqual(["node", "start"]);
    expect(existsSync(join(ROOT, main))).toBe(true);
    const node = await TestNode.start({ flags: [...flagsOf(wordsOf("CMD")), "--block-time=200ms"] });
    await untilHeight(node, 3);
    expect(health(node)).toMatchObject({ status: 0, stderr: "" });
    expect(health(node, { SOTTO_MAX_AGE: "20" })).toMatchObject({ status: 0 });
    const old = health(node, { SOTTO_MAX_AGE: "-1" });
    expect(old.status).toBe(1);
    expect(old.stderr).toContain("the last block is ");
    await node.stop();
    const gone = health(node);
    expect(gone.status).toBe(1);
    expect(gone.stderr).toContain(`${node.rpc} does not answer: `);
    expect(gone.stderr).not.toContain("    at ");
  });

  test("sotto.service: the command starts a node", async () => {
    const [, command = ""] = /^ExecStart=(.*)$/m.exec(read("deploy/sotto.service")) ?? [];
    const [program, main = "", verb, ...args] = command.split(" ");
    expect([program, verb]).toEqual(["/usr/bin/node", "start"]);
    expect(existsSync(join(ROOT, main))).toBe(true);
    const node = await TestNode.start({ flags: flagsOf(args) });
    expect(node.stdout).not.toContain("grant rice");
    await node.stop();
    expect(node.stderr).toContain('"msg":"block"');
  });
});

describe("a backup", () => {
  test("of a stopped node goes on from its last block, with or without its index, while the original goes on", async () => {
    let node = await TestNode.start({ flags: ["--instant"] });
    const to = new Wallet().address;
    const pay = async (value: number) => {
      const alice = clientOf(node, "a");
      const amount = [{ denom: "uscrt", amount: String(value) }];
      const paid = await alice.tx.bank.send({ from_address: alice.address, to_address: to, amount }, withGas(50_000));
      return must(paid);
    };
    const paid = await pay(5);
    const height = await provenHeight(node);
    await node.stop();
    const archive = join(newHome(), "backup.tar.gz");
    execFileSync("tar", ["-C", node.home, "-czf", archive, "."]);
    node = await node.restart();
    await pay(7);
    await node.stop();
    for (const without of [undefined, "index"]) {
      const home = join(newHome(), "restored");
      mkdirSync(home);
      execFileSync("tar", ["-C", home, "-xzf", archive]);
      if (without !== undefined) rmSync(join(home, without), { recursive: true });
      const restored = await TestNode.start({ home, flags: ["--instant"] });
      expect(await heightOf(restored)).toBe(height);
      const client = clientOf(restored, "b");
      expect(await nativeBalance(client, to)).toBe(5n);
      expect((await client.query.getTx(paid.transactionHash))?.height).toBe(paid.height);
      await restored.stop();
    }
  });
});

describe("docs/operating.md", () => {
  test("names texts of the log that are in the sources", () => {
    const sources = listCommittable(ROOT)
      .filter((path) => /^host\/.*\/src\/.*\.ts$/.test(path))
      .map(read)
      .join("\n");
    const [, tables = ""] = read("docs/operating.md").split("## Log lines");
    const texts = [...tables.matchAll(/^\| (?:[a-z]+ \| )?(`.*?`) \|/gm)].flatMap(([, cell = ""]) =>
      [...cell.matchAll(/`([^`]+)`/g)].map(([, text = ""]) => text),
    );
    expect(texts.length).toBeGreaterThan(20);
    for (const text of texts) {
      for (const part of text.split("...")) expect([text, sources.includes(part.trim())]).toEqual([text, true]);
    }
  });
});
