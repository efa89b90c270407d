// SPDX-License-Identifier: Apache-2.0
// Two runs from one state for each line "never" of the table in contracts/ballot/README.md.
import { base64 } from "@scure/base";
import { idText } from "@sotto/contract-client";
import { leakMatchers, leaks, snip52 } from "@sotto/contract-test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Credential, type PollTerms } from "../src/index.ts";
import { credentialOf, DAY, NO, Stage, YES } from "./stage.ts";

expect.extend(leakMatchers);

const HUGE = 10n ** 30n;

let stage: Stage;
/** Anna changed 1 to 2; bert has 3; cleo is listed and not registered. */
let poll: bigint;
beforeAll(async () => {
  stage = await Stage.open({ holders: ["anna", "bert"], balance: 2n * HUGE });
  poll = await stage.listPoll({ anna: 1n, bert: 1n, cleo: 1n });
  await stage.register("anna", poll, credentialOf(1));
  await stage.cast("carrier", poll, credentialOf(1), 0n, credentialOf(2));
  await stage.register("bert", poll, credentialOf(3));
  await stage.cast("bert", poll, credentialOf(3), NO);
  // Each account has sent before, so that no run contains its first transaction.
  for (const name of ["anna", "cleo", "dora", "eve"]) await stage.cast(name, poll, credentialOf(90), YES);
});
afterAll(() => stage.close());

type Run = () => Promise<unknown>;
type SeenBy = Parameters<typeof leaks>[3]["seenBy"];

const compare = (a: Run, b: Run, seenBy: SeenBy = "host") =>
  leaks(stage.chain, a, b, { seenBy, opaque: ["leaf", snip52], names: { ballot: stage.ballot, token: stage.token } });

const all = async (runs: readonly Run[]): Promise<void> => {
  for (const run of runs) await run();
};

const vote =
  (credential: number, choice: bigint, next?: number, by = "carrier"): Run =>
  () =>
    stage.cast(by, poll, credentialOf(credential), choice, next === undefined ? undefined : credentialOf(next));

const join =
  (by: string): Run =>
  () =>
    stage.register(by, poll, credentialOf(9));

describe("an entry shows observers and hosts no difference between", () => {
  it.each<[string, Run, Run]>([
    ["a true and an invented credential", vote(2, YES), vote(99, YES)],
    ["a true and an old credential", vote(2, YES), vote(1, YES)],
    ["the credentials of two voters", vote(2, YES), vote(3, YES)],
    ["yes and no", vote(2, YES), vote(2, NO)],
    ["a vote and an invalid choice", vote(2, YES), vote(2, 2n ** 64n - 1n)],
    ["a vote and a change of the credential", vote(2, YES), vote(2, 0n, 7)],
    ["a first vote and a revote", vote(2, YES), vote(3, YES)],
    ["a registration and a vote", join("cleo"), vote(2, YES, undefined, "cleo")],
    ["a second registration, which is refused, and a vote", join("anna"), vote(2, YES, undefined, "anna")],
    ["a registration without weight, which is refused, and a vote", join("eve"), vote(2, YES, undefined, "eve")],
  ])("%s", async (_, a, b) => {
    expect(await compare(a, b)).toRevealNothing();
  });

  it("a vote and a dummy of the client", async () => {
    const credential = Credential.from(`ballot credential 1:${base64.encode(credentialOf(2))}`);
    const a = () => stage.client("carrier").cast(poll, credential, "yes");
    const b = () => stage.client("carrier").castDummy(poll);
    expect(await compare(a, b)).toRevealNothing();
  });

  it("100 random entries", async () => {
    const entries = (random: { below(n: number): number }): [number, bigint, number | undefined] => [
      random.below(5),
      1n << BigInt(random.below(64)),
      random.below(2) === 0 ? undefined : random.below(250),
    ];
    const report = await leaks.search(
      stage.chain,
      (_, [credential, choice, next]: [number, bigint, number | undefined]) => vote(credential, choice, next)(),
      (random: () => number) => entries({ below: (n) => Math.floor(random() * n) }),
      { seenBy: "host", opaque: ["leaf"], tries: 100 },
    );
    expect(report).toRevealNothing();
  });
});

describe("the tester sees", () => {
  it("a vote without padding", async () => {
    const start = await stage.start(poll);
    const bare = (choice: string): Run => {
      const entry = {
        credential: base64.encode(credentialOf(2)),
        new_credential: base64.encode(credentialOf(0)),
        choice,
      };
      const body = { poll_id: idText(poll), start, do: "vote", entry, bind: stage.bind("carrier") };
      return () => stage.run("carrier", { act: body });
    };
    const report = await compare(bare("1"), bare("65536"));
    expect(report.differences.map(({ where }) => where)).toContain("message length");
  });

  it("a message that fails", async () => {
    const report = await compare(vote(2, YES), () => stage.run("carrier", { tally: { poll_id: idText(poll) } }));
    expect(report.differences.map(({ where }) => where)).toContain("result");
  });
});

describe("gas shows no difference between", () => {
  it("accounts that are listed, that sent before, and that the ballot does not know", async () => {
    await stage.chain.as("gina").send(stage.address("anna"), [{ denom: "uscrt", amount: "1" }]);
    for (const [a, b] of [
      ["cleo", "dora"],
      ["dora", "gina"],
    ] as const) {
      const report = await compare(vote(2, YES, undefined, a), vote(2, YES, undefined, b), "reader");
      const wheres = new Set(report.differences.map(({ where }) => where));
      // Who sent is public, and so is the place of the sender's row.
      expect(wheres).toEqual(new Set(["transaction in clear", "attribute in clear", "row written"]));
    }
  });
});

describe("a whole poll shows observers and hosts no difference between", () => {
  /** With the same outcome, which alone is published. */
  const session = (
    weights: readonly bigint[],
    choices: readonly bigint[],
    revoted: boolean,
    outcome = "passed",
    changes: Partial<PollTerms> = {},
  ): Run => {
    const names = ["anna", "bert", "cleo"];
    return async () => {
      const voters = Object.fromEntries(names.map((name, i) => [name, weights[i] ?? 1n]));
      const own = await stage.listPoll(voters, { publish: "outcome", minCounted: 2, ...changes });
      await all(names.map((name, i) => () => stage.register(name, own, credentialOf(20 + i))));
      await all(names.map((_, i) => () => stage.cast("carrier", own, credentialOf(20 + i), choices[i] ?? YES)));
      await stage.cast("eve", own, credentialOf(revoted ? 20 : 99), YES);
      stage.chain.time.advance(2 * DAY);
      expect((await stage.simple("eve", "freeze", own)).error).toBeUndefined();
      if (changes.witnesses !== undefined) {
        const { n, head } = await stage.client("eve").poll(own);
        const headBytes = base64.encode(Buffer.from(head, "hex"));
        const confirm = { confirm: { poll_id: idText(own), n, head: headBytes } };
        expect((await stage.run("eve", confirm)).error).toBeUndefined();
      }
      expect((await stage.simple("eve", "tally", own)).error).toBeUndefined();
      expect(await stage.client("eve").poll(own)).toMatchObject({ result: { outcome } });
    };
  };

  const witnessed = (choices: readonly bigint[], revoted: boolean): Run => {
    const witnesses = () => ({ addresses: [stage.address("eve")], threshold: 1 });
    return () => session([1n, 1n, 1n], choices, revoted, "passed", { witnesses: witnesses() })();
  };

  it.each<[string, Run, Run]>([
    ["three yes and two, with a witness", witnessed([YES, YES, YES], true), witnessed([NO, YES, YES], false)],
    ["three yes and two", session([1n, 1n, 1n], [YES, YES, YES], true), session([1n, 1n, 1n], [NO, YES, YES], false)],
    [
      "votes that count and votes that do not",
      session([1n, 1n, 1n], [YES, YES, 0n], true),
      session([1n, 1n, 1n], [YES, YES, 8n], false),
    ],
    [
      "weights of 1 and of 10^30",
      session([1n, 1n, 1n], [YES, YES, NO], true),
      session([HUGE, HUGE, 1n], [YES, YES, NO], true),
    ],
    [
      "yes and no of too few voters",
      session([1n, 1n, 1n], [YES, YES, YES], true, "too_few", { minCounted: 4 }),
      session([1n, 1n, 1n], [NO, NO, NO], false, "too_few", { minCounted: 4 }),
    ],
    [
      "yes and no of less than a quorum",
      session([1n, 1n, 1n], [YES, YES, 0n], true, "no_quorum", { quorum: { bps: 10_000 } }),
      session([1n, 1n, 1n], [NO, NO, 0n], false, "no_quorum", { quorum: { bps: 10_000 } }),
    ],
  ])("%s", async (_, a, b) => {
    expect(await compare(a, b)).toRevealNothing();
  });
});

describe("money shows observers no difference between", () => {
  it("locks of 1 and of 10^30, and unlocks of them", async () => {
    const locks = await stage.client("organiser").createPoll(stage.lockTerms({ publish: "outcome" }));
    const run =
      (amount: bigint): Run =>
      () =>
        all([
          () => stage.lock("anna", locks, amount),
          () => stage.register("anna", locks, credentialOf(1)),
          () => stage.cast("carrier", locks, credentialOf(1), YES),
          async () => stage.chain.time.advance(2 * DAY),
          () => stage.simple("eve", "freeze", locks),
          () => stage.simple("eve", "tally", locks),
          () => stage.simple("anna", "unlock", locks),
        ]);
    expect(await compare(run(1n), run(HUGE), "reader")).toRevealNothing();
  });
});

describe("another user learns by no query, at no height,", () => {
  it.each(["dora", "organiser", "admin"])("a vote or a registration of others before the result: %s", async (name) => {
    const permit = stage.chain.as(name).permit({ contracts: [stage.ballot], permissions: ["owner"] });
    const poll_id = idText(poll);
    const queries = [
      { poll: { poll_id } },
      { polls: {} },
      { info: {} },
      { with_permit: { permit, query: { registered: { poll_id } } } },
    ].map((msg) => ({ contract: stage.ballot, msg }));
    const seenBy = { user: stage.chain.account(name), queries, heights: "all" } as const;
    const report = await compare(vote(2, YES), vote(99, NO), seenBy);
    // The head is public, a hash over leaves that are hashes with secret salts.
    const others = report.differences.map(({ a, b }) =>
      [a, b].map((text) => text.replace(/"head":"[0-9a-f]{64}"/, "")),
    );
    expect(others.length).toBe(1);
    for (const [first, second] of others) expect(first).toBe(second);
    const closed = { user: stage.chain.account(name), queries: queries.slice(1), heights: "all" } as const;
    expect(await compare(vote(2, YES), join("carrier"), closed)).toRevealNothing();
  });
});
