import { formatAddress, parseAddress } from "@sotto/address";
import { ChainError, SdkError } from "@sotto/errors";
import { assertGovAuthority, type Handlers, type WriteCtx } from "@sotto/kernel";
import { wireCoinsFault } from "@sotto/math";
import type { Msg } from "@sotto/proto/cosmos.bank.v1beta1";
import { BankError } from "./errors.ts";
import { senderEvent, show, transfer } from "./events.ts";
import type { BankKeeper, Coin } from "./keeper.ts";
import { state } from "./state.ts";

const address = (text: string, role: string): Uint8Array => {
  try {
    return parseAddress(text);
  } catch (thrown) {
    throw thrown instanceof ChainError ? SdkError.invalidAddress(`invalid ${role} address: ${thrown.detail}`) : thrown;
  }
};

/** Coins of a message: sorted, distinct, each above zero. */
function assertCoins(coins: readonly Coin[]): void {
  if (wireCoinsFault(coins) !== undefined || coins.length === 0) throw SdkError.invalidCoins(show(coins).slice(0, 256));
}

const sum = (lists: readonly (readonly Coin[])[]): Map<string, bigint> => {
  const total = new Map<string, bigint>();
  for (const coins of lists) {
    for (const { denom, amount } of coins) total.set(denom, (total.get(denom) ?? 0n) + BigInt(amount));
  }
  return total;
};

const sameSum = (a: ReadonlyMap<string, bigint>, b: ReadonlyMap<string, bigint>): boolean =>
  a.size === b.size && [...a].every(([denom, amount]) => b.get(denom) === amount);

export const msgs = (bank: BankKeeper): Handlers<typeof Msg, WriteCtx> => ({
  send(ctx, { fromAddress, toAddress, amount }) {
    const from = address(fromAddress, "from");
    const to = address(toAddress, "to");
    assertCoins(amount);
    bank.assertSendEnabled(ctx, amount);
    if (bank.isBlocked(to)) throw SdkError.unauthorized(`${toAddress} is not allowed to receive funds`);
    bank.send(ctx, from, to, amount);
    return {};
  },

  multiSend(ctx, { inputs, outputs }) {
    const [input] = inputs;
    if (input === undefined) throw BankError.noInputs();
    if (inputs.length > 1) throw BankError.multipleSenders();
    if (outputs.length === 0) throw BankError.noOutputs();
    const from = address(input.address, "input");
    for (const { coins } of [...inputs, ...outputs]) assertCoins(coins);
    if (!sameSum(sum([input.coins]), sum(outputs.map(({ coins }) => coins)))) throw BankError.inputOutputMismatch();
    bank.assertSendEnabled(ctx, input.coins);
    const targets = outputs.map((output) => ({ ...output, to: address(output.address, "output") }));
    for (const { to, address: text } of targets) {
      if (bank.isBlocked(to)) throw SdkError.unauthorized(`${text} is not allowed to receive funds`);
    }
    bank.subtract(ctx, from, input.coins);
    ctx.emit(senderEvent(input.address));
    for (const { to, coins } of targets) {
      bank.add(ctx, to, coins);
      ctx.emit(transfer(input.address, formatAddress(to), show(coins)));
      bank.ensureAccount(ctx, to);
    }
    return {};
  },

  updateParams(ctx, { authority, params }) {
    assertGovAuthority(authority);
    if (params === undefined) throw SdkError.invalidRequest("params are required");
    state.params.set(ctx, params);
    return {};
  },

  setSendEnabled(ctx, { authority, sendEnabled, useDefaultFor }) {
    assertGovAuthority(authority);
    for (const { denom, enabled } of sendEnabled) state.sendEnabled.set(ctx, denom, enabled);
    for (const denom of useDefaultFor) state.sendEnabled.remove(ctx, denom);
    return {};
  },
});
