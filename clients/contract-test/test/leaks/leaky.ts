// SPDX-License-Identifier: Apache-2.0
/** A chain with the contract `leaky`, and the runs of its messages. */
import "vitest";
import { readFileSync } from "node:fs";
import { type Contract, DevChain } from "../../src/index.ts";
import type { LeakMatchers } from "../../src/leaks/index.ts";
import type { UserQuery } from "../../src/leaks/observe.ts";

declare module "vitest" {
  // The parameter is that of vitest's interface.
  interface Matchers<T> extends LeakMatchers {}
}

const built = (name: string): Uint8Array =>
  readFileSync(new URL(`../../../../contracts/built/${name}.wasm`, import.meta.url));

/** Bytes of each message, as a client pads them. */
const SIZE = 300;

export type Body = Readonly<Record<string, unknown>>;

/** A message with `padding`, so that its JSON has `SIZE` bytes. */
export function padded(name: string, body: Body): object {
  const missing = SIZE - JSON.stringify({ [name]: { ...body, padding: "" } }).length;
  return { [name]: { ...body, padding: " ".repeat(missing) } };
}

/** A number in the form of the contract: 20 digits. */
export const digits = (value: number | bigint): string => String(value).padStart(20, "0");

export interface Leaky {
  readonly chain: DevChain;
  readonly contract: Contract;
}

export async function openLeaky(): Promise<Leaky> {
  const chain = await DevChain.create({ seed: "leaky" });
  const contract = await chain.as("alice").deploy(built("leaky"), {}, { label: "leaky" });
  return { chain, contract };
}

export const builtContract = built;

const DEPOSIT = [{ denom: "uscrt", amount: "100" }];

/** One run of a message with a secret, in its leaking or its cured form. */
export type Planted = (leaky: Leaky, secret: number, cured: boolean) => (chain: DevChain) => Promise<unknown>;

const act =
  (name: string): Planted =>
  ({ contract }, secret, cured) =>
  (chain) =>
    chain.as("alice").execute(contract, padded(name, { secret: digits(secret), cured }), { mayFail: true });

/** The runs of all messages, by the name of the leak. */
export const planted: Readonly<Record<string, Planted>> = {
  answer_length: act("answer_length"),
  message_length:
    ({ contract }, secret, cured) =>
    (chain) => {
      const text = "x".repeat(secret % 50);
      const msg = cured ? padded("message_length", { text }) : { message_length: { text } };
      return chain.as("alice").execute(contract, msg);
    },
  gas: act("gas"),
  evaporated: act("evaporated"),
  digits:
    ({ contract }, secret, cured) =>
    (chain) => {
      const amount = cured ? String(secret).padStart(39, "0") : String(secret);
      return chain.as("alice").execute(contract, padded("digits", { amount, cured }));
    },
  row_count: act("row_count"),
  row_size: act("row_size"),
  row_order: act("row_order"),
  branch: act("branch"),
  error_kind: act("error_kind"),
  attribute: act("attribute"),
  attribute_length: act("attribute_length"),
  sub_message: act("sub_message"),
  sub_length: act("sub_length"),
  query: act("query"),
  old_height:
    ({ contract }, secret, cured) =>
    async (chain) => {
      await chain.as("alice").execute(contract, padded("put", { secret: digits(secret), cured }));
      await chain.as("alice").execute(contract, { erase: {} });
    },
  refund:
    ({ contract }, secret, cured) =>
    async (chain) => {
      await chain.as("alice").execute(contract, padded("bid", { secret: digits(secret), cured }), { funds: DEPOSIT });
      await chain.as("bob").execute(contract, { settle: {} });
    },
};

/** The query of a stranger for the stored secret. */
export const peek = ({ contract }: Leaky, cured: boolean): UserQuery => ({
  contract,
  msg: { peek: { cured, key: "a guess" } },
  name: "peek",
});
