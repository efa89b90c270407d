// SPDX-License-Identifier: Apache-2.0
import { fromBase64, fromUtf8, toBase64, toHex, toLatin1, toUtf8 } from "@sotto/bytes";
import { sha256 } from "@sotto/crypto";
import { EnclaveError, Outcome } from "@sotto/protocol";
import { describe, expect, it } from "vitest";
import { Chain, failure, probeV1, probeV010, User } from "./chain.ts";

const both = [
  ["v1", probeV1],
  ["v0.10", probeV010],
] as const;

describe.each(both)("a session with a %s contract", (name, code) => {
  const setup = (...ops: unknown[]) => {
    const chain = new Chain(code);
    const user = new User(7);
    return { chain, user, contract: user.create(chain, 1, ops) };
  };

  it("keeps what is written, call after call and block after block", () => {
    const { chain, user, contract } = setup({ set: { key: "k", value: "first" } });
    expect(user.query(chain, contract, code, { get: { key: "k" } })).toEqual(["first"]);
    expect(user.execute(chain, contract, code, { get: { key: "k" } }, { set: { key: "k", value: "second" } })).toEqual([
      "first",
    ]);
    chain.nextBlock();
    expect(
      user.execute(chain, contract, code, { get: { key: "k" } }, { remove: { key: "k" } }, { get: { key: "k" } }),
    ).toEqual(["second", null]);
    expect(user.query(chain, contract, code, { get: { key: "k" } })).toEqual([null]);
    expect(chain.rows.size).toBe(0);
  });

  it("shows the host neither keys nor values nor texts, in any form", () => {
    const { chain, user, contract } = setup();
    const marks = ["MARKED-KEY-0123456789", "MARKED-VALUE-0123456789", "MARKED-ATTRIBUTE-0123456789"] as const;
    user.execute(
      chain,
      contract,
      code,
      { set: { key: marks[0], value: marks[1] } },
      { attr: { key: marks[2], value: marks[2] } },
    );
    user.query(chain, contract, code, { get: { key: marks[0] } });
    failure(() => user.execute(chain, contract, code, { fail: { error: { generic_err: { msg: marks[1] } } } }));
    const seen = [
      ...chain.asks.map(({ bytes }) => toLatin1(bytes)),
      ...chain.rows.keys(),
      ...[...chain.rows.values()].map(toLatin1),
      JSON.stringify(chain.answers, (_key, value) => (value instanceof Uint8Array ? toLatin1(value) : value)),
    ].join("\n");
    for (const mark of marks) {
      for (const form of [mark, toHex(fromUtf8(mark)), toBase64(fromUtf8(mark)).slice(0, 20)])
        expect(seen).not.toContain(form);
    }
  });

  it("hides attributes unless the contract says otherwise", () => {
    const { chain, user, contract } = setup();
    user.execute(
      chain,
      contract,
      code,
      { attr: { key: "a🌈", value: "" } },
      { attr: { key: "p", value: "q", plaintext: true } },
    );
    const [hidden, plain] = chain.answers[chain.answers.length - 1]?.attributes ?? [];
    expect(plain).toEqual({ key: "p", value: "q", encrypted: false });
    expect(hidden?.encrypted).toBe(true);
    expect([user.readAttribute(hidden?.key as string), user.readAttribute(hidden?.value as string)]).toEqual([
      "a🌈",
      "",
    ]);
  });

  it("gives errors as clients expect them, and leaves no trace in the state", () => {
    const { chain, user, contract } = setup();
    const fail = (error: object) =>
      failure(() => user.execute(chain, contract, code, { set: { key: "a", value: "b" } }, { fail: { error } }));
    const failed = fail({ generic_err: { msg: 'la la 🤯 "quoted"' } });
    expect(failed.message.startsWith("encrypted: ")).toBe(true);
    expect(failed.answer).toMatchObject({ outcome: Outcome.contractError, rows: [], messages: [], data: undefined });
    const text = user.readError(failed.message);
    // The quote at the very end goes with the outer ones: Rust's trim_matches.
    if (name === "v1") expect(text).toBe('Generic error: la la 🤯 \\"quoted\\');
    else expect(text).toBe('{"generic_err":{"msg":"la la 🤯 \\"quoted\\""}}');
    const parse = user.readError(fail({ parse_err: { target: "t", msg: "m" } }).message);
    expect(parse).toBe(name === "v1" ? "Error parsing into type t: m" : '{"parse_err":{"msg":"m","target":"t"}}');
    expect(user.query(chain, contract, code, { get: { key: "a" } })).toEqual([null]);
    const asked = failure(() => user.query(chain, contract, code, { fail: { error: { not_found: { kind: "za" } } } }));
    expect(user.readError(asked.message)).toBe(name === "v1" ? "za not found" : '{"not_found":{"kind":"za"}}');
  });

  it("answers panics, endless loops and bad output in clear, and without the contract's words", () => {
    const { chain, user, contract } = setup();
    expect(failure(() => user.execute(chain, contract, code, { panic: { text: "my words" } })).message).toBe(
      `Execution error: Enclave: ${EnclaveError.contractPanic.summary}`,
    );
    const raw = (text: string) =>
      failure(() => user.execute(chain, contract, code, { raw_result: { bytes: toBase64(fromUtf8(text)) } }));
    for (const text of ["", "{}", '{"Ok":{}}', '{"Ok":"e30="}', "[]", '{"ok":']) {
      expect(raw(text).message).toBe(`Execution error: Enclave: ${EnclaveError.failedDeserialize.summary}`);
    }
    const msg = user.encrypt(code, { loop: { kind: "cpu" } });
    const looped = failure(() =>
      chain.deliver({ kind: "execute", sender: user.address, contract, msg, funds: [] }, { gas: 5_000_000 }),
    );
    expect(looped.answer).toMatchObject({ outcome: Outcome.outOfGas, gasUsed: 5_000_000 });
  });

  it("does not let queries write", () => {
    const { chain, user, contract } = setup();
    for (const op of [{ set: { key: "a", value: "b" } }, { remove: { key: "a" } }]) {
      const { message } = failure(() => user.query(chain, contract, code, op));
      expect(message).toBe(EnclaveError.unauthorizedWrite.summary);
    }
  });

  it("tells the contract who called, with what, when", () => {
    const { chain, user, contract } = setup();
    const funds = [
      { denom: "uscrt", amount: "5" },
      { denom: "cw20:x", amount: "1" },
    ];
    const msg = user.encrypt(code, { env: {} });
    const { data } = chain.deliver({ kind: "execute", sender: user.address, contract, msg, funds });
    const [env, info] = user.read(data) as string[];
    const seen = JSON.parse(env as string);
    expect(seen.block).toMatchObject({ height: 2, chain_id: "secretdev-1" });
    if (name === "v1") {
      expect(seen).toMatchObject({
        block: { time: "1700000012000000123" },
        transaction: { index: 3, hash: "AB".repeat(32) },
        contract: { code_hash: toHex(sha256(code)) },
      });
      expect(JSON.parse(info as string)).toEqual({ sender: user.text, funds: [{ denom: "uscrt", amount: "5" }] });
    } else {
      expect(seen).toMatchObject({
        block: { time: 1_700_000_012 },
        message: { sender: user.text, sent_funds: [{ denom: "uscrt", amount: "5" }] },
        contract_code_hash: toHex(sha256(code)),
      });
    }
  });

  it("gives the same rows, gas and answers on another node", () => {
    const runs = [0, 1].map(() => {
      const chain = new Chain(code);
      const user = new User(9);
      const sent = user.encrypt(code, { ops: [{ set: { key: "x", value: "y" } }] });
      return { chain, sent };
    });
    const first = runs[0]?.sent as Uint8Array;
    const outcomes = runs.map(({ chain }) => {
      const message = {
        kind: "instantiate",
        sender: new User(9).address,
        codeId: 1,
        label: "",
        msg: first,
        funds: [],
        admin: "",
      } as const;
      chain.deliver(message);
      return { rows: chain.rows, answers: chain.answers };
    });
    expect(outcomes[0]).toEqual(outcomes[1]);
  });
});

describe("the random of a call", () => {
  const setup = () => {
    const chain = new Chain(probeV1);
    const user = new User(7);
    return { chain, user, contract: user.create(chain, 1) };
  };
  const random = ({ chain, user, contract }: ReturnType<typeof setup>) =>
    (user.execute(chain, contract, probeV1, { random: {} }) as string[])[0] as string;

  it.runIf(toLatin1(probeV1).includes("requires_random"))(
    "is 32 bytes, differs in each call and block, and repeats when the block does",
    () => {
      const session = setup();
      const values = [random(session), random(session)];
      session.chain.nextBlock();
      values.push(random(session), random(session));
      expect(new Set(values).size).toBe(4);
      for (const value of values) expect(fromBase64(value)?.length).toBe(32);
      session.chain.nextBlock(session.chain.height);
      expect([random(session), random(session)]).toEqual(values.slice(2));
    },
  );
});

describe("what an execute needs", () => {
  const chain = new Chain(probeV1);
  const user = new User(7);
  const contract = user.create(chain, 1);
  const hash = toHex(sha256(probeV1));
  const refused = (msg: Uint8Array, sender = user.address): string =>
    failure(() => chain.deliver({ kind: "execute", sender, contract, msg, funds: [] })).message;
  const decryption = `Execution error: Enclave: ${EnclaveError.decryption.summary}`;
  const validation = `Execution error: Enclave: ${EnclaveError.failedValidation.summary}`;

  it("is the code hash, in either case of hex", () => {
    const noop = { noop: {} };
    expect(() =>
      chain.deliver({
        kind: "execute",
        sender: user.address,
        contract,
        msg: user.encrypt(hash.toUpperCase(), noop),
        funds: [],
      }),
    ).not.toThrow();
    expect(refused(user.encrypt("ab".repeat(32), noop))).toBe(validation);
    expect(refused(user.encrypt("zz".repeat(32), noop))).toBe(validation);
  });

  it("is a ciphertext whole in every byte", () => {
    const msg = user.encrypt(probeV1, { noop: {} });
    for (let i = 0; i < msg.length; i++) {
      const flipped = msg.slice();
      flipped[i] = (flipped[i] as number) ^ 0x10;
      expect(refused(flipped)).toBe(decryption);
      expect(refused(msg.subarray(0, i))).toBe(decryption);
    }
  });

  it("is a client key that is not of low order", () => {
    const msg = user.encrypt(probeV1, { noop: {} });
    for (const first of [0, 1]) {
      const zero = msg.slice();
      zero.fill(0, 32, 64);
      zero[32] = first;
      expect(refused(zero)).toBe(decryption);
    }
  });

  it("is encryption at all", () => {
    expect(refused(fromUtf8(`{"noop":{},"padding":"${"x".repeat(100)}"}`))).toBe(decryption);
  });

  it("is JSON that the contract reads; what it does not read is its own error", () => {
    const failed = failure(() =>
      chain.deliver({ kind: "execute", sender: user.address, contract, msg: user.encrypt(probeV1, "{"), funds: [] }),
    );
    expect(user.readError(failed.message)).toContain("Error parsing into type");
  });

  it("is no reply header: no contract waits for a user's message", () => {
    const own = `REPLY01\0\0\0\0\0\0\0\x05${hash}`;
    expect(refused(user.encrypt(probeV1, `${own}{"noop":{}}`))).toBe(validation);
    expect(refused(user.encrypt(probeV1, "REPLY01"))).toBe(validation);
  });

  it("is no callback signature of the user's", () => {
    const msg = user.encrypt(probeV1, { noop: {} });
    const failed = failure(() =>
      chain.deliver(
        { kind: "execute", sender: user.address, contract, msg, funds: [] },
        { callbackSig: new Uint8Array(32) },
      ),
    );
    expect(failed.message).toBe(validation);
  });

  it("still works after all of that", () => {
    expect(toUtf8(fromUtf8(String(user.execute(chain, contract, probeV1, { output: { text: "fine" } }))))).toBe("fine");
  });
});
