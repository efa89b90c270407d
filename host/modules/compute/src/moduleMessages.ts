// SPDX-License-Identifier: Apache-2.0
/**
 * Messages of contracts to staking, distribution and gov (spec/modules.md 8.10; x/compute
 * keeper/handler_plugin.go).
 */
import { create, type DescMessage, type MessageInitShape } from "@bufbuild/protobuf";
import { formatAddress, getAddress, prefix } from "@sotto/address";
import { encode, type Json } from "@sotto/codec";
import { SdkError } from "@sotto/errors";
import {
  MsgSetWithdrawAddressSchema,
  MsgWithdrawDelegatorRewardSchema,
} from "@sotto/proto/cosmos.distribution.v1beta1";
import { MsgVoteSchema, VoteOption } from "@sotto/proto/cosmos.gov.v1";
import { MsgBeginRedelegateSchema, MsgDelegateSchema, MsgUndelegateSchema } from "@sotto/proto/cosmos.staking.v1beta1";
import type { PackedAny } from "@sotto/tx";
import { contractCoins } from "./checks.ts";
import { coinOf, type Fields, isAddress, isFields, textOf, variantOf } from "./contractJson.ts";
import { ComputeError } from "./errors.ts";

const pack = <D extends DescMessage>(schema: D, init: MessageInitShape<D>): PackedAny => ({
  typeUrl: `/${schema.typeName}`,
  value: encode(schema, create(schema, init)),
});

/** The operator's address as written. Throws sdk/7 for text that is no such address. */
function operatorOf(fields: Fields, name: string): string {
  const text = textOf(fields, name);
  if (getAddress(text, prefix.validator) === undefined) throw SdkError.invalidAddress(text.slice(0, 128));
  return text;
}

const amountOf = (fields: Fields) => {
  const [amount] = contractCoins([coinOf(fields.get("amount"))]);
  return amount;
};

const bodyOf = (body: Json, of: string): readonly [name: string, fields: Fields] => {
  const [name, fields] = variantOf(body, of);
  if (!isFields(fields)) throw ComputeError.invalidMsg(`Unknown variant of ${of}`);
  return [name, fields];
};

/** Compat: a withdrawal sets the address that gets the rewards first, for all later ones too. */
function withdraw(fields: Fields, delegatorAddress: string): PackedAny[] {
  const recipient = fields.get("recipient") ?? "";
  if (typeof recipient !== "string") throw ComputeError.invalidMsg("field recipient must be text");
  if (recipient !== "" && !isAddress(recipient)) throw SdkError.invalidAddress(recipient.slice(0, 128));
  const validatorAddress = operatorOf(fields, "validator");
  return [
    pack(MsgSetWithdrawAddressSchema, {
      delegatorAddress,
      withdrawAddress: recipient === "" ? delegatorAddress : recipient,
    }),
    pack(MsgWithdrawDelegatorRewardSchema, { delegatorAddress, validatorAddress }),
  ];
}

/** Throws sdk/7 for an address, sdk/10 for an amount, compute/10 for another variant. */
export function stakingMessages(body: Json, contract: Uint8Array): PackedAny[] {
  const [name, fields] = bodyOf(body, "Staking");
  const delegatorAddress = formatAddress(contract);
  switch (name) {
    case "delegate": {
      const validatorAddress = operatorOf(fields, "validator").toLowerCase();
      return [pack(MsgDelegateSchema, { delegatorAddress, validatorAddress, amount: amountOf(fields) })];
    }
    case "undelegate": {
      const validatorAddress = operatorOf(fields, "validator");
      return [pack(MsgUndelegateSchema, { delegatorAddress, validatorAddress, amount: amountOf(fields) })];
    }
    case "redelegate": {
      const validatorSrcAddress = operatorOf(fields, "src_validator");
      const validatorDstAddress = operatorOf(fields, "dst_validator");
      const amount = amountOf(fields);
      return [pack(MsgBeginRedelegateSchema, { delegatorAddress, validatorSrcAddress, validatorDstAddress, amount })];
    }
    case "withdraw":
      return withdraw(fields, delegatorAddress);
    default:
      throw ComputeError.invalidMsg("Unknown variant of Staking");
  }
}

/** Throws compute/18 for another variant; the modules check the addresses. */
export function distributionMessages(body: Json, contract: Uint8Array): PackedAny[] {
  const [name, fields] = bodyOf(body, "Distribution");
  const delegatorAddress = formatAddress(contract);
  switch (name) {
    case "set_withdraw_address":
      return [pack(MsgSetWithdrawAddressSchema, { delegatorAddress, withdrawAddress: textOf(fields, "address") })];
    case "withdraw_delegator_reward": {
      const validatorAddress = textOf(fields, "validator");
      return [pack(MsgWithdrawDelegatorRewardSchema, { delegatorAddress, validatorAddress })];
    }
    default:
      // Compat: the reference then asks its handler of IBC packets, which has no answer either.
      throw ComputeError.unknownMsg("no handler found");
  }
}

const VOTES: ReadonlyMap<string, VoteOption> = new Map([
  ["yes", VoteOption.YES],
  ["no", VoteOption.NO],
  ["abstain", VoteOption.ABSTAIN],
  ["no_with_veto", VoteOption.NO_WITH_VETO],
]);

/**
 * Compat: a v0.10 contract writes its options with capitals, and the reference takes each text that
 * is not in its list for yes (x/compute keeper.go V010MsgToV1SubMsg).
 */
function voteOf(fields: Fields): readonly [proposal: Json | undefined, option: VoteOption] {
  const old = fields.get("vote_option");
  if (typeof old === "string") return [fields.get("proposal"), VOTES.get(old) ?? VoteOption.YES];
  const text = textOf(fields, "vote");
  const option = VOTES.get(text);
  if (option === undefined) throw ComputeError.invalidMsg(`invalid vote option '${text.slice(0, 32)}'`);
  return [fields.get("proposal_id"), option];
}

/** Throws compute/10 for another variant, an unknown option and a number that is no id. */
export function govMessages(body: Json, contract: Uint8Array): PackedAny[] {
  const [name, fields] = bodyOf(body, "Gov");
  if (name !== "vote") throw ComputeError.invalidMsg("Unknown variant of Gov");
  const [proposal, option] = voteOf(fields);
  if (typeof proposal !== "number" && typeof proposal !== "bigint") {
    throw ComputeError.invalidMsg("the number of a proposal must be a whole number");
  }
  const proposalId = BigInt(proposal);
  if (proposalId < 0n || proposalId >> 64n !== 0n) throw ComputeError.invalidMsg("no proposal has this number");
  return [pack(MsgVoteSchema, { proposalId, voter: formatAddress(contract), option })];
}
