// SPDX-License-Identifier: Apache-2.0
import { fromUtf8 } from "@sotto/bytes";
import { Abort } from "@sotto/cosmwasm";
import { createSiv } from "@sotto/crypto";
import { Outcome } from "@sotto/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { untrusted } from "../../../test/support/untrusted.ts";
import { askChain } from "../src/askChain.ts";
import { Chain, GAS, probeV1, User } from "./chain.ts";

const session = {
  nonce: new Uint8Array(32),
  publicKey: new Uint8Array(32),
  siv: createSiv(new Uint8Array(32).fill(5)),
  isBound: false,
};
const dialects = fc.constantFrom("v1", "v010") as fc.Arbitrary<"v1" | "v010">;
const texts = fc.oneof(
  fc.json(),
  fc.string(),
  fc.constant('{"wasm":{"smart":{"contract_addr":"a","code_hash":"b","msg":"e30="}}}'),
);

describe("whatever comes in", () => {
  it("a query of a contract ends in an answer or an abort", () => {
    fc.assert(
      fc.property(dialects, texts, texts, (dialect, request, reply) => {
        try {
          const { answer } = askChain(
            { session, chainId: "fuzz-1", dialect, depth: 1 },
            fromUtf8(request),
            GAS,
            () => ({ said: untrusted({ answer: fromUtf8(reply), gasUsed: 1 }), own: undefined }),
          );
          expect(answer).toBeInstanceOf(Uint8Array);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(Abort);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("the enclave answers a message or query of any bytes", () => {
    const chain = new Chain(probeV1);
    const user = new User(7);
    const contract = user.create(chain, 1);
    const honest = user.encrypt(probeV1, { noop: {} });
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc
        .tuple(fc.nat(honest.length - 1), fc.integer({ min: 1, max: 255 }))
        .map(([at, bits]) => honest.map((byte, i) => (i === at ? byte ^ bits : byte))),
    );
    fc.assert(
      fc.property(bytes, (msg) => {
        const message = { kind: "execute", sender: user.address, contract, msg, funds: [] } as const;
        const signed = { message, txHash: "AB", callbackSig: new Uint8Array(0) };
        expect(chain.calls.call(chain.request(message, 0), signed, chain.host(contract)).outcome).toBe(Outcome.fault);
        expect(chain.queryRaw(contract, msg).outcome).toBe(Outcome.fault);
      }),
      { numRuns: 300 },
    );
  });

  it("the enclave answers whatever contract, call or reply the host names", () => {
    const chain = new Chain(probeV1);
    const user = new User(7);
    const contract = user.create(chain, 1);
    const small = fc.nat(12);
    const some = fc.uint8Array({ maxLength: 70 });
    const ref = fc.record({
      address: some,
      codeHash: some,
      ogKey: some,
      currentKey: some,
      currentKeyProof: some,
      admin: fc.string(),
      adminProof: some,
    });
    const anyRef = fc.option(fc.oneof(ref, fc.constant(chain.ref(contract))), { nil: undefined });
    fc.assert(
      fc.property(small, small, small, anyRef, fc.boolean(), fc.string(), (kind, callId, childId, given, ok, error) => {
        const message = { kind: "execute", sender: user.address, contract, msg: new Uint8Array(0), funds: [] } as const;
        const request = { ...chain.request(message, callId), kind, contract: given };
        expect(chain.calls.call(request, undefined, chain.host(contract)).outcome).toBe(Outcome.fault);
        const reply = {
          parentId: callId,
          childId,
          contract: given,
          gasLimit: GAS,
          ok,
          data: undefined,
          error,
          events: [],
          txCounter: 0,
        };
        expect(chain.calls.reply(reply, chain.host(contract)).outcome).toBe(Outcome.fault);
      }),
      { numRuns: 500 },
    );
  });
});
