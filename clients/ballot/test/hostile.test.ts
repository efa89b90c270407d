// SPDX-License-Identifier: Apache-2.0
/** L1 to L3 of the README: a host that lies to its enclave about rows and times. */
import { idText } from "@sotto/contract-client";
import { hostile } from "@sotto/contract-test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LogDiffers, type PollTerms } from "../src/index.ts";
import { credentialOf, DAY, NO, Stage, YES } from "./stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open({ rows: "believed" });
});
afterAll(() => stage.close());

/** The poll, the absent work row and four entries. */
const ROWS_OF_TALLY = 6;
const hex = (key: Uint8Array) => Buffer.from(key).toString("hex");

/** A poll in which anna says yes, and bert no in the last entry; `height` is before that entry. */
async function voted(changes: Partial<PollTerms> = {}) {
  const poll = await stage.listPoll({ anna: 1n, bert: 1n }, { quorum: { weight: 1n }, ...changes });
  await stage.register("anna", poll, credentialOf(1));
  await stage.register("bert", poll, credentialOf(2));
  await stage.cast("anna", poll, credentialOf(1), YES);
  const { height } = stage.chain;
  const last = await stage.cast("bert", poll, credentialOf(2), NO);
  expect(last.ok).toBe(true);
  stage.chain.time.advance(2 * DAY);
  return { poll, height };
}

async function tallied(poll: bigint) {
  const { totals } = await stage.client("anyone").tally(poll);
  const { head, n } = await stage.client("anyone").poll(poll);
  return { totals: totals?.map(BigInt), head, n };
}

describe("a hostile host whose enclave believes its rows", () => {
  it("L1: tallies a prefix of the log, and learns the last vote by difference; the head is another one (debt)", async () => {
    const { poll, height } = await voted();
    const forked = await hostile(stage.chain).fork((fork) => {
      fork.serveOlder({ contract: stage.ballot, height });
      return tallied(poll);
    });
    const real = await tallied(poll);
    expect([forked.totals, real.totals]).toEqual([
      [1n, 0n, 0n],
      [1n, 1n, 0n],
    ]);
    expect(BigInt(forked.n) + 1n).toBe(BigInt(real.n));
    expect(forked.head).not.toBe(real.head);
  });

  it("L1: with witnesses learns nothing: they confirm the chain's head, and the prefix gets no tally", async () => {
    const { poll, height } = await voted({ witnesses: { addresses: [stage.address("wilma")], threshold: 1 } });
    const prefix = await stage.client("anyone").poll(poll);
    const host = hostile(stage.chain);
    const learnt = await host.fork(async (fork) => {
      fork.serveOlder({ contract: stage.ballot, height });
      const { head: chain, n } = prefix;
      const counts = tallied(poll);
      await expect(counts).rejects.toThrow("0 of 1 witnesses have confirmed");
      // What the witness sends is in blocks: the host has it, and it is for the chain's head.
      await expect(stage.client("wilma").confirm(poll, BigInt(n), chain)).rejects.toThrow("another n and head");
      // The witness on this host's node.
      await expect(stage.client("wilma").witness(poll)).rejects.toThrow(LogDiffers);
      const { status, result, n: frozen } = await stage.client("anyone").poll(poll);
      return { status, result, isPrefix: BigInt(frozen) + 1n === BigInt(n) };
    });
    expect(learnt).toEqual({ status: "frozen", result: undefined, isPrefix: true });
    await stage.client("anyone").freeze(poll);
    const witnessed = await stage.client("wilma").witness(poll);
    expect([witnessed.sent, witnessed.head]).toEqual([true, prefix.head]);
    // Rows of the chain that has the confirmation beside older ones.
    const mixes = await host.mixes({ contract: stage.ballot, height }, () => tallied(poll));
    const real = await tallied(poll);
    for (const mix of mixes) if ("known" in mix) expect(mix.known).toEqual(real);
    expect(mixes.some((mix) => "refused" in mix)).toBe(true);
  });

  it("L1: no mix of older and new rows gives another result under the chain's head", async () => {
    const { poll, height } = await voted();
    const mixes = await hostile(stage.chain).mixes({ contract: stage.ballot, height }, () => tallied(poll));
    const real = await tallied(poll);
    expect(mixes.some((mix) => "refused" in mix)).toBe(true);
    for (const mix of mixes)
      if ("known" in mix && String(mix.known.totals) !== String(real.totals))
        expect(mix.known.head).not.toBe(real.head);
  });

  it("6, 7, L1: a log with an entry left out, exchanged or doubled gives no tally", async () => {
    const { poll } = await voted();
    expect((await stage.simple("anyone", "freeze", poll)).ok).toBe(true);
    const host = hostile(stage.chain);
    const step = () => stage.simple("anyone", "tally", poll);
    const keys: Uint8Array[] = [];
    await host.fork(async (fork) => {
      fork.serve(stage.ballot, ({ key, newer }) => {
        keys.push(key);
        // The last row is left out: the others are asked for as they are.
        return keys.length === ROWS_OF_TALLY ? undefined : newer;
      });
      expect((await step()).ok).toBe(false);
    });
    const [, , ...entries] = keys;
    const [second, third] = [entries[1] as Uint8Array, entries[2] as Uint8Array];
    const logs: readonly ReadonlyMap<string, Uint8Array | undefined>[] = [
      new Map([[hex(second), undefined]]),
      new Map([
        [hex(second), third],
        [hex(third), second],
      ]),
      new Map([[hex(third), second]]),
    ];
    for (const log of logs) {
      const done = await host.fork((fork) => {
        fork.serve(stage.ballot, ({ key, newer, at }) => {
          if (!log.has(hex(key))) return newer;
          const other = log.get(hex(key));
          return other && at(stage.chain.height, other);
        });
        return step();
      });
      expect([done.ok, done.data.length]).toEqual([false, 0]);
    }
    expect((await step()).ok).toBe(true);
  });

  it("8, L3: no query with a false time shows a tally before the row of the result", async () => {
    const { poll, height } = await voted();
    const query = { poll: { poll_id: idText(poll) } };
    const time = new Date(stage.chain.time.now().getTime() + 1_000 * 1_000 * DAY);
    const seen = await hostile(stage.chain).fork(async (fork) => [
      await fork.query<{ poll: object }>(stage.ballot, query, { time }),
      await fork.query<{ poll: object }>(stage.ballot, query, { height, time }),
    ]);
    for (const { poll: shown } of seen) expect(shown).not.toHaveProperty("result");
  });
});

describe("a hostile host whose enclave wants proofs of rows", () => {
  it("L1: cannot tally a prefix of the log", async () => {
    const believing = stage;
    stage = await Stage.open();
    try {
      const { poll, height } = await voted();
      const forked = hostile(stage.chain).fork(async (fork) => {
        fork.serveOlder({ contract: stage.ballot, height });
        await tallied(poll);
      });
      // The node has stopped; its API tells clients no more.
      await expect(forked).rejects.toThrow("internal error");
      expect((await tallied(poll)).totals).toBeDefined();
    } finally {
      stage.close();
      stage = believing;
    }
  });
});
