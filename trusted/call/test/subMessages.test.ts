// SPDX-License-Identifier: Apache-2.0
import { formatAddress } from "@sotto/address";
import { fromBase64, fromUtf8, toBase64, toHex, toUtf8 } from "@sotto/bytes";
import { sha256 } from "@sotto/crypto";
import { open, parsePlaintext } from "@sotto/message";
import { describe, expect, it } from "vitest";
import { Chain, Failed, failure, probeV1, probeV010, User } from "./chain.ts";

const hashV1 = toHex(sha256(probeV1));
const hashV010 = toHex(sha256(probeV010));

interface Record {
  readonly id: number;
  readonly error: string | null;
  readonly data: string | null;
  readonly events: readonly {
    readonly type: string;
    readonly attributes: readonly { readonly key: string; readonly value: string }[];
  }[];
}

const setup = () => {
  const chain = new Chain(probeV1, probeV010);
  const user = new User(7);
  const [a, b] = [user.create(chain, 1), user.create(chain, 1)] as const;
  const old = user.create(chain, 2);
  const run = (...ops: unknown[]) => user.execute(chain, a, probeV1, ...ops);
  const at = (contract: Uint8Array, ...ops: unknown[]) => user.query(chain, contract, probeV1, ...ops);
  const replies = (contract = a): Record[] => JSON.parse((at(contract, { replies: {} }) as string[])[0] as string);
  const call = (contract: Uint8Array, ops: unknown[], sub?: object, hash = hashV1) => ({
    call: {
      contract: formatAddress(contract),
      code_hash: hash,
      msg: JSON.stringify({ batch: { ops } }),
      sub: sub ?? null,
    },
  });
  return { chain, user, a, b, old, run, at, replies, call };
};

/**
 * The ops that a contract runs in its reply. Written separately, because an object with a `then` is
 * treated as a promise.
 */
const THEN = "then";
const sub = (id: number, reply_on: string, ops: unknown[] = []) => ({ id, reply_on, gas_limit: null, [THEN]: ops });
const text = (data: string | null): string => toUtf8(fromBase64(data ?? "") as Uint8Array) as string;
const fail = { fail: { error: { generic_err: { msg: "oh 🤯" } } } };

describe("sub-messages and replies", () => {
  it.each([
    ["always", true],
    ["success", true],
    ["error", false],
    ["never", false],
  ])("that succeed: reply_on %s", (replyOn, replied) => {
    const { b, run, at, replies, call } = setup();
    run(call(b, [{ set: { key: "k", value: "v" } }, { output: { text: "from b" } }], sub(3, replyOn)));
    expect(at(b, { get: { key: "k" } })).toEqual(["v"]);
    expect(replies()).toMatchObject(replied ? [{ id: 3, error: null }] : []);
    if (replied) {
      expect(text(replies()[0]?.data ?? null)).toBe('["from b"]');
      expect(replies()[0]?.events[0]).toMatchObject({ type: "wasm", attributes: [{ key: "k", value: 'v"' }] });
    }
  });

  it.each([
    ["always", true],
    ["success", false],
    ["error", true],
    ["never", false],
  ])("that fail: reply_on %s", (replyOn, replied) => {
    const { a, b, run, at, replies, call, user } = setup();
    const act = () =>
      run({ set: { key: "mine", value: "1" } }, call(b, [{ set: { key: "k", value: "v" } }, fail], sub(4, replyOn)));
    if (replied) {
      act();
      expect(replies()).toMatchObject([{ id: 4, error: "Generic error: oh 🤯", data: null }]);
    } else {
      const failed = failure(act);
      expect(failed.message).toMatch(/^dispatch: submessages: encrypted: /);
      // The hash of the waiting contract, if there is one, stands before the error
      // (spec/cryptography.md 7.3).
      const waiting = replyOn === "never" ? "" : hashV1;
      expect(user.readError(failed.message)).toBe(`${waiting}Generic error: oh 🤯`);
    }
    expect(at(b, { get: { key: "k" } })).toEqual([null]);
    expect(at(a, { get: { key: "mine" } })).toEqual([replied ? "1" : null]);
  });

  it("carry ids of 64 bits", () => {
    const { chain, user, a, b, replies } = setup();
    const id = "18446744073709551615";
    const inner = JSON.stringify(JSON.stringify({ noop: {} }));
    const text = `{"call":{"contract":"${formatAddress(b)}","code_hash":"${hashV1}","msg":${inner},"sub":{"id":${id},"reply_on":"always","gas_limit":null}}}`;
    chain.deliver({ kind: "execute", sender: user.address, contract: a, msg: user.encrypt(probeV1, text), funds: [] });
    const answer = (user.query(chain, a, probeV1, { replies: {} }) as string[])[0];
    expect(answer).toContain(`"id":${id}`);
    expect(replies()).toHaveLength(1);
  });

  it("of a reply run too, and the last data wins", () => {
    const { b, run, replies, call } = setup();
    const data = (value: string) => ({ data: { data: toBase64(fromUtf8(JSON.stringify(value))) } });
    const result = run(
      data("own"),
      call(b, [], sub(1, "always", [data("first reply"), call(b, [], sub(2, "always", [data("second reply")]))])),
    );
    expect(result).toBe("second reply");
    expect(replies().map(({ id }) => id)).toEqual([1, 2]);
  });

  it("give the caller the data that the callee's own replies left", () => {
    const { b, a, run, replies, call } = setup();
    const data = (value: string) => ({ data: { data: toBase64(fromUtf8(value)) } });
    run(call(b, [data("b itself"), call(b, [], sub(5, "success", [data("b in its reply")]))], sub(6, "always")));
    expect(text(replies(a)[0]?.data ?? null)).toBe("b in its reply");
    expect(replies(b)).toHaveLength(1);
  });

  it("nest: the error of a call deep down reaches whoever waits", () => {
    const { a, b, run, replies, call } = setup();
    run(call(b, [call(b, [call(b, [fail])])], sub(9, "error")));
    expect(replies(a)).toMatchObject([{ id: 9, error: "Generic error: oh 🤯" }]);
    const both = setup();
    both.run(both.call(both.b, [both.call(both.b, [fail], sub(2, "always", [fail]))], sub(1, "always")));
    // b's reply failed with its own error, so b failed with it.
    expect(both.replies(both.a)).toMatchObject([{ id: 1, error: "Generic error: oh 🤯" }]);
    expect(both.replies(both.b)).toEqual([]);
  });

  it("run in order, plain ones included, and see each other's writes", () => {
    const { b, run, at, call } = setup();
    run(
      call(b, [{ set: { key: "k", value: "1" } }]),
      call(b, [{ set: { key: "k", value: "2" } }, { get: { key: "k" } }]),
    );
    expect(at(b, { get: { key: "k" } })).toEqual(["2"]);
  });

  it("go on after a message that the chain runs, whose outcome the chain tells", () => {
    const { chain, b, run, replies, call } = setup();
    const send = (id: number, reply_on: string) => ({
      send: { to: "secret1x", amount: [{ denom: "uscrt", amount: "1" }], sub: sub(id, reply_on) },
    });
    const seen: string[] = [];
    chain.bank = (json) => {
      seen.push(json);
      if (seen.length === 2) throw new Failed("the error was redacted (codespace: sdk, code: 5)");
    };
    run(send(1, "always"), send(2, "error"), send(3, "never"), call(b, [], sub(4, "always")));
    expect(seen[0]).toBe('{"bank":{"send":{"to_address":"secret1x","amount":[{"denom":"uscrt","amount":"1"}]}}}');
    expect(replies()).toMatchObject([
      { id: 1, error: null, data: toBase64(fromUtf8("bank says ok")) },
      { id: 2, error: "the error was redacted (codespace: sdk, code: 5)" },
      { id: 4, error: null },
    ]);
  });

  it("to a callee that panics: the caller hears of it, not what the host makes up about a contract's error", () => {
    const { b, run, replies, call } = setup();
    run(call(b, [{ panic: { text: "x" } }], sub(1, "error")));
    expect(replies()[0]?.error).toContain("the contract panicked");
  });

  it("stop at finalize_tx", () => {
    const { b, run, at, call } = setup();
    run(
      call(b, [{ set: { key: "k", value: "1" } }]),
      { finalize_tx: {} },
      call(b, [{ set: { key: "k", value: "2" } }]),
    );
    expect(at(b, { get: { key: "k" } })).toEqual(["1"]);
  });

  it("refuse a code hash that is not the callee's, empty, short, or no hex", () => {
    for (const hash of ["", "ab", "zz".repeat(32), hashV010, `${hashV1}00`]) {
      const { b, run, call } = setup();
      const failed = failure(() => run(call(b, [], undefined, hash)));
      if (hash.length <= 64) expect(failed.message).toContain("failed to validate transaction");
      else expect(failed.message).toContain("encrypted: ");
    }
  });

  it("can be a hundred deep, and one more that the host undoes", () => {
    const { run } = setup();
    expect(() => run({ self_call: { depth: 100, reply_on: null } })).not.toThrow();
    expect(failure(() => run({ self_call: { depth: 101, reply_on: null } })).message).toContain(
      "failed to validate transaction",
    );
    expect(() => run({ self_call: { depth: 60, reply_on: "always" } })).not.toThrow();
  });

  it("are encrypted under the user's key, with reply headers of every caller that waits", () => {
    const { chain, a, b, run, call, user } = setup();
    const before = chain.answers.length;
    run(call(b, [call(b, [{ noop: {} }])], sub(7, "always")));
    const [first, second] = chain.answers.slice(before).map(({ messages }) => messages[0]?.wasm?.msg);
    const opened = [first, second].map((wire) => {
      expect(toHex((wire as Uint8Array).subarray(0, 32))).toBe(toHex(user.last?.nonce as Uint8Array));
      expect(toHex((wire as Uint8Array).subarray(32, 64))).toBe(toHex(user.last?.publicKey as Uint8Array));
      return parsePlaintext(open(user.last?.siv as never, (wire as Uint8Array).subarray(64)) as Uint8Array);
    });
    for (const plaintext of opened) expect(plaintext?.headers).toEqual([{ id: 7n, codeHash: hashV1 }]);
    expect(toHex(a)).not.toBe(toHex(b));
  });
});

describe("contracts of both generations", () => {
  it("call each other, with and without reply, with and without error", () => {
    const { chain, user, old, run, replies, call, a } = setup();
    const set = { set: { key: "k", value: "v" } };
    run(call(old, [set, { output: { text: "old" } }], sub(1, "always"), hashV010));
    expect(text(replies()[0]?.data ?? null)).toBe('["old"]');
    run(call(old, [fail], sub(2, "error"), hashV010));
    expect(replies()[1]).toMatchObject({ id: 2, error: '{"generic_err":{"msg":"oh 🤯"}}' });
    expect(user.query(chain, old, probeV010, { get: { key: "k" } })).toEqual(["v"]);
    const back = { call: { contract: formatAddress(a), code_hash: hashV1, msg: JSON.stringify(set) } };
    user.execute(chain, old, probeV010, back);
    expect(user.query(chain, a, probeV1, { get: { key: "k" } })).toEqual(["v"]);
  });

  it("instantiate each other, and the new contract belongs to its creator", () => {
    const { chain, user, old, run, a, replies } = setup();
    const create = (codeId: number, hash: string, extra: object) => ({
      create: {
        code_id: codeId,
        code_hash: hash,
        label: "x",
        msg: JSON.stringify({ ops: [{ output: { text: "born" } }] }),
        ...extra,
      },
    });
    run(create(2, hashV010, { admin: formatAddress(a), sub: sub(1, "always") }));
    expect(replies()[0]).toMatchObject({ id: 1, error: null });
    user.execute(chain, old, probeV010, create(1, hashV1, {}));
    expect(chain.accounts.size).toBe(5);
  });

  it("query each other: answers, errors of either kind, unknown contracts, and ten deep", () => {
    const { chain, user, a, b, old } = setup();
    const smart = (contract: Uint8Array, hash: string, msg: object) => ({
      smart: { contract: formatAddress(contract), code_hash: hash, msg: JSON.stringify(msg) },
    });
    const output = { output: { text: "hi" } };
    const oops = { fail: { error: { not_found: { kind: "za" } } } };
    const asV1 = (op: object) => (user.query(chain, a, probeV1, { try: { op } }) as string[])[0];
    const asV010 = (op: object) => (user.query(chain, old, probeV010, { try: { op } }) as string[])[0];
    expect(asV1(smart(b, hashV1, output))).toBe('["hi"]');
    expect(asV1(smart(old, hashV010, output))).toBe('["hi"]');
    expect(asV010(smart(a, hashV1, output))).toBe('["hi"]');
    expect(asV1(smart(b, hashV1, oops))).toContain("za not found");
    expect(asV1(smart(old, hashV010, oops))).toContain("za not found");
    expect(asV010(smart(a, hashV1, oops))).toContain("za not found");
    expect(asV010(smart(old, hashV010, oops))).toContain("za not found");
    expect(asV1(smart(b, hashV1, { panic: { text: "x" } }))).toContain("the contract panicked");
    expect(asV1(smart(b, hashV010, output))).toContain("failed to validate transaction");
    expect(asV1(smart(new Uint8Array(20), hashV1, output))).toContain("contract: not found");
    expect(user.query(chain, a, probeV1, { self_query: { depth: 9 } })).toEqual(["bottom"]);
    const deep = failure(() => user.query(chain, a, probeV1, { self_query: { depth: 10 } }));
    expect(user.readError(deep.message)).toContain("Querier");
    expect(user.execute(chain, a, probeV1, { self_query: { depth: 9 } })).toEqual(["bottom"]);
  });

  it("ask the chain itself in clear, and learn when they ask nonsense", () => {
    const { chain, user, a } = setup();
    const ask = (request: string) => (user.query(chain, a, probeV1, { query: { request } }) as string[])[0];
    expect(ask('{"bank":{}}')).toContain("unsupported_request");
    const before = chain.asks.length;
    for (const nonsense of [
      "",
      "{",
      "[]",
      "{}",
      '{"wasm":{"smart":{}}}',
      '{"wasm":{"smart":{"contract_addr":"a","code_hash":"b","msg":"*"}}}',
    ]) {
      expect(ask(nonsense)).toContain("invalid_request");
    }
    expect(chain.asks.slice(before).filter(({ kind }) => kind === "queryChain")).toEqual([]);
  });
});
