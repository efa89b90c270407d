// SPDX-License-Identifier: Apache-2.0
/**
 * Disks that are full, read-only or owned by another user, before and after a node.
 */
import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { Wallet } from "secretjs";
import { afterEach, describe, expect, test } from "vitest";
import { clientOf, must, nativeBalance, withGas } from "./client.ts";
import { NAMESPACES, SmallDisk, withoutOverride } from "./namespaces.ts";
import { failedStart, heightOf, newHome, removeAll, type StartFailed, TestNode, until, untilHeight } from "./node.ts";

const FAST = "--block-time=100ms";
const MIB = 1024 * 1024;

const disks: SmallDisk[] = [];
afterEach(async () => {
  await removeAll();
  for (const disk of disks.splice(0)) await disk.end();
});

async function diskOf(size: string): Promise<SmallDisk> {
  const disk = await SmallDisk.make(size);
  disks.push(disk);
  return disk;
}

/** Only one readable sentence. */
function expectSentence({ code, stderr }: StartFailed, ...parts: readonly string[]): void {
  expect(code, stderr).toBe(1);
  expect(stderr.trim().split("\n"), stderr).toHaveLength(1);
  for (const part of parts) expect(stderr).toContain(part);
  expect(stderr).not.toContain("    at ");
}

describe.runIf(process.platform === "linux")(`a disk that is full (${NAMESPACES})`, () => {
  test.each(["4k", "8k", "36k", "44k", "52k", "124k", "200k", "600k", "4m"])(
    "of %s for a chain in memory is named, with its free bytes and what to do",
    async (size) => {
      const disk = await diskOf(size);
      const { within, path } = disk;
      const failed = await failedStart({ within, flags: ["--in-memory", FAST], env: { TMPDIR: path } });
      expectSentence(failed, path, "TMPDIR");
      expect(failed.stderr).toMatch(/is full: [0-9]+ bytes are free, 16777216 are needed|at .* which holds .* is full/);
    },
  );

  test("stops a node in one sentence, and the node goes on when there is room, with all that it told", async () => {
    const disk = await diskOf("40m");
    const { within, path } = disk;
    const node = await TestNode.start({ home: join(path, "home"), flags: [FAST], within });
    const to = new Wallet().address;
    const alice = clientOf(node, "a");
    const amount = [{ denom: "uscrt", amount: "5" }];
    must(await alice.tx.bank.send({ from_address: alice.address, to_address: to, amount }, withGas(50_000)));
    const height = await untilHeight(node, (await heightOf(node)) + 2);
    for (const leave of [15 * MIB, 0]) {
      disk.fill(leave);
      const running = leave === 0 ? undefined : node;
      if (running !== undefined) {
        expect(await running.ended).toMatchObject({ code: 1, signal: null });
        const [line = "", ...more] = running.stderr.trim().split("\n");
        expect(more).toEqual([]);
        const { msg, level } = JSON.parse(line) as { msg: string; level: number };
        expect(level).toBe(60);
        expect(msg).toContain(`the node cannot continue: the disk at ${path}, which holds ${path}/home/`);
        expect(msg).toContain(" bytes are free, 16777216 are needed; free some space there and start again");
      }
      expectSentence(
        await failedStart({ home: node.home, within }),
        path,
        " is full",
        "free some space there and start again",
      );
      disk.empty();
    }
    const again = await node.restart();
    expect(await nativeBalance(clientOf(again, "b"), to)).toBe(5n);
    await untilHeight(again, height + 3);
    expect(again.stderr).toBe("");
  });

  test("and was filled to the last byte while the node slept stops it at its next block", async () => {
    const disk = await diskOf("40m");
    const { within, path } = disk;
    const node = await TestNode.start({ home: join(path, "home"), flags: ["--instant"], within });
    disk.fill(0);
    const alice = clientOf(node, "a");
    const amount = [{ denom: "uscrt", amount: "5" }];
    void alice.tx.bank
      .send({ from_address: alice.address, to_address: new Wallet().address, amount }, withGas(50_000))
      .catch(() => undefined);
    expect(await node.ended).toMatchObject({ code: 1, signal: null });
    expect(node.stderr).toContain("the node cannot continue: the disk at ");
    disk.empty();
    const again = await node.restart();
    await until(async () => ((await heightOf(again)) >= 1 ? true : undefined));
  });

  test("or can only be read is refused for a new chain and for one that is there", async () => {
    const disk = await diskOf("40m");
    const { within, path } = disk;
    const node = await TestNode.start({ home: join(path, "home"), flags: [FAST], within });
    await node.stop();
    disk.mount("remount,ro");
    for (const home of [node.home, join(path, "new")]) {
      expectSentence(
        await failedStart({ home, within }),
        `cannot use the folder ${home}: its disk can only be read (EROFS)`,
        "--home DIR",
      );
    }
    expectSentence(
      await failedStart({ within, flags: ["--in-memory"], env: { TMPDIR: path } }),
      "can only be read",
      "TMPDIR",
    );
    disk.mount("remount,rw");
    await node.restart();
  });
});

describe.runIf(process.platform === "linux")("a folder", () => {
  test("in which this user may not write is refused with the flag, and so is one that it may not read", async () => {
    for (const mode of [0o500, 0o000]) {
      const parent = newHome();
      const home = join(parent, "inner", "chain");
      mkdirSync(join(parent, "inner"));
      chmodSync(join(parent, "inner"), mode);
      const failed = await failedStart({ home, within: withoutOverride });
      expectSentence(failed, `cannot use the folder ${home}: this user may not write there (EACCES)`, "--home DIR");
      chmodSync(join(parent, "inner"), 0o700);
    }
  });

  test("that the system does not let be made is refused with the flag", async () => {
    expectSentence(await failedStart({ home: "/proc/none" }), "cannot use the folder /proc/none", "--home DIR");
  });
});
