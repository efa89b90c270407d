// SPDX-License-Identifier: Apache-2.0
/**
 * Bad input: every field of every message, tokens, permits. The error names the fault, and nothing
 * changes.
 */
import { amountText, idText, padded } from "@sotto/contract-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { House } from "./house.ts";

let house: House;
let id: string;
beforeAll(async () => {
  house = await House.open((chain) => ({ admin: chain.account("alice").address }));
  await house.deposit("alice", 1, 100n);
  await house.deposit("alice", 0, 100n);
  id = idText(await house.sell());
});
afterAll(() => house.stop());

/** Valid messages. Alice is seller, bidder and admin. */
const messages = (): Record<string, object> => ({
  create_auction: {
    lot: { token: { index: 1, amount: amountText(5n) } },
    bid_token: 0,
    format: "first_price",
    min_bid: amountText(1n),
    reserve: amountText(2n),
    starts_at: house.now,
    ends_at: house.now + 5_000,
    reveal: { price: true, winner: false },
    witnesses: { addresses: [house.chain.account("bob").address], threshold: 1, grace: 600 },
    title: "t",
  },
  act: house.body({ bid: { auction_id: id, amount: amountText(50n) } }),
  withdraw: { amounts: [amountText(1n), amountText(1n)] },
  cancel: { auction_id: id },
  freeze: { auction_id: id },
  confirm: { auction_id: id, n: idText(1n), head: Buffer.alloc(32).toString("base64") },
  close: { auction_id: id },
  set_contract_status: { level: "stop_new" },
  revoke_permit: { permit_name: "p" },
});

type Path = readonly string[];

/** The places of all fields, also of those inside. */
function paths(value: object, at: Path = []): Path[] {
  return Object.entries(value).flatMap(([key, inner]) => {
    const path = [...at, key];
    return typeof inner === "object" && inner !== null ? [path, ...paths(inner, path)] : [path];
  });
}

/** A copy with one field replaced, or without it. */
function changed(value: object, [first = "", ...rest]: Path, to: unknown): object {
  const copy: Record<string, unknown> | unknown[] = Array.isArray(value) ? [...value] : { ...value };
  const inner = Reflect.get(copy, first) as object; // a path of this value
  if (rest.length > 0) Reflect.set(copy, first, changed(inner, rest, to));
  else if (to === undefined && Array.isArray(copy)) copy.splice(Number(first), 1);
  else if (to === undefined) Reflect.deleteProperty(copy, first);
  else Reflect.set(copy, first, to);
  return copy;
}

const WRONG: readonly unknown[] = [undefined, null, -1, "-1", 1.5, "x".repeat(200), "9".repeat(39), 2 ** 70, {}, true];

/** What is no fault at this place. */
function isGood(path: Path, to: unknown): boolean {
  const last = path.at(-1) ?? "";
  const place = path.join(".");
  if (["create_auction.reserve", "create_auction.witnesses", "create_auction.witnesses.grace"].includes(place))
    return to === undefined || to === null;
  if (["price", "winner"].includes(last)) return to === true;
  // Any text is a name.
  if (last === "permit_name") return typeof to === "string";
  if (last === "title") return typeof to === "string" && to.length <= 128;
  return false;
}

describe("every field of every message", () => {
  it("that is missing, null, negative, huge or of another type fails, and nothing changes", async () => {
    const alice = house.chain.as("alice");
    const before = [await house.client("alice").account(), await house.client("alice").house()];
    let tried = 0;
    for (const [name, body] of Object.entries(messages())) {
      const message = { [name]: { ...body, bind: house.bind(alice) } };
      for (const path of paths(message)) {
        for (const to of WRONG) {
          if (isGood(path, to)) continue;
          const wrong = changed(message, path, to);
          const done = await alice.execute(house.contract, wrong, { mayFail: true, gas: 500_000 });
          // What depends on a secret is refused inside: an amount above the balance.
          const refused = done.ok && done.json<Record<string, { status: string }>>()[name]?.status === "refused";
          expect(!done.ok || refused, `${path.join(".")} = ${JSON.stringify(to)}: ${done.error}`).toBe(true);
          if (!done.ok) expect(done.error?.trim(), path.join(".")).not.toBe("");
          tried++;
        }
      }
    }
    expect(tried).toBeGreaterThan(300);
    const after = [await house.client("alice").account(), await house.client("alice").house()];
    // Refused acts have leaves: the head grows.
    expect({ ...after[0] }).toEqual({ ...before[0] });
    expect({ ...after[1], head: undefined }).toEqual({ ...before[1], head: undefined });
  }, 120_000);

  it("that is unknown fails, so that no misspelt reserve is lost", async () => {
    const alice = house.chain.as("alice");
    for (const [name, body] of Object.entries(messages())) {
      const wrong = padded(name, { ...body, bind: house.bind(alice), reserv: "5" }, 2_048);
      const done = await alice.execute(house.contract, wrong, { mayFail: true });
      expect([done.ok, done.error], name).toEqual([false, expect.stringContaining("unknown field")]);
    }
  });

  it("that this version does not support is refused in words", async () => {
    const terms = messages()["create_auction"] as object;
    const nft = { nft: { address: "x", code_hash: "y", token_id: "z" } };
    const painting = await house.execute("alice", "create_auction", { ...terms, lot: nft }, { mayFail: true });
    expect(painting.error).toContain("unknown variant `nft`");
  });

  it("of witnesses is refused with its name when it is out of bounds", async () => {
    const terms = messages()["create_auction"] as object;
    const addresses = [house.chain.account("bob").address];
    for (const [witnesses, error] of [
      [{ addresses: [], threshold: 1 }, "witnesses.addresses must name 1 to 8 accounts"],
      [{ addresses: [...addresses, ...addresses], threshold: 1 }, "twice"],
      [{ addresses, threshold: 2 }, "witnesses.threshold must be 1 to 1"],
      [{ addresses, threshold: 1, grace: 599 }, "witnesses.grace must be 600 to 31536000 seconds"],
      [{ addresses, threshold: 1, wait: 700 }, "unknown field"],
    ] as const) {
      const done = await house.execute("alice", "create_auction", { ...terms, witnesses }, { mayFail: true });
      expect(done.error).toContain(error);
    }
  });

  it("of an act is one of three kinds, and 32 bytes of terms", async () => {
    const act = messages()["act"] as object;
    for (const [change, error] of [
      [{ do: "raise " }, "do must be"],
      [{ do: "settle " }, "do must be"],
      [{ do: "" }, "do must be"],
      [{ terms: "AAAA" }, "terms must have 32 bytes"],
    ] as const) {
      const done = await house.execute("alice", "act", { ...act, ...change }, { mayFail: true });
      expect(done.error).toContain(error);
    }
    // Spaces are for hosts alone.
    const cover = await house.execute("alice", "act", { ...act, do: "cover" });
    expect(cover.json()).toMatchObject({ act: { status: "accepted" } });
  });

  it("refuses coins, which it could not give back", async () => {
    const alice = house.chain.as("alice");
    const bid = house.message(alice, "act", messages()["act"] as object);
    const funds = [{ denom: "uscrt", amount: "5" }];
    const done = await alice.execute(house.contract, bid, { mayFail: true, funds });
    expect(done.error).toContain("takes no coins");
  });
});

describe("a house with", () => {
  const token = (changes: object) => {
    const { address, codeHash } = house.tokens[0] ?? { address: "", codeHash: "" };
    return { tokens: [{ address, code_hash: codeHash, ...changes }] };
  };
  it.each([
    ["a wrong code hash of a token", () => token({ code_hash: "ab".repeat(32) }), /house|hash|failed/],
    ["a short code hash", () => token({ code_hash: "ab" }), /64 hex digits/],
    ["an address that is no address", () => token({ address: "secret1nobody" }), /address|canonicalize|failed/],
    ["a contract that is no token", () => token({ address: house.contract.address }), /hash|unknown variant|failed/],
    ["no tokens", () => ({ tokens: [] }), /1 to 4 tokens/],
    ["little entropy", () => ({ entropy: "AAAA" }), /at least 32 bytes/],
    ["no word about the fee for a lot", () => ({ lot_fee: undefined }), /missing field `lot_fee`/],
    ["a fee for a lot in no token", () => ({ lot_fee: { index: 2, amount: "1" } }), /lot_fee.index/],
    ["a fee above 5 %", () => ({ fee: { bps: 501, to: house.contract.address } }), /must not exceed 500/],
  ])("%s is not made", async (_, changes, error) => {
    const setUp = House.setUp(house.tokens, changes());
    await expect(house.chain.as("judy").instantiate(house.code, setUp)).rejects.toThrow(error);
  });
});

describe("a permit", () => {
  const ask = (permit: object, query: object) => house.chain.query(house.contract, { with_permit: { permit, query } });
  const sign = (changes: object = {}) =>
    house.chain.as("bob").permit({ contracts: [house.contract], permissions: ["bid"], ...changes });
  const myBid = () => ({ my_bid: { auction_id: id } });

  it("opens what its permission names", async () => {
    await ask(sign(), myBid());
    await ask(sign({ permissions: ["owner"] }), { account: {} });
  });

  it.each([
    ["for another contract", { contracts: ["secret1other"] }, "not for this token or contract"],
    ["for another chain", { chainId: "other-1" }, "for another chain"],
    ["with another permission", { permissions: ["vault"] }, "does not give the permission"],
    ["without permissions", { permissions: [] }, "does not give the permission"],
  ])("%s is refused", async (_, changes, error) => {
    await expect(ask(sign(changes), myBid())).rejects.toThrow(error);
  });

  it("does not open the account with the permission for bids", async () => {
    await expect(ask(sign(), { account: {} })).rejects.toThrow("does not give the permission");
  });

  it("that was changed is refused", async () => {
    const permit = sign({ permissions: ["vault"] });
    const wider = { ...permit, params: { ...permit.params, permissions: ["owner"] } };
    await expect(ask(wider, myBid())).rejects.toThrow("the signature of the permit is wrong");
    const short = { ...permit, signature: { ...permit.signature, signature: "AAAA" } };
    await expect(ask(short, { account: {} })).rejects.toThrow();
  });
});
