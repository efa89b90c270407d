// SPDX-License-Identifier: Apache-2.0
/** Matchers, allowances, sessions that cannot be compared, and wrong arguments. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DevChain } from "../../src/index.ts";
import {
  assertRevealsNothing,
  assertRevealsOnly,
  LeaksError,
  type LeaksOptions,
  leakMatchers,
  leaks,
  wheres,
} from "../../src/leaks/index.ts";
import { builtContract, digits, type Leaky, openLeaky, padded, peek, planted } from "./leaky.ts";

expect.extend(leakMatchers);

let leaky: Leaky;
beforeAll(async () => {
  leaky = await openLeaky();
});
afterAll(() => leaky.chain.close());

const runOf = (name: string, secret: number, cured = false) => {
  const run = planted[name];
  if (run === undefined) throw new Error(`no run ${name}`);
  return run(leaky, secret, cured);
};
const compare = (name: string, options: Partial<LeaksOptions> = {}, secrets: readonly [number, number] = [4, 9]) =>
  leaks(leaky.chain, runOf(name, secrets[0]), runOf(name, secrets[1]), { seenBy: "reader", ...options });
const nothing = () => undefined;

describe("toRevealNothing and toRevealOnly", () => {
  it("print each difference with its contract, its values and its cure", async () => {
    const report = await compare("answer_length", { names: { leaky: leaky.contract } }, [3, 6]);
    expect(() => expect(report).toRevealNothing()).toThrow(
      `1. transaction 1, message 1, contract leaky (${leaky.contract.address}): the length of the encrypted answer: 20 bytes in the first run, 24 bytes in the second; made by \`data\` of the response\n   Cure: pad every answer`,
    );
    expect(() => assertRevealsNothing(report)).toThrow(LeaksError);
    expect(report).not.toRevealNothing();
  });

  it("allow what a rule names, for one contract, and no more", async () => {
    const report = await compare("answer_length", {}, [3, 6]);
    const own = { name: "the kind of answer", where: "answer length", contract: leaky.contract } as const;
    expect(report).toRevealOnly([own, "the gas used"]);
    expect(() => expect(report).toRevealOnly([own])).toThrow(
      /beside "the kind of answer", the reader .* by this:\n1\. transaction 1.*gas used/s,
    );
    expect(report).not.toRevealOnly([{ ...own, contract: "secret1other" }, "the gas used"]);
    expect(report).not.toRevealOnly([{ ...own, transaction: 2 }, "the gas used"]);
    assertRevealsOnly(report, [own, "the gas used"]);
    expect(() => assertRevealsOnly(report, [])).toThrow(/beside nothing/);
  });

  it("take names that the call of leaks defines", async () => {
    const allowances = { "that a bid was made": { where: ["number of transactions", "number of blocks"] } } as const;
    const twice = async (chain: DevChain) => {
      await runOf("gas", 4)(chain);
      await chain.as("alice").execute(leaky.contract, { erase: {} });
    };
    const report = await leaks(leaky.chain, runOf("gas", 4), twice, { seenBy: "reader", allowances });
    expect(report.transactions).toEqual([1, 2]);
    expect(report.names).toEqual(["number of transactions", "number of blocks"]);
    expect(report).toRevealOnly(["that a bid was made"]);
    expect(report).toRevealOnly(["how many transactions are made"]);
  });

  it("allow one attribute in clear", async () => {
    const report = await compare("attribute");
    expect(report).toRevealOnly([{ name: "the kind", where: "attribute in clear", attribute: "kind" }]);
    expect(report).not.toRevealOnly([{ name: "the fee", where: "attribute in clear", attribute: "fee" }]);
  });

  it("allow one query of a user", async () => {
    const queries = [peek(leaky, false), { ...peek(leaky, false), name: "peek again" }];
    const report = await compare("old_height", { seenBy: { user: leaky.chain.account("bob"), queries } });
    expect(report.seenBy).toBe("user bob");
    expect(report.differences).toHaveLength(2);
    expect(report).not.toRevealOnly([{ name: "one", where: "answer to a query", query: "peek" }]);
    expect(report).toRevealOnly([{ name: "both", where: "answer to a query" }]);
  });

  it("refuse unknown names, unknown differences, and a promise in place of a report", async () => {
    const report = await compare("gas");
    expect(() => expect(report).toRevealOnly(["the weather"])).toThrow(
      /no rule has the name "the weather".*"the gas used"/s,
    );
    // The cast: a caller without types.
    expect(() => expect(report).toRevealOnly([{ name: "x", where: "the moon" as never }])).toThrow(
      /"the moon", which does not exist/,
    );
    expect(() => leakMatchers.toRevealNothing(compare("gas"))).toThrow(/it is a promise, write await/);
    expect(() => leakMatchers.toRevealNothing({})).toThrow(/take the report of leaks/);
  });

  it("work with several observers together", async () => {
    const seenBy = ["reader", { user: "eve", queries: [peek(leaky, false)] }] as const;
    const report = await compare("old_height", { seenBy });
    expect(report.seenBy).toBe("the reader and user eve");
    expect(report.names).toEqual(["answer to a query"]);
  });
});

describe("the place of a difference", () => {
  it("is the message of a transaction with several", async () => {
    const text = (secret: number) => ({
      contract: leaky.contract,
      msg: padded("answer_length", { secret: digits(secret), cured: false }),
    });
    const run = (secret: number) => (chain: DevChain) => chain.as("alice").run([text(3), text(secret)]);
    const { differences } = await leaks(leaky.chain, run(3), run(6), { seenBy: "host" });
    expect(differences.map(({ where, place }) => [where, place.transaction, place.message])).toEqual([
      ["answer length", 1, 2],
      ["length of a call's answer", 1, 2],
      ["gas used", 1, undefined],
      ["exact gas", 1, 2],
    ]);
  });

  it("is the transaction of a block with several", async () => {
    const chain = await DevChain.create({ seed: "several", blocks: "manual" });
    try {
      const mined = async <T>(done: Promise<T>): Promise<T> => {
        chain.mine();
        return done;
      };
      const code = await mined(chain.as("alice").storeCode(builtContract("leaky")));
      const contract = await mined(chain.as("alice").instantiate(code, {}));
      const run = (secret: number) => (each: DevChain) => {
        const msg = (value: number) => padded("branch", { secret: digits(value), cured: false });
        const done = [each.as("alice").execute(contract, msg(2)), each.as("bob").execute(contract, msg(secret))];
        each.mine();
        return Promise.all(done);
      };
      const report = await leaks(chain, run(4), run(9), { seenBy: "host" });
      expect(report.transactions).toEqual([2, 2]);
      const calls = report.differences.filter(({ where }) => where === "rows of a call");
      expect(calls.map(({ place }) => place.transaction)).toEqual([2]);
    } finally {
      chain.close();
    }
  });
});

describe("the example of docs/privacy.md", () => {
  it("is a test", async () => {
    const { chain } = leaky;
    const bid = (amount: string) => runOf("digits", Number(amount), true);
    const report = await leaks(chain, bid("1"), bid("1000000"), { seenBy: "host" });
    expect(report).toRevealNothing();
  });
});

describe("the chain after a comparison", () => {
  it("is in the state before it, also after a run that throws", async () => {
    const { chain, contract } = leaky;
    const [height, balance] = [chain.height, chain.balance(chain.account("alice").address)];
    await compare("refund");
    await expect(
      leaks(chain, runOf("refund", 4), () => Promise.reject(new Error("stop")), { seenBy: "reader" }),
    ).rejects.toThrow("the second run threw: stop");
    expect(chain.height).toBe(height);
    expect(chain.balance(chain.account("alice").address)).toBe(balance);
    await chain.as("alice").execute(contract, { erase: {} });
  });

  it("is not touched when the arguments are wrong", async () => {
    const { chain } = leaky;
    const height = chain.height;
    await expect(leaks(chain, runOf("gas", 1), runOf("gas", 2), { seenBy: [] })).rejects.toThrow(/nobody observes/);
    expect(chain.height).toBe(height);
  });
});

describe("sessions that cannot be compared", () => {
  it("a failed message rejects, unless it may fail", async () => {
    const fail = (chain: DevChain) =>
      chain.as("alice").execute(leaky.contract, padded("error_kind", { secret: digits(1), cured: false }));
    await expect(leaks(leaky.chain, fail, nothing, { seenBy: "reader" })).rejects.toThrow(
      /the first run threw: .*too low/s,
    );
    expect((await compare("error_kind", {}, [1, 0])).names).toContain("result");
  });

  it("transactions that wait for a block are refused, before and after a run", async () => {
    const chain = await DevChain.create({ seed: "manual", blocks: "manual" });
    try {
      const wait = () => {
        // The chain refuses it when it goes back.
        chain
          .as("alice")
          .send("secret1ap26qrlp8mcq2pg6r47w43l0y8zkqm8a450s03", [{ denom: "uscrt", amount: "1" }])
          .catch(() => undefined);
        return Promise.resolve();
      };
      await expect(leaks(chain, wait, nothing, { seenBy: "reader" })).rejects.toThrow(
        /1 transactions? waits? .*after the first run.*chain\.mine\(\)/s,
      );
    } finally {
      chain.close();
    }
  });

  it("two comparisons at once are refused", async () => {
    const both = [compare("gas"), compare("gas")];
    await expect(Promise.all(both)).rejects.toThrow(/another comparison runs on this chain: write await/);
    await Promise.allSettled(both);
    expect((await compare("gas")).names).toEqual(["gas used"]);
  });

  it("two runs that send the same bytes pass no matcher, also not in reverse", async () => {
    const report = await leaks(leaky.chain, runOf("gas", 4), runOf("gas", 4), { seenBy: "reader" });
    expect(report.isEmpty).toBe(true);
    for (const check of [() => expect(report).toRevealNothing(), () => expect(report).not.toRevealNothing()]) {
      expect(check).toThrow(/the secret did not reach the chain, so nothing was compared/);
    }
    expect(() => assertRevealsOnly(report, ["the gas used"])).toThrow(/byte for byte/);
    const later = async (chain: DevChain) => {
      chain.time.advance(60);
      await runOf("gas", 4)(chain);
    };
    const timed = await leaks(leaky.chain, runOf("gas", 4), later, { seenBy: "reader" });
    expect(timed.isEmpty).toBe(false);
  });

  it("two runs that do nothing, or ask the same, pass no matcher", async () => {
    const ask = (chain: DevChain) => chain.query(leaky.contract, peek(leaky, true).msg).catch(() => undefined);
    for (const run of [nothing, ask]) {
      const report = await leaks(leaky.chain, run, run, {
        seenBy: ["host", { user: "eve", queries: [peek(leaky, true)] }],
      });
      expect(() => expect(report).toRevealNothing()).toThrow(/the secret did not reach the chain/);
    }
    const other = (chain: DevChain) =>
      chain.query(leaky.contract, { peek: { cured: true, key: "b guess" } }).catch(() => undefined);
    expect(await leaks(leaky.chain, ask, other, { seenBy: "host" })).toRevealNothing();
  });

  it("the host sees between which blocks a query comes", async () => {
    const ask = (chain: DevChain) => chain.query(leaky.contract, peek(leaky, true).msg).catch(() => undefined);
    const early = async (chain: DevChain) => {
      await ask(chain);
      chain.mine();
    };
    const late = async (chain: DevChain) => {
      chain.mine();
      await ask(chain);
    };
    const report = await leaks(leaky.chain, early, late, { seenBy: "host" });
    expect(report.names).toEqual(["order of calls"]);
    expect(`${report}`).toContain("after block 0 in the first run, after block 1 in the second");
  });

  it("what a contract prints while it answers is not shown to a user", async () => {
    const chain = await DevChain.create();
    const contract = await chain.as("alice").deploy(builtContract("probe-v1"), { ops: [] });
    const refused = { fail: { error: { generic_err: { msg: "no" } } } };
    // The contract is replaced by one that prints something else and answers the same.
    const run = (text: string) => async (of: DevChain) => {
      await of.as("alice").execute(contract, { batch: { ops: [{ set: { key: "a", value: text } }] } });
      printed = text;
    };
    let printed = "";
    const queries = [
      {
        contract,
        name: "ask",
        get msg() {
          return { batch: { ops: [{ debug: { text: printed } }, refused] } };
        },
      },
    ];
    const report = await leaks(chain, run("1"), run("2"), { seenBy: { user: "eve", queries } });
    expect(report).toRevealNothing();
    chain.close();
  });
});

describe("a wrong observer is refused", () => {
  it.each([
    ["an unknown word", "miner", /unknown observer "miner"/],
    ["nothing", undefined, /unknown observer undefined/],
    ["an empty list", [], /nobody observes/],
    ["a user without queries", { user: "eve", queries: [] }, /a user without queries sees nothing/],
    [
      "a user with other heights",
      { user: "eve", queries: [{}], heights: 5 },
      /heights of a user is "all" or "latest", not 5/,
    ],
    ["an object without a user", { queries: [] }, /unknown observer/],
  ])("%s", async (_, seenBy, text) => {
    // The cast: a caller without types.
    await expect(leaks(leaky.chain, nothing, nothing, { seenBy: seenBy as never })).rejects.toThrow(text);
  });
});

describe("the list of differences", () => {
  it("has a cause and a cure for each", () => {
    for (const { subject, source, cure } of Object.values(wheres)) {
      expect(subject).not.toBe("");
      expect(source).not.toBe("");
      expect(cure.length).toBeGreaterThan(10);
    }
  });
});
