// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { formatAddress, mustAddress } from "@sotto/address";
import { plainError, SdkError } from "@sotto/errors";
import { addressField, addressFieldOr, assertGovAuthority, type Handlers, type WriteCtx } from "@sotto/kernel";
import {
  type Coins,
  coinSum,
  equalCoins,
  formatCoins,
  formatMessageCoins,
  isDenom,
  parseMessageCoins,
  type WireCoin,
} from "@sotto/math/coins";
import { type Msg, ParamsSchema } from "@sotto/proto/cosmos.bank.v1beta1";
import { BankError } from "./errors.ts";
import { senderEvent, transfer } from "./events.ts";
import type { BankKeeper } from "./keeper.ts";
import { state } from "./state.ts";

/**
 * Compat: MsgSend reads addresses with the SDK's address codec, MsgMultiSend with
 * AccAddressFromBech32. Their errors for a wrong prefix differ.
 */
const address = (text: string, role: string, read: (text: string) => Uint8Array = mustAddress): Uint8Array =>
  addressFieldOr(`invalid ${role} address`, text, read);

/** Coins of a message. Throws unless they are sorted, distinct, above zero and at least one. */
function coinsOf(coins: readonly WireCoin[]): Coins {
  const parsed = parseMessageCoins(coins);
  if (parsed.fault !== undefined || coins.length === 0) {
    throw SdkError.invalidCoins(formatMessageCoins(coins).slice(0, 256));
  }
  return parsed.value;
}

function assertDenom(denom: string, field: string): void {
  if (isDenom(denom)) return;
  const shown = denom.slice(0, 128);
  throw SdkError.invalidRequest(`invalid ${field} denom "${shown}": invalid denom: ${shown}`);
}

export const msgs = (bank: BankKeeper): Handlers<typeof Msg, WriteCtx> => ({
  send(ctx, { fromAddress, toAddress, amount }) {
    const from = address(fromAddress, "from", addressField);
    const to = address(toAddress, "to", addressField);
    const coins = coinsOf(amount);
    bank.assertSendEnabled(ctx, coins);
    if (bank.isBlocked(ctx, to)) throw SdkError.unauthorized(`${toAddress} is not allowed to receive funds`);
    bank.send(ctx, from, to, coins);
    return {};
  },

  multiSend(ctx, { inputs, outputs }) {
    const [input] = inputs;
    if (input === undefined) throw BankError.noInputs();
    if (inputs.length > 1) throw BankError.multipleSenders();
    if (outputs.length === 0) throw BankError.noOutputs();
    const from = address(input.address, "input");
    const given = coinsOf(input.coins);
    const taken = coinSum();
    const targets = outputs.map((output) => {
      const to = address(output.address, "output");
      const coins = coinsOf(output.coins);
      taken.add(coins);
      return { to, text: output.address, coins };
    });
    if (!equalCoins(given, taken.total())) throw BankError.inputOutputMismatch();
    bank.assertSendEnabled(ctx, given);
    for (const { to, text } of targets) {
      if (bank.isBlocked(ctx, to)) throw SdkError.unauthorized(`${text} is not allowed to receive funds`);
    }
    bank.subtract(ctx, from, given);
    ctx.emit(senderEvent(input.address));
    for (const { to, coins } of targets) {
      bank.add(ctx, to, coins);
      ctx.emit(transfer(input.address, formatAddress(to), formatCoins(coins)));
      bank.ensureAccount(ctx, to);
    }
    return {};
  },

  updateParams(ctx, { authority, params = create(ParamsSchema) }) {
    assertGovAuthority(authority);
    if (params.sendEnabled.length > 0) throw plainError("use of send_enabled in params is no longer supported");
    state.params.set(ctx, params);
    return {};
  },

  setSendEnabled(ctx, { authority, sendEnabled, useDefaultFor }) {
    assertGovAuthority(authority);
    const seen = new Set<string>();
    for (const { denom } of sendEnabled) {
      if (seen.has(denom)) throw SdkError.invalidRequest(`duplicate denom entries found for "${denom}"`);
      seen.add(denom);
      assertDenom(denom, "SendEnabled");
    }
    for (const denom of useDefaultFor) assertDenom(denom, "UseDefaultFor");
    for (const { denom, enabled } of sendEnabled) state.sendEnabled.set(ctx, denom, enabled);
    for (const denom of useDefaultFor) state.sendEnabled.remove(ctx, denom);
    return {};
  },
});
