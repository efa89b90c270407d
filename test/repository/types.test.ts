// SPDX-License-Identifier: Apache-2.0
import { inspect } from "node:util";
import { fromUtf8, toHex } from "@sotto/bytes";
import { addressKey, GasMeter, type Handlers, type ReadCtx, rawValue, stateOf, type WriteCtx } from "@sotto/kernel";
import { Secret } from "@sotto/keys";
import { type Coin, type Coins, type DecCoins, parseWireCoins, type WireCoin } from "@sotto/math/coins";
import type { Query } from "@sotto/proto/cosmos.bank.v1beta1";
import type { CallRequest, Untrusted, UntrustedHost } from "@sotto/protocol";
import { believed, fieldsOf } from "@sotto/verify";
import type { BankKeeper } from "@sotto/x-bank";
import { describe, expect, it } from "vitest";

// Code that must not compile. The compiler checks it: `npm run check -- types` fails at an
// `@ts-expect-error` above a line that compiles. No test calls these functions unless it shows the
// call.

const numbers: (value: number) => void = () => {};
const bytes: (value: Uint8Array) => void = () => {};
const texts: (value: string) => void = () => {};

describe("an untrusted value", () => {
  it("has no readable part", () => {
    expect((request: Untrusted<CallRequest>, host: UntrustedHost, height: Untrusted<number>) => {
      // @ts-expect-error a field
      numbers(request.gasLimit);
      // @ts-expect-error fields
      const { kind } = request;
      // @ts-expect-error a number
      numbers(height);
      // @ts-expect-error arithmetic
      numbers(height + 1);
      // @ts-expect-error an order
      const isLate = height > 5;
      // @ts-expect-error equality
      const isFive = height === 5;
      const row = host.readState({ key: fromUtf8("key"), proof: 0 });
      // @ts-expect-error bytes
      bytes(row);
      // @ts-expect-error an element
      numbers(row[0]);
      // @ts-expect-error a length
      numbers(row.length);
      // @ts-expect-error items
      for (const byte of row) numbers(byte);
      // @ts-expect-error a copy
      const copy: CallRequest = { ...request };
      // @ts-expect-error a cast
      const cast = request as CallRequest;
      return [kind, isLate, isFive, copy, cast];
    }).toBeTypeOf("function");
  });

  it("has untrusted fields", () => {
    expect((request: Untrusted<CallRequest>, row: Untrusted<Uint8Array>, list: Untrusted<readonly Uint8Array[]>) => {
      const { gasLimit, contract, newCodeHash } = fieldsOf(request);
      // @ts-expect-error a number
      numbers(gasLimit);
      // @ts-expect-error a field of a field
      bytes(contract.address);
      // @ts-expect-error bytes
      bytes(newCodeHash);
      // @ts-expect-error bytes are not a message: their length must not be readable
      fieldsOf(row);
      // @ts-expect-error lists are not a message
      fieldsOf(list);
      // @ts-expect-error optional values are not a message
      fieldsOf(contract);
      numbers(believed(gasLimit, "gasLimit"));
      // @ts-expect-error an unknown reason
      numbers(believed(gasLimit, "because"));
      const reason: string = "gasLimit";
      // @ts-expect-error a reason that is computed
      numbers(believed(gasLimit, reason));
    }).toBeTypeOf("function");
  });

  it("is not assignable to a trusted one, nor the reverse", () => {
    expect((request: CallRequest, said: Untrusted<CallRequest>) => {
      // @ts-expect-error an unverified value of the host
      const known: CallRequest = said;
      // @ts-expect-error only the boundary's server makes untrusted values
      const made: Untrusted<CallRequest> = request;
      return [known, made];
    }).toBeTypeOf("function");
  });
});

describe("a context for reading", () => {
  const rows = stateOf("bank").table(1, addressKey, rawValue);

  it("cannot write or emit", () => {
    expect((ctx: ReadCtx) => {
      const key = fromUtf8("key");
      ctx.store("bank").get(key);
      // @ts-expect-error a row
      ctx.store("bank").set(key, key);
      // @ts-expect-error a removal
      ctx.store("bank").delete(key);
      // @ts-expect-error a row of a table
      rows.set(ctx, key, key);
      // @ts-expect-error a removal from a table
      rows.remove(ctx, key);
      // @ts-expect-error an event
      ctx.emit({ type: "message", attributes: [] });
      // @ts-expect-error a branch to write to
      ctx.branch();
      // @ts-expect-error a write under another meter
      rows.set(ctx.withGas(new GasMeter(1)), key, key);
      // @ts-expect-error a conversion into a context for writing
      const writing: WriteCtx = ctx;
      return writing;
    }).toBeTypeOf("function");
  });

  it("is the only context of a query handler", () => {
    type Balance = Handlers<typeof Query, ReadCtx>["balance"];
    const reads: Balance = (ctx) => {
      rows.get(ctx, fromUtf8("key"));
      return {};
    };
    // @ts-expect-error a handler that needs more
    const writes: Balance = (ctx: WriteCtx) => {
      rows.set(ctx, fromUtf8("key"), fromUtf8("value"));
      return {};
    };
    const tries: Balance = (ctx) => {
      // @ts-expect-error the handler's context does not write
      rows.set(ctx, fromUtf8("key"), fromUtf8("value"));
      return {};
    };
    expect([reads, writes, tries]).toHaveLength(3);
  });
});

describe("a secret", () => {
  const secret = new Secret(new Uint8Array(32).fill(0xab));

  it("is neither text nor bytes to the compiler", () => {
    expect((hidden: Secret) => {
      // @ts-expect-error text
      texts(hidden);
      // @ts-expect-error bytes
      bytes(hidden);
      // @ts-expect-error hex
      texts(toHex(hidden));
      // @ts-expect-error an element
      numbers(hidden[0]);
      // @ts-expect-error its field
      bytes(hidden.bytes);
      bytes(hidden.expose());
    }).toBeTypeOf("function");
  });

  it("shows no byte in any printed form", () => {
    const shown = [
      `${secret}`,
      String(secret),
      JSON.stringify({ secret }),
      inspect(secret, { showHidden: true, depth: 9 }),
      String(new Error("failed", { cause: secret })),
      Object.values(secret).join(),
    ];
    for (const text of shown) expect(text).not.toMatch(/171|ab,? ?ab|q6ur/i);
    expect(`${secret}`).toBe("[secret]");
  });
});

describe("money", () => {
  const takes: (coins: Coins) => void = () => {};
  const takesDec: (coins: DecCoins) => void = () => {};

  it("is not a literal list", () => {
    expect((wire: readonly WireCoin[], list: readonly Coin[], coins: Coins, amounts: DecCoins) => {
      takes(coins);
      // @ts-expect-error coins of a message
      takes(wire);
      // @ts-expect-error unchecked coins
      takes(list);
      // @ts-expect-error an empty literal list
      takes([]);
      // @ts-expect-error a part from `filter`; only coinsWhere returns a valid part
      takes(coins.filter(({ denom }) => denom === "uscrt"));
      // @ts-expect-error another amount
      takes([...coins, { denom: "uscrt", amount: 1n }]);
      // @ts-expect-error decimals
      takes(amounts);
      // @ts-expect-error whole amounts
      takesDec(coins);
      for (const coin of coins) {
        // @ts-expect-error a change of a coin
        coin.amount = 1n;
        // @ts-expect-error an added coin
        coins.push(coin);
      }
      const parsed = parseWireCoins(wire);
      // @ts-expect-error a value without a check for a fault
      takes(parsed.value);
      if (parsed.fault === undefined) takes(parsed.value);
    }).toBeTypeOf("function");
  });

  it("is the only type that bank moves", () => {
    expect((bank: BankKeeper, ctx: WriteCtx, address: Uint8Array, wire: readonly WireCoin[]) => {
      // @ts-expect-error coins of a message
      bank.send(ctx, address, address, wire);
      // @ts-expect-error coins of a message
      bank.add(ctx, address, wire);
      // @ts-expect-error coins of a message
      bank.subtract(ctx, address, wire);
      // @ts-expect-error coins of a message
      bank.mint(ctx, address, wire);
      // @ts-expect-error coins of a message
      bank.moneyOf("fee_collector").collect(ctx, address, wire);
      // @ts-expect-error coins of a message
      bank.minter("mint").mint(ctx, wire);
      // @ts-expect-error coins of a message
      bank.burner("mint").burn(ctx, wire);
    }).toBeTypeOf("function");
  });
});
