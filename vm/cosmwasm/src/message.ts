// SPDX-License-Identifier: Apache-2.0
import type { Dialect } from "@sotto/check";
import { compactJson, type Json } from "@sotto/codec";
import type { Coin } from "./env.ts";
import {
  bytesOf,
  clampedOf,
  type Fields,
  fieldsOf,
  listOf,
  optionalTextOf,
  textOf,
  u64Of,
  unfit,
  variantOf,
} from "./fields.ts";

export type WasmMessage =
  | {
      readonly kind: "execute";
      /** Bech32, from the contract. */
      readonly contract: string;
      /** From the contract: normally 64 hex characters. */
      readonly codeHash: string;
      readonly msg: Uint8Array;
      readonly funds: readonly Coin[];
    }
  | {
      readonly kind: "instantiate";
      readonly codeId: number;
      readonly codeHash: string;
      readonly msg: Uint8Array;
      readonly funds: readonly Coin[];
      readonly label: string;
      readonly admin: string | undefined;
    }
  | {
      readonly kind: "migrate";
      readonly contract: string;
      readonly codeHash: string;
      readonly codeId: number;
      readonly msg: Uint8Array;
    }
  | { readonly kind: "updateAdmin"; readonly contract: string; readonly admin: string }
  | { readonly kind: "clearAdmin"; readonly contract: string };

export type ReplyOn = "never" | "error" | "success" | "always";

/** A message that a contract sends, in one form for both dialects. */
export interface SubMessage {
  /** The contract's own id, for its reply. */
  readonly id: bigint;
  readonly replyOn: ReplyOn;
  /** SDK gas; at most 2^53 - 1. */
  readonly gasLimit: number | undefined;
  /** Present for messages to contracts. */
  readonly wasm: WasmMessage | undefined;
  /** For all others, the CosmosMsg as compact JSON, e.g. `{"bank":{"send":{...}}}`; else empty. */
  readonly json: string;
}

/**
 * Variants of CosmosMsg beside `wasm`; the host reads their content. Source:
 * spec/contract-interface.md 6.3.
 */
const OTHERS: Readonly<Record<Dialect, readonly string[]>> = {
  v010: ["bank", "custom", "staking", "gov"],
  v1: ["bank", "custom", "staking", "distribution", "stargate", "any", "ibc", "gov", "finalize_tx"],
};

const coinOf = (value: Json): Coin => {
  const fields = fieldsOf(value);
  return { denom: textOf(fields.get("denom")), amount: textOf(fields.get("amount")) };
};

const coinsOf = (fields: Fields): readonly Coin[] => listOf(fields.get("send")).map(coinOf);

/** v0.10 calls it `callback_code_hash`, v1 `code_hash`. */
const codeHashOf = (fields: Fields): string => textOf(fields.get("callback_code_hash") ?? fields.get("code_hash"));

function wasmOf(value: Json): WasmMessage {
  const [kind, body] = variantOf(value);
  const fields = fieldsOf(body);
  const contract = () => textOf(fields.get("contract_addr"));
  switch (kind) {
    case "execute":
      return {
        kind,
        contract: contract(),
        codeHash: codeHashOf(fields),
        msg: bytesOf(fields.get("msg")),
        funds: coinsOf(fields),
      };
    case "instantiate":
      return {
        kind,
        codeId: clampedOf(fields.get("code_id")),
        codeHash: codeHashOf(fields),
        msg: bytesOf(fields.get("msg")),
        funds: coinsOf(fields),
        label: textOf(fields.get("label")),
        admin: optionalTextOf(fields.get("admin")),
      };
    case "migrate":
      return {
        kind,
        contract: contract(),
        codeHash: codeHashOf(fields),
        codeId: clampedOf(fields.get("code_id")),
        msg: bytesOf(fields.get("msg")),
      };
    case "update_admin":
      return { kind: "updateAdmin", contract: contract(), admin: textOf(fields.get("admin")) };
    case "clear_admin":
      return { kind: "clearAdmin", contract: contract() };
    default:
      throw unfit();
  }
}

function messageOf(dialect: Dialect, value: Json): Pick<SubMessage, "wasm" | "json"> {
  const [name, body] = variantOf(value);
  if (name === "wasm") return { wasm: wasmOf(body), json: "" };
  if (!OTHERS[dialect].includes(name)) throw unfit();
  return { wasm: undefined, json: compactJson(value) };
}

/** A message of a v0.10 response: no id, no reply, no limit of its own. */
export const parseMessageV010 = (value: Json): SubMessage => ({
  id: 0n,
  replyOn: "never",
  gasLimit: undefined,
  ...messageOf("v010", value),
});

function replyOnOf(value: Json | undefined): ReplyOn {
  if (value === "never" || value === "error" || value === "success" || value === "always") return value;
  throw unfit();
}

/** A SubMsg of a v1 response. */
export function parseMessageV1(value: Json): SubMessage {
  const fields = fieldsOf(value);
  const gasLimit = fields.get("gas_limit");
  const msg = fields.get("msg");
  if (msg === undefined) throw unfit();
  return {
    id: u64Of(fields.get("id")),
    replyOn: replyOnOf(fields.get("reply_on")),
    gasLimit: gasLimit === undefined || gasLimit === null ? undefined : clampedOf(gasLimit),
    ...messageOf("v1", msg),
  };
}
