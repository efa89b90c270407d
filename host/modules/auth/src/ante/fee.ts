// SPDX-License-Identifier: Apache-2.0
import { formatAddress } from "@sotto/address";
import { equals } from "@sotto/bytes";
import { ChainError, recoveredPanic, SdkError } from "@sotto/errors";
import { type AnteStep, addressField, type WriteCtx } from "@sotto/kernel";
import { int } from "@sotto/math";
import { type Coin, type Coins, checkCoins, coversAnyCoin, formatCoins } from "@sotto/math/coins";
import { type DecodedTx, feePayer } from "@sotto/tx";
import { feeEvent } from "../events.ts";
import type { AuthKeeper } from "../keeper.ts";
import { type AuthTx, isSimulation } from "./tx.ts";

export interface FeeNeeds {
  /**
   * The node's own price, in check mode only: fees for a gas limit, each of which suffices; empty
   * when the node asks for no fee.
   */
  readonly minimumFee: (gasLimit: bigint) => Coins;
  /** Moves a fee to the account that collects fees. Throws sdk errors. */
  collectFee(ctx: WriteCtx, payer: Uint8Array, fee: Coins): void;
  /** Takes a fee from what an account grants to another. Throws the errors of feegrant. */
  readonly useGrantedFees: (
    ctx: WriteCtx,
    granter: Uint8Array,
    grantee: Uint8Array,
    use: { readonly fee: readonly Coin[]; readonly typeUrls: readonly string[] },
  ) => void;
}

/**
 * The fee's coins, in any order and number. Throws sdk/2 for an amount that the reference cannot
 * decode.
 */
export const feeOf = ({ authInfo }: DecodedTx): readonly Coin[] =>
  (authInfo.fee?.amount ?? []).map(({ denom, amount }) => {
    const value = amount === "" ? 0n : int.parse(amount);
    if (value === undefined) throw SdkError.txDecode("a fee amount is not an integer");
    return { denom, amount: value };
  });

/** A fee as text for errors: at most 512 characters. */
export const formatFee = (coins: readonly Coin[]): string => formatCoins(coins).slice(0, 512);

function assertMinimumFee(needs: FeeNeeds, fee: readonly Coin[], gasLimit: bigint): void {
  const required = needs.minimumFee(gasLimit);
  if (required.length === 0 || coversAnyCoin(fee, required)) return;
  throw SdkError.insufficientFee(`insufficient fees; got: ${formatCoins(fee)} required: ${formatCoins(required)}`);
}

/**
 * Compat: an error of the transfer becomes "insufficient funds" with the error's text (x/auth
 * ante/fee.go DeductFees).
 */
function payFee(needs: FeeNeeds, ctx: WriteCtx, payer: Uint8Array, fee: readonly Coin[]): void {
  const coins = checkCoins(fee);
  if (coins.fault !== undefined) throw SdkError.insufficientFee(`invalid fee amount: ${formatFee(fee)}`);
  try {
    needs.collectFee(ctx, payer, coins.value);
  } catch (thrown) {
    throw thrown instanceof ChainError ? SdkError.insufficientFunds(thrown.message) : thrown;
  }
}

/** Compat: the SDK panics for a text that is no address. */
function granterOf(text: string): Uint8Array {
  try {
    return addressField(text);
  } catch (thrown) {
    throw thrown instanceof ChainError ? recoveredPanic(thrown.message, thrown) : thrown;
  }
}

/** The account that pays: the fee's payer, or another that has granted it (x/auth ante/fee.go). */
function payingAccount(needs: FeeNeeds, ctx: WriteCtx, tx: AuthTx, granter: string): Uint8Array {
  const payer = feePayer(tx.decoded, tx.signers);
  if (granter === "") return payer;
  const from = granterOf(granter);
  if (equals(from, payer)) return from;
  try {
    needs.useGrantedFees(ctx, from, payer, { fee: tx.fee, typeUrls: tx.messages.map(({ route }) => route.typeUrl) });
  } catch (thrown) {
    if (!(thrown instanceof ChainError)) throw thrown;
    throw thrown.wrap(`${formatAddress(from)} does not allow to pay fees for ${formatAddress(payer)}`);
  }
  return from;
}

export const deductFee =
  (auth: AuthKeeper, needs: FeeNeeds): AnteStep<AuthTx> =>
  (ctx, tx) => {
    const { fee } = tx.decoded.authInfo;
    if (fee === undefined) throw SdkError.insufficientFee();
    // Compat: a transaction of the genesis may have no gas.
    if (!isSimulation(ctx) && ctx.block.height > 0 && fee.gasLimit === 0n)
      throw SdkError.invalidGasLimit("must provide positive gas");
    if (ctx.mode === "check") assertMinimumFee(needs, tx.fee, fee.gasLimit);
    const payer = payingAccount(needs, ctx, tx, fee.granter);
    if (auth.account(ctx, payer) === undefined) {
      throw SdkError.unknownAddress(`fee payer address: ${formatAddress(payer)} does not exist`);
    }
    // Compat: a fee of zeros counts as no fee, and its other faults are ignored (x/auth
    // ante/fee.go).
    if (tx.fee.some(({ amount }) => amount !== 0n)) payFee(needs, ctx, payer, tx.fee);
    ctx.emit(feeEvent(formatCoins(tx.fee), formatAddress(payer)));
    return undefined;
  };
