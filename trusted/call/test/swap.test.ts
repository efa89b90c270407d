// SPDX-License-Identifier: Apache-2.0
import { formatAddress } from "@sotto/address";
import { concat, toHex, toLatin1 } from "@sotto/bytes";
import { sha256 } from "@sotto/crypto";
import { EnclaveError } from "@sotto/protocol";
import { describe, expect, it } from "vitest";
import { Chain, failure, probeV1, User } from "./chain.ts";

// Authentic data in the wrong place: this enclave made each of them, under a key that decrypts it.

const hash = toHex(sha256(probeV1));
const probeV2 = concat(probeV1, Uint8Array.of(0, 2, 1, 97));
const hash2 = toHex(sha256(probeV2));
const validation = `Execution error: Enclave: ${EnclaveError.failedValidation.summary}`;

const setup = () => {
  const chain = new Chain(probeV1, probeV2);
  const user = new User(7);
  const [a, b] = [user.create(chain, 1, [], user.text), user.create(chain, 1)] as const;
  const ask = (op: object) => ({
    try: { op: { smart: { contract: formatAddress(b), code_hash: hash, msg: JSON.stringify(op) } } },
  });
  const call = (code_hash: string, contract: Uint8Array, ops: unknown[]) => ({
    call: {
      contract: formatAddress(contract),
      code_hash,
      msg: JSON.stringify({ batch: { ops } }),
      sub: { id: 1, reply_on: "always", gas_limit: null },
    },
  });
  const migrate = () => {
    const msg = user.encrypt(probeV2, { ops: [] });
    chain.deliver({ kind: "migrate", sender: user.address, contract: a, codeId: 2, msg });
  };
  return { chain, user, a, b, ask, call, migrate };
};

describe("a contract's query is never answered with", () => {
  const one = { output: { text: "one" } };
  const two = { output: { text: "two" } };
  const fail = { fail: { error: { text: { text: "no" } } } };
  const decryption = EnclaveError.decryption.summary;

  it("the answer to another query under the same client message", () => {
    const { chain, user, a, ask } = setup();
    expect(user.query(chain, a, probeV1, ask(one), ask(two))).toEqual(['["one"]', '["two"]']);
    for (const [first, second] of [
      [one, two],
      [one, fail],
      [fail, two],
    ] as const) {
      let kept: Uint8Array | undefined;
      chain.onQuery = (answer) => {
        kept ??= answer;
        return kept;
      };
      expect(failure(() => user.query(chain, a, probeV1, ask(first), ask(second))).message).toBe(decryption);
    }
  });

  it("the answer to the same query of an earlier moment, or to the same message of a user's own", () => {
    const { chain, user, a, b, ask } = setup();
    let kept: Uint8Array | undefined;
    chain.onQuery = (answer) => {
      kept ??= answer;
      return kept;
    };
    const read = ask({ get: { key: "k" } });
    const write = (value: string) => user.execute(chain, b, probeV1, { set: { key: "k", value } });
    write("old");
    const wire = user.encrypt(probeV1, { batch: { ops: [read] } });
    const first = chain.queryRaw(a, wire);
    write("new");
    // The same request a second time, so that all keys are equal.
    expect(chain.queryRaw(a, wire).fault).toBe(EnclaveError.decryption.code);
    kept = undefined;
    expect(chain.queryRaw(a, wire).data).not.toEqual(first.data);
  });
});

describe("a reply is never read by", () => {
  it("an earlier code of the contract that asked", () => {
    const { chain, user, a, b, call, migrate } = setup();
    const old = chain.ref(a);
    migrate();
    const run = () => user.execute(chain, a, probeV2, call(hash, b, [{ noop: {} }]));
    expect(run).not.toThrow();
    chain.beforeReply = () => chain.accounts.set(toLatin1(a), { ref: old, codeId: 1 });
    expect(failure(run).message).toBe(validation);
  });

  it("any code but the newest that the contract moved to while it waited", () => {
    const { chain, user, a } = setup();
    const self = formatAddress(a);
    chain.deliver({ kind: "updateAdmin", sender: user.address, contract: a, newAdmin: self });
    const sub = { id: 1, reply_on: "always", gas_limit: null };
    const move = { migrate_other: { contract: self, code_hash: hash2, code_id: 2, msg: '{"ops":[]}', sub } };
    user.execute(chain, a, probeV1, move);
    const [replies] = user.query(chain, a, probeV2, { replies: {} }) as [string];
    expect(JSON.parse(replies)).toHaveLength(1);
  });
});

describe("a new contract", () => {
  it("never gets its address from numbers that run into each other", () => {
    const { chain, user } = setup();
    const msg = user.encrypt(probeV1, { ops: [] });
    const message = {
      kind: "instantiate",
      sender: user.address,
      codeId: 1,
      label: "",
      msg,
      funds: [],
      admin: "",
    } as const;
    const attempt = (instanceId: number, codeId = 1) =>
      chain.calls.call(
        { ...chain.request(message, 0), instanceId, codeId },
        { message: { ...message, codeId }, txHash: "AB", callbackSig: new Uint8Array(0) },
        chain.host(new Uint8Array(20)),
      ).fault;
    expect(attempt(0xffff_ffff)).toBe(0);
    // Code 1 with this instance would have the address of instance 5 of code 2.
    expect(attempt(0x1_0000_0005)).toBe(EnclaveError.failedValidation.code);
    expect(attempt(5, 0x1_0000_0001)).toBe(EnclaveError.failedValidation.code);
  });
});
