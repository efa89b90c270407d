// SPDX-License-Identifier: Apache-2.0
/** The harness for hostile hosts on a contract that does what its messages say. */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Contract, DevChain, hostile } from "../../src/index.ts";

const wasm = readFileSync(new URL("../../../../contracts/built/probe-v1.wasm", import.meta.url));

let chain: DevChain;
let probe: Contract;
beforeAll(async () => {
  chain = await DevChain.create({ rows: "believed" });
  probe = await chain.as("alice").deploy(wasm, { ops: [] });
});
afterAll(() => chain.close());

const set = (key: string, value: string) => ({ set: { key, value } });
const get = (key: string) => ({ get: { key } });
const run = (...ops: object[]) => chain.as("alice").execute(probe, { batch: { ops } });
const call = (msg: object) => ({ contract: probe, msg });
const failing = () => ({ to: chain.account("bob"), coins: [{ denom: "uscrt", amount: "9".repeat(30) }] });
const textOf = ({ data }: { readonly data: Uint8Array }) => Buffer.from(data).toString();
const ask = (msg: object) => chain.query(probe, msg);

/** A state in which `a` and `b` have old values at `height`, and new ones now, in a block each. */
async function twoAges() {
  await run(set("a", "a-old"), set("b", "b-old"));
  const { height } = chain;
  await run(set("a", "a-new"));
  const changedA = chain.height;
  await run(set("b", "b-new"));
  return { height, changedA };
}

describe("a hostile host whose enclave believes its rows", () => {
  it("serves older rows to a call in a block, and the honest chain never sees it", async () => {
    const { height } = await twoAges();
    const before = [chain.height, chain.appHash];
    const both = call({ batch: { ops: [get("a"), get("b")] } });
    const read = await hostile(chain).fork(async (fork) => {
      fork.serveOlder({ contract: probe, height });
      const { execution, answers } = await fork.run(chain.as("alice"), [both]);
      return [execution.ok, answers.map(textOf), await fork.query(probe, get("a"))];
    });
    expect(read).toEqual([true, ['["a-old","b-old"]'], ["a-old"]]);
    expect([chain.height, chain.appHash]).toEqual(before);
    expect(textOf(await run(get("a"), get("b")))).toBe('["a-new","b-new"]');
  });

  it("mixes rows of two heights, by the block that changed them", async () => {
    const { height, changedA } = await twoAges();
    const mixed = await hostile(chain).fork(async (fork) => {
      fork.serveOlder({ contract: probe, height, choose: fork.changedAt(probe, changedA) });
      return textOf(await run(get("a"), get("b")));
    });
    expect(mixed).toBe('["a-old","b-new"]');
  });

  it("goes on from what its fork wrote", async () => {
    const { height } = await twoAges();
    const read = await hostile(chain).fork(async (fork) => {
      fork.serveOlder({ contract: probe, height });
      await run(get("b"), set("a", "a-fork"));
      return textOf(await run(get("a"), get("b")));
    });
    expect(read).toBe('["a-fork","b-old"]');
  });

  it("serves no row, and cannot serve a row under the key of another", async () => {
    await twoAges();
    const host = hostile(chain);
    const none = await host.fork(async (fork) => {
      fork.serve(probe, () => undefined);
      return textOf(await run(get("a")));
    });
    expect(none).toBe("[null]");
    const keys: Uint8Array[] = [];
    await host.fork(async (fork) => {
      fork.serve(probe, ({ key }) => void keys.push(key));
      await run(get("a"), get("b"));
    });
    const [, ofB] = keys;
    const exchanged = host.fork(async (fork) => {
      fork.serve(probe, ({ at }) => at(chain.height, ofB));
      await fork.query(probe, get("a"));
    });
    await expect(exchanged).rejects.toThrow("failed to decrypt data");
  });

  it("reads the answer of a message that a later one undoes, with the sender's key alone", async () => {
    await run(set("a", "real"));
    const host = hostile(chain);
    const { execution, answers } = await host.fork((fork) =>
      fork.run(chain.as("alice"), [call({ batch: { ops: [set("a", "undone"), get("a")] } }), failing()]),
    );
    expect(execution.ok).toBe(false);
    expect(execution.data).toHaveLength(0);
    expect(answers.map((each) => [each.contract, each.ok, each.json()])).toEqual([[probe.address, true, ["undone"]]]);
    expect(await ask(get("a"))).toEqual(["real"]);
    const inner = { contract: probe.address, code_hash: probe.codeHash, msg: JSON.stringify(get("a")) };
    const nested = await host.fork((fork) => fork.run(chain.as("alice"), [call({ call: inner }), failing()]));
    expect(nested.answers.map(textOf)).toEqual(["", '["real"]']);
    const refused = await host.fork((fork) => fork.run(chain.as("alice"), [call({ no_such: {} })]));
    expect(refused.answers[0]).toMatchObject({ ok: false, error: expect.stringContaining("unknown variant") });
  });

  it("tries every mix of the rows that changed", async () => {
    const { height } = await twoAges();
    const mixes = await hostile(chain).mixes({ contract: probe, height }, async () =>
      textOf(await run(get("a"), get("b"))),
    );
    expect(mixes).toEqual(['["a-old","b-new"]', '["a-new","b-old"]', '["a-old","b-old"]'].map((known) => ({ known })));
    const failed = await hostile(chain).mixes({ contract: probe, height }, async () => {
      await run(get("a"));
      throw new Error("no");
    });
    expect(failed).toEqual([{ refused: "Error: no" }]);
    const none = hostile(chain).mixes({ contract: probe, height: chain.height }, () => run(get("a")));
    await expect(none).rejects.toThrow(/0 of the rows/);
  });

  it("asks with any time, at any height", async () => {
    await run(set("a", "past"));
    const { height } = chain;
    await run(set("a", "now"));
    const time = new Date("2040-01-01T00:00:00Z");
    const [env, past] = await hostile(chain).fork(async (fork) => [
      JSON.stringify(await fork.query(probe, { env: {} }, { time })),
      await fork.query(probe, get("a"), { height, time: new Date(0) }),
    ]);
    expect(env).toContain(`${time.getTime()}000000`);
    expect(past).toEqual(["past"]);
    expect(JSON.stringify(await ask({ env: {} }))).not.toContain(`${time.getTime()}000000`);
  });

  it("refuses a fork whose rows had no effect, unknown heights, two rules and forks in forks", async () => {
    await run(set("a", "1"));
    const { height } = chain;
    const host = hostile(chain);
    const idle = host.fork(async (fork) => {
      fork.serveOlder({ contract: probe, height });
      await run(get("a"));
    });
    await expect(idle).rejects.toThrow(/served every row of .* as it is/);
    const future = host.fork(async (fork) => fork.serveOlder({ contract: probe, height: height + 1 }));
    await expect(future).rejects.toThrow(`give a height from 1 to ${height}`);
    const twice = host.fork(async (fork) => {
      fork.serve(probe, ({ newer }) => newer);
      fork.serve(probe, ({ newer }) => newer);
    });
    await expect(twice).rejects.toThrow(/one rule for each contract/);
    await expect(host.fork(() => host.fork(async () => 1))).rejects.toThrow(/a host is in place already/);
    expect(chain.height).toBe(height);
    expect(textOf(await run(get("a")))).toBe('["1"]');
  });
});

describe("a hostile host whose enclave wants proofs of rows", () => {
  it("serves no older row, no absence, no other time: a call or a query over them ends its node", async () => {
    const proven = await DevChain.create();
    try {
      const target = await proven.as("alice").deploy(wasm, { ops: [set("a", "old")] });
      const { height } = proven;
      const write = (value: string) => proven.as("alice").execute(target, set("a", value));
      await write("new");
      const mark = proven.appHash;
      const host = hostile(proven);
      const refused = "the row is not the one of the verified state";
      const read = () => proven.as("alice").execute(target, get("a"));
      for (const lie of ["older", "none"] as const) {
        const forked = host.fork(async (fork) => {
          if (lie === "older") fork.serveOlder({ contract: target, height });
          else fork.serve(target, () => undefined);
          await read();
        });
        await expect(forked).rejects.toThrow(refused);
        const asked = host.fork(async (fork) => {
          if (lie === "older") fork.serveOlder({ contract: target, height });
          else fork.serve(target, () => undefined);
          return fork.query(target, get("a"));
        });
        await expect(asked).rejects.toThrow(refused);
      }
      const [env] = await host.fork((fork) => fork.query<string[]>(target, { env: {} }, { time: new Date(0) }));
      expect(JSON.parse(env as string)).toMatchObject({ block: { time: expect.stringMatching(/^[1-9]\d{18}$/) } });
      expect(proven.appHash).toBe(mark);
      expect(textOf(await read())).toBe('["new"]');
      const mixes = await host.mixes({ contract: target, height }, read);
      expect(mixes).toEqual([{ refused: expect.stringContaining(refused) }]);
    } finally {
      proven.close();
    }
  });
});
