// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { formatAddress } from "@sotto/address";
import { fromBase64 } from "@sotto/bytes";
import { encode, type Json, parseJson } from "@sotto/codec";
import { plainError, SdkError } from "@sotto/errors";
import { MsgSendSchema } from "@sotto/proto/cosmos.bank.v1beta1";
import type { CallAnswer } from "@sotto/protocol";
import type { PackedAny } from "@sotto/tx";
import { contractCoins } from "./checks.ts";
import { coinsOf, isAddress, isFields, textOf, variantOf } from "./contractJson.ts";
import { ComputeError } from "./errors.ts";
import { distributionMessages, govMessages, stakingMessages } from "./moduleMessages.ts";

/**
 * A contract's request other than a wasm call: messages for the router, possibly none, or the end
 * of the transaction.
 */
export type ChainRequest =
  | { readonly kind: "messages"; readonly messages: readonly PackedAny[] }
  | { readonly kind: "finalize" };

const messages = (...list: readonly PackedAny[]): ChainRequest => ({ kind: "messages", messages: list });

function bankRequest(body: Json, contract: Uint8Array): ChainRequest {
  const [name, fields] = variantOf(body, "Bank");
  if (name !== "send" || !isFields(fields)) throw ComputeError.invalidMsg("Unknown variant of Bank");
  const coins = coinsOf(fields.get("amount"));
  if (coins.length === 0) return messages();
  const toAddress = textOf(fields, "to_address");
  if (!isAddress(toAddress)) throw SdkError.invalidAddress(toAddress.slice(0, 128));
  // Bank checks whether these coins are valid (x/compute handler_plugin.go EncodeBankMsg).
  const send = create(MsgSendSchema, { fromAddress: formatAddress(contract), toAddress, amount: contractCoins(coins) });
  return messages({ typeUrl: "/cosmos.bank.v1beta1.MsgSend", value: encode(MsgSendSchema, send) });
}

/**
 * Throws when a v0.10 contract pays from another account. Compat: the error has no code and comes
 * before the contract's events (x/compute keeper.go V010MsgToV1SubMsg); v1 contracts name no
 * account.
 */
export function assertOwnFunds({ messages }: CallAnswer, contract: Uint8Array): void {
  for (const { wasm, json } of messages) {
    if (wasm !== undefined) continue;
    const body = parseJson(json);
    const bank = isFields(body) ? body.get("bank") : undefined;
    const send = isFields(bank) ? bank.get("send") : undefined;
    if (!isFields(send) || send.get("from_address") === formatAddress(contract)) continue;
    throw plainError(
      "couldn't convert v0.10 messages to v1 messages: contract doesn't have permission to send funds from another account (using BankMsg)",
    );
  }
}

function stargateRequest(body: Json): ChainRequest {
  if (!isFields(body)) throw ComputeError.invalidMsg("Unknown variant of Stargate");
  const value = fromBase64(textOf(body, "value"));
  if (value === undefined) throw ComputeError.invalidMsg("the value of a stargate message must be base64");
  return messages({ typeUrl: textOf(body, "type_url"), value });
}

/**
 * Reads a contract's CosmosMsg (spec/modules.md 8.10). Throws compute/10 for kinds that the chain
 * does not offer.
 */
export function readCosmosMsg(json: Uint8Array, contract: Uint8Array): ChainRequest {
  const [name, body] = variantOf(parseJson(json), "CosmosMsg");
  switch (name) {
    case "bank":
      return bankRequest(body, contract);
    case "stargate":
      return stargateRequest(body);
    case "finalize_tx":
      return { kind: "finalize" };
    case "custom":
      throw ComputeError.invalidMsg("Custom variant not supported");
    case "staking":
      return messages(...stakingMessages(body, contract));
    case "distribution":
      return messages(...distributionMessages(body, contract));
    case "gov":
      return messages(...govMessages(body, contract));
    case "ibc":
      throw ComputeError.unsupported("this chain has no ibc module yet");
    default:
      throw ComputeError.invalidMsg(`Unknown variant of CosmosMsg: ${name.slice(0, 32)}`);
  }
}
