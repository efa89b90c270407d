// SPDX-License-Identifier: Apache-2.0
import { formatAddress } from "@sotto/address";
import { concat, fromUtf8, toHex, toLatin1 } from "@sotto/bytes";
import { createContracts } from "@sotto/cosmwasm";
import { sha256 } from "@sotto/crypto";
import { createEngine } from "@sotto/engine";
import { type CallAnswer, EnclaveError, Outcome, type SubMessage } from "@sotto/protocol";
import { describe, expect, it } from "vitest";
import { Chain, failure, GAS, HostedCalls, keys, probeV1, User } from "./chain.ts";

const hash = toHex(sha256(probeV1));
const NONE = new Uint8Array(0);
const invalid = { outcome: Outcome.fault, fault: EnclaveError.failedValidation.code };

const setup = () => {
  const chain = new Chain(probeV1);
  const user = new User(7);
  const [a, b] = [user.create(chain, 1), user.create(chain, 1)] as const;
  /** The enclave's answer to an execute of `a`, before its sub-messages run. */
  const begin = (...ops: unknown[]): CallAnswer => {
    const msg = user.encrypt(probeV1, { batch: { ops } });
    const message = { kind: "execute", sender: user.address, contract: a, msg, funds: [] } as const;
    return chain.calls.call(chain.request(message, 0), { message, txHash: "AB", callbackSig: NONE }, chain.host(a));
  };
  const call = (ops: unknown[], reply_on?: string) => ({
    call: {
      contract: formatAddress(b),
      code_hash: hash,
      msg: JSON.stringify({ batch: { ops } }),
      sub: reply_on === undefined ? null : { id: 1, reply_on, gas_limit: null },
    },
  });
  const runSub = (message: SubMessage, change: object = {}): CallAnswer => {
    const asked = chain.request(chain.messageOf(a, message.wasm as NonNullable<SubMessage["wasm"]>), message.id);
    return chain.calls.call({ ...asked, ...change }, undefined, chain.host(b));
  };
  const reply = (
    parentId: number,
    childId: number,
    report: { ok: boolean; error?: string },
    contract = a,
  ): CallAnswer =>
    chain.calls.reply(
      {
        parentId,
        childId,
        contract: chain.ref(contract),
        gasLimit: GAS,
        data: fromUtf8("forged"),
        error: "",
        events: [],
        txCounter: 1,
        ...report,
      },
      chain.host(contract),
    );
  return { chain, user, a, b, begin, call, runSub, reply };
};
const only = ({ messages }: CallAnswer): SubMessage => messages[0] as SubMessage;
const fail = { fail: { error: { text: { text: "b says no" } } } };

describe("a host cannot make a contract believe in a reply", () => {
  it("to a call that was never made, or not yet", () => {
    const { begin, call, reply } = setup();
    const asked = begin(call([], "always"));
    expect(reply(asked.callId, only(asked).id, { ok: true })).toMatchObject(invalid);
    expect(reply(asked.callId, 12_345, { ok: true })).toMatchObject(invalid);
    expect(reply(12_345, only(asked).id, { ok: true })).toMatchObject(invalid);
  });

  it("that says success after a failure, or failure after a success", () => {
    const { begin, call, runSub, reply } = setup();
    const failing = begin(call([fail], "always"));
    expect(runSub(only(failing))).toMatchObject({ outcome: Outcome.contractError });
    expect(reply(failing.callId, only(failing).id, { ok: true })).toMatchObject(invalid);
    const good = begin(call([], "always"));
    expect(runSub(only(good))).toMatchObject({ outcome: Outcome.ok });
    expect(reply(good.callId, only(good).id, { ok: false, error: "made up" })).toMatchObject(invalid);
  });

  it("with data or an error text of its own", () => {
    const { chain, user, a, begin, call, runSub, reply } = setup();
    const replies = () => (user.query(chain, a, probeV1, { replies: {} }) as string[])[0] as string;
    const apply = (answer: CallAnswer) => {
      for (const { key, value } of answer.rows) chain.rows.set(toLatin1(a) + toLatin1(key), value as Uint8Array);
      return answer;
    };
    const good = begin(call([{ output: { text: "honest" } }], "always"));
    runSub(only(good));
    expect(apply(reply(good.callId, only(good).id, { ok: true }))).toMatchObject({ outcome: Outcome.ok });
    expect(JSON.parse(replies())[0].data).toBe(Buffer.from('["honest"]').toString("base64"));
    const failing = begin(call([fail], "error"));
    runSub(only(failing));
    apply(reply(failing.callId, only(failing).id, { ok: false, error: "made up" }));
    expect(replies()).toContain("b says no");
    expect(replies()).not.toContain("made up");
    expect(replies()).not.toContain(Buffer.from("forged").toString("base64"));
  });

  it("twice, for another contract, against its reply rule, or from an earlier transaction", () => {
    const { b, begin, call, runSub, reply } = setup();
    const asked = begin(call([], "success"));
    runSub(only(asked));
    expect(reply(asked.callId, only(asked).id, { ok: true }, b)).toMatchObject(invalid);
    const again = begin(call([], "success"));
    runSub(only(again));
    expect(reply(again.callId, only(again).id, { ok: true })).toMatchObject({ outcome: Outcome.ok });
    expect(reply(again.callId, only(again).id, { ok: true })).toMatchObject(invalid);
    const never = begin(call([], "never"));
    runSub(only(never));
    expect(reply(never.callId, only(never).id, { ok: true })).toMatchObject(invalid);
    const old = begin(call([], "always"));
    runSub(only(old));
    begin();
    expect(reply(old.callId, only(old).id, { ok: true })).toMatchObject(invalid);
  });

  it("while what the callee asked for has not run", () => {
    const { begin, call, runSub, reply } = setup();
    const asked = begin(call([call([{ noop: {} }])], "always"));
    runSub(only(asked));
    expect(reply(asked.callId, only(asked).id, { ok: true })).toMatchObject(invalid);
  });
});

describe("a host cannot run a sub-message", () => {
  it("twice, out of turn, unasked, or of an earlier transaction", () => {
    const { chain, begin, call, runSub } = setup();
    const asked = begin(call([{ noop: {} }]), call([{ noop: {} }]));
    const [first, second] = asked.messages as [SubMessage, SubMessage];
    expect(runSub(second)).toMatchObject(invalid);
    expect(runSub(first)).toMatchObject({ outcome: Outcome.ok });
    expect(runSub(first)).toMatchObject(invalid);
    expect(runSub({ ...second, id: 999 })).toMatchObject(invalid);
    expect(runSub(second)).toMatchObject({ outcome: Outcome.ok });
    const old = begin(call([{ noop: {} }]));
    begin();
    expect(runSub(only(old))).toMatchObject(invalid);
    const older = begin(call([{ noop: {} }]));
    chain.nextBlock();
    expect(runSub(only(older))).toMatchObject(invalid);
  });

  it("after an earlier one failed without a reply", () => {
    const { begin, call, runSub } = setup();
    const asked = begin(call([fail]), call([{ noop: {} }]));
    const [first, second] = asked.messages as [SubMessage, SubMessage];
    expect(runSub(first)).toMatchObject({ outcome: Outcome.contractError });
    expect(runSub(second)).toMatchObject(invalid);
  });

  it("on another contract, or as another kind of call", () => {
    const { chain, a, begin, call, runSub } = setup();
    expect(runSub(only(begin(call([{ noop: {} }]))), { contract: chain.ref(a) })).toMatchObject(invalid);
    expect(runSub(only(begin(call([{ noop: {} }]))), { kind: 1 })).toMatchObject(invalid);
    expect(runSub(only(begin(call([{ noop: {} }]))), { contract: undefined })).toMatchObject(invalid);
  });
});

describe("a host cannot change what a contract reads", () => {
  const decryption = `Execution error: Enclave: ${EnclaveError.decryption.summary}`;

  it("by changing rows, or giving one key's row for another's, or another contract's", () => {
    const { chain, user, a, b } = setup();
    const get = { get: { key: "k" } };
    const prepare = (contract: Uint8Array) =>
      user.execute(
        chain,
        contract,
        probeV1,
        { set: { key: "k", value: "secret" } },
        { set: { key: "l", value: "other" } },
      );
    prepare(a);
    prepare(b);
    const good = [...chain.rows.values()] as Uint8Array[];
    let given: Uint8Array | undefined;
    chain.onRead = () => given;
    let opened = 0;
    for (const row of good) {
      given = row;
      try {
        expect(user.execute(chain, a, probeV1, get)).toEqual(["secret"]);
        opened++;
      } catch (thrown) {
        expect((thrown as Error).message).toBe(decryption);
      }
    }
    expect(opened).toBe(1);
    chain.onRead = (row) =>
      row && Uint8Array.of(...row.subarray(0, row.length - 1), (row[row.length - 1] as number) ^ 1);
    expect(failure(() => user.execute(chain, a, probeV1, get)).message).toBe(decryption);
    for (const row of [NONE, new Uint8Array(7), new Uint8Array(1000).fill(255)]) {
      chain.onRead = () => row;
      expect(failure(() => user.execute(chain, a, probeV1, get)).message).toBe(decryption);
    }
  });

  it("and what was read before is never believed in place of what the host says now", () => {
    const { chain, user, a } = setup();
    const get = { get: { key: "k" } };
    user.execute(chain, a, probeV1, { set: { key: "k", value: "one" } });
    const first = new Map(chain.rows);
    expect(user.query(chain, a, probeV1, get)).toEqual(["one"]);
    user.execute(chain, a, probeV1, { set: { key: "k", value: "two" } });
    expect(user.query(chain, a, probeV1, get)).toEqual(["two"]);
    chain.rows = first;
    expect(user.query(chain, a, probeV1, get)).toEqual(["one"]);
    chain.rows = new Map();
    expect(user.query(chain, a, probeV1, get)).toEqual([null]);
  });

  it("by answering a contract's query with something else", () => {
    const { chain, user, a, b } = setup();
    const smart = {
      smart: { contract: formatAddress(b), code_hash: hash, msg: JSON.stringify({ output: { text: "hi" } }) },
    };
    const ask = () => user.query(chain, a, probeV1, { try: { op: smart } });
    for (const answer of ["", "{}", '{"Ok":{}}', '{"Ok":3}', "null"]) {
      chain.onQuery = () => fromUtf8(answer);
      expect((ask() as string[])[0]).toContain("Querier system error");
    }
    for (const answer of [
      '{"Ok":{"Ok":"aGk="}}',
      '{"Ok":{"Ok":"*"}}',
      '{"Ok":{"Err":{"generic_err":{"msg":"encrypted: aGk=: query contract failed"}}}}',
    ]) {
      chain.onQuery = () => fromUtf8(answer);
      expect(failure(ask).message).toBe(EnclaveError.decryption.summary);
    }
  });
});

describe("a host cannot bring another contract, code or block", () => {
  it("with keys that do not fit the address and the code", () => {
    const { chain, user, a, b } = setup();
    const authentication = { outcome: Outcome.fault, fault: EnclaveError.contractAuthentication.code };
    const good = chain.ref(a);
    const flipped = (bytes: Uint8Array): Uint8Array => Uint8Array.of((bytes[0] as number) ^ 1, ...bytes.subarray(1));
    const query = (change: object) =>
      chain.calls.query(
        {
          contract: { ...good, ...change },
          query: user.encrypt(probeV1, { noop: {} }),
          gasLimit: GAS,
          depth: 1,
          height: 1,
          time: "1",
        },
        chain.host(a),
      );
    expect(query({})).toMatchObject({ outcome: Outcome.ok });
    for (const change of [
      { ogKey: flipped(good.ogKey) },
      { ogKey: chain.ref(b).ogKey },
      { ogKey: NONE },
      { codeHash: flipped(good.codeHash) },
      { codeHash: NONE },
      { address: b },
      { address: NONE },
      { currentKey: good.ogKey, currentKeyProof: new Uint8Array(32) },
    ]) {
      expect(query(change)).toMatchObject(authentication);
    }
    expect(query({ currentKey: good.ogKey })).toMatchObject({ outcome: Outcome.ok });
  });

  it("with bytes that are not the code of the hash, or code that breaks the rules", () => {
    const fresh = new HostedCalls({
      keys,
      contracts: createContracts(createEngine()),
      chainId: "secretdev-1",
      believesRows: true,
    });
    const { chain, user, a } = setup();
    const ask = (code: Uint8Array | undefined) =>
      fresh.query(
        {
          contract: chain.ref(a),
          query: user.encrypt(probeV1, { noop: {} }),
          gasLimit: GAS,
          depth: 1,
          height: 1,
          time: "1",
        },
        { ...chain.host(a), readCode: () => code },
      );
    const misbehaved = { outcome: Outcome.fault, fault: EnclaveError.hostMisbehaved.code };
    expect(ask(undefined)).toMatchObject(misbehaved);
    expect(ask(NONE)).toMatchObject(misbehaved);
    expect(ask(probeV1.subarray(1))).toMatchObject(misbehaved);
    expect(ask(probeV1)).toMatchObject({ outcome: Outcome.ok });
    const empty = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0);
    const fault = (code: Uint8Array) => failure(() => user.create(new Chain(code), 1)).answer?.fault;
    expect(fault(empty)).toBe(EnclaveError.cannotInitializeMemory.code);
    expect(fault(concat(empty, Uint8Array.of(5, 3, 1, 0, 1)))).toBe(EnclaveError.invalidWasm.code);
    expect(fault(Uint8Array.of(1, 2, 3))).toBe(EnclaveError.invalidWasm.code);
  });

  it("or call before a block, with a block time that is no number, or deeper than queries go", () => {
    const { chain, user, a } = setup();
    const fresh = new HostedCalls({
      keys,
      contracts: createContracts(createEngine()),
      chainId: "secretdev-1",
      believesRows: true,
    });
    const msg = user.encrypt(probeV1, { noop: {} });
    const message = { kind: "execute", sender: user.address, contract: a, msg, funds: [] } as const;
    const signed = { message, txHash: "AB", callbackSig: NONE };
    expect(fresh.call(chain.request(message, 0), signed, chain.host(a))).toMatchObject(invalid);
    expect(chain.calls.call(chain.request(message, 0), undefined, chain.host(a))).toMatchObject(invalid);
    const query = (depth: number, time: string) =>
      chain.calls.query({ contract: chain.ref(a), query: msg, gasLimit: GAS, depth, height: 1, time }, chain.host(a));
    expect(query(1, '1","x":"')).toMatchObject({ fault: EnclaveError.failedDeserialize.code });
    expect(query(1, "")).toMatchObject({ fault: EnclaveError.failedDeserialize.code });
    expect(query(11, "1")).toMatchObject({ fault: EnclaveError.exceededRecursion.code });
  });

  it("or another height or time to a contract's query, which has those of its call", () => {
    const { chain, user, a, b } = setup();
    chain.moment = (depth) => ({ height: 99 + depth, time: String(depth) });
    const ask = { smart: { contract: formatAddress(b), code_hash: hash, msg: JSON.stringify({ env: {} }) } };
    // The called contract's answer is its environment as JSON, in a list.
    const seen = (texts: unknown) => {
      const [text] = texts as [string];
      const [env] = JSON.parse(text);
      return JSON.parse(env).block;
    };
    const { height } = chain;
    const time = String(1_700_000_000_000_000_123n + BigInt(height) * 6_000_000_000n);
    expect(seen(user.execute(chain, a, probeV1, ask))).toMatchObject({ height, time });
    // Only a query from outside has a moment of the host's choice.
    expect(seen(user.query(chain, a, probeV1, ask))).toMatchObject({ height: 100, time: "1" });
    expect(seen(user.execute(chain, a, probeV1, ask))).toMatchObject({ height, time });
  });

  it("and what it throws while it is asked comes back to it", () => {
    const { chain, user, a } = setup();
    chain.onRead = () => {
      throw new TypeError("the host's own");
    };
    expect(() => user.execute(chain, a, probeV1, { get: { key: "k" } })).toThrow("the host's own");
    chain.onRead = (row) => row;
    expect(user.execute(chain, a, probeV1, { get: { key: "k" } })).toEqual([null]);
  });
});
