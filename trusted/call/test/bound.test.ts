// SPDX-License-Identifier: Apache-2.0
import { formatAddress } from "@sotto/address";
import { fromBase64, toHex, toUtf8 } from "@sotto/bytes";
import { Client } from "@sotto/contract-test/parts";
import { sha256 } from "@sotto/crypto";
import type { Binding } from "@sotto/message";
import { EnclaveError, Outcome } from "@sotto/protocol";
import { describe, expect, it } from "vitest";
import { Chain, failure, keys, probeV1, User } from "./chain.ts";

// During a call a host sees ciphertexts under the key of the user's message: queries of contracts
// and messages between them. A host may try to run them elsewhere.

const hash = toHex(sha256(probeV1));
const chainId = "secretdev-1";
const elsewhere = EnclaveError.boundElsewhere;

const client = new Client("of bound messages", keys.ioPublicKey);
const encrypt = (message: object, binding: Binding): Uint8Array => client.encryptBound(hash, message, binding).wire;

function setup() {
  const chain = new Chain(probeV1);
  const user = new User(7);
  const [hers, inner, evil] = [user.create(chain, 1), user.create(chain, 1), new User(8).create(chain, 1)];
  const target = { contract: formatAddress(inner), code_hash: hash };
  const smart = { smart: { ...target, msg: JSON.stringify({ get: { key: "k" } }) } };
  const call = { call: { ...target, msg: JSON.stringify({ set: { key: "k", value: "v" } }) } };
  const run = (msg: Uint8Array, contract = hers, sender = user.address) =>
    chain.deliver({ kind: "execute", sender, contract, msg, funds: [] });
  const bound = (message: object) =>
    encrypt(message, { kind: "execute", chainId, sender: user.address, contract: hers });
  /** The ciphertext of a contract's last query. */
  const asked = (): Uint8Array => {
    const ask = chain.asks.findLast(({ kind }) => kind === "queryChain");
    return fromBase64(JSON.parse(toUtf8(ask?.bytes as Uint8Array) as string).wasm.smart.msg) as Uint8Array;
  };
  return { chain, user, hers, inner, evil, smart, call, run, bound, asked };
}

describe("a contract's query, asked again by the host", () => {
  it.each(["an ordinary", "a bound"])("answers of the contract that was asked only, under %s message", (form) => {
    const { chain, user, hers, inner, evil, smart, run, bound, asked } = setup();
    run(form === "a bound" ? bound(smart) : user.encrypt(probeV1, smart));
    expect(chain.queryRaw(inner, asked()).outcome).toBe(Outcome.ok);
    for (const contract of [hers, evil]) {
      expect(chain.queryRaw(contract, asked())).toMatchObject({ outcome: Outcome.fault, fault: elsewhere.code });
    }
  });
});

describe("a contract's message to another", () => {
  const wireOf = (chain: Chain): Uint8Array =>
    chain.answers.flatMap(({ messages }) => messages).at(-1)?.wasm?.msg as Uint8Array;

  it("is nobody's to send or to ask under a bound message, not even its caller's", () => {
    const { chain, user, inner, evil, call, run, bound } = setup();
    run(bound(call));
    for (const [contract, sender] of [
      [inner, user.address],
      [evil, new User(8).address],
      [inner, new User(8).address],
    ] as const) {
      expect(failure(() => run(wireOf(chain), contract, sender)).message).toContain(elsewhere.summary);
      expect(chain.queryRaw(contract, wireOf(chain))).toMatchObject({ outcome: Outcome.fault, fault: elsewhere.code });
    }
  });

  it("can be asked as a query of any contract of the code under an ordinary one: only its caller opens the answer", () => {
    const { chain, user, evil, smart, run } = setup();
    const msg = JSON.stringify({ get: { key: "k" } });
    run(user.encrypt(probeV1, { call: { ...smart.smart, msg } }));
    const { outcome, data } = chain.queryRaw(evil, wireOf(chain));
    expect(outcome).toBe(Outcome.ok);
    expect(user.read(data)).toEqual([null]);
  });
});
