import { formatAddress } from "@sotto/address";
import { ChainError, SdkError } from "@sotto/errors";
import type { AnteStep, WriteCtx } from "@sotto/kernel";
import { type WireCoin as Coin, int, wireCoinsFault } from "@sotto/math";
import { type DecodedTx, feePayer } from "@sotto/tx";
import { feeEvent } from "../events.ts";
import type { AuthKeeper } from "../keeper.ts";
import { type AuthTx, isSimulation } from "./tx.ts";

export interface FeeNeeds {
  /** The node's own price, in check mode only: the least fee for a gas limit; none when free. */
  readonly minimumFee: (gasLimit: bigint) => Coin | undefined;
  sendCoins(ctx: WriteCtx, from: Uint8Array, to: Uint8Array, coins: readonly Coin[]): void;
  showCoins(coins: readonly Coin[]): string;
}

const FEE_COLLECTOR = "fee_collector";

/** The fee with amounts in the canonical form. Throws sdk/2 for an amount that the reference cannot decode. */
export const feeOf = ({ authInfo }: DecodedTx): readonly Coin[] =>
  (authInfo.fee?.amount ?? []).map(({ denom, amount }) => {
    const value = amount === "" ? 0n : int.parse(amount);
    if (value === undefined) throw SdkError.txDecode("a fee amount is no integer");
    return { denom, amount: String(value) };
  });

export const shown = (coins: readonly Coin[]): string =>
  coins
    .map(({ denom, amount }) => `${amount}${denom}`)
    .join(",")
    .slice(0, 512);

function assertMinimumFee(needs: FeeNeeds, fee: readonly Coin[], gasLimit: bigint): void {
  const required = needs.minimumFee(gasLimit);
  if (required === undefined) return;
  const paid = fee.find(({ denom }) => denom === required.denom);
  if (paid === undefined || BigInt(paid.amount) < BigInt(required.amount)) {
    throw SdkError.insufficientFee(
      `insufficient fees; got: ${needs.showCoins(fee)} required: ${required.amount}${required.denom}`,
    );
  }
}

export function deductFee(auth: AuthKeeper, needs: FeeNeeds): AnteStep<AuthTx> {
  /** Compat: whatever stops the transfer is a lack of funds, in its own words (x/auth ante/fee.go DeductFees). */
  function payFee(ctx: WriteCtx, payer: Uint8Array, fee: readonly Coin[]): void {
    try {
      needs.sendCoins(ctx, payer, auth.ensureModule(ctx, FEE_COLLECTOR), fee);
    } catch (thrown) {
      throw thrown instanceof ChainError ? SdkError.insufficientFunds(thrown.message) : thrown;
    }
  }

  return (ctx, tx) => {
    const { fee } = tx.decoded.authInfo;
    if (fee === undefined) throw SdkError.insufficientFee();
    if (!isSimulation(ctx) && fee.gasLimit === 0n) throw SdkError.invalidGasLimit("must provide positive gas");
    if (ctx.mode === "check") assertMinimumFee(needs, tx.fee, fee.gasLimit);
    const payer = feePayer(tx.decoded, tx.signers);
    if (fee.granter !== "" && fee.granter !== formatAddress(payer))
      throw SdkError.invalidRequest("fee grants are not enabled");
    if (auth.account(ctx, payer) === undefined) {
      throw SdkError.unknownAddress(`fee payer address: ${formatAddress(payer)} does not exist`);
    }
    // Compat: a fee of zeros is no fee, whatever else is wrong with it (x/auth ante/fee.go).
    if (tx.fee.some(({ amount }) => amount !== "0")) {
      if (wireCoinsFault(tx.fee) !== undefined) throw SdkError.insufficientFee(`invalid fee amount: ${shown(tx.fee)}`);
      payFee(ctx, payer, tx.fee);
    }
    ctx.emit(feeEvent(needs.showCoins(tx.fee), formatAddress(payer)));
    return undefined;
  };
}
