// SPDX-License-Identifier: Apache-2.0
import { fromUtf8 } from "@sotto/bytes";
import { SdkError } from "@sotto/errors";
import type { AnteStep } from "@sotto/kernel";
import type { AuthKeeper } from "../keeper.ts";
import { formatFee } from "./fee.ts";
import type { AuthTx } from "./tx.ts";

const MAX_GAS = (1n << 63n) - 1n;

/** Checks that need no state (SDK tx.ValidateBasic). */
export const validateBasic: AnteStep<AuthTx> = (ctx, tx) => {
  if (ctx.mode === "recheck") return undefined;
  const { authInfo, raw } = tx.decoded;
  const { fee, signerInfos } = authInfo;
  const { signatures } = raw;
  if (fee === undefined) throw SdkError.insufficientFee("the transaction has no fee");
  if (fee.gasLimit > MAX_GAS) throw SdkError.invalidRequest(`invalid gas supplied; ${fee.gasLimit} > ${MAX_GAS}`);
  if (tx.fee.some(({ amount }) => amount < 0n)) {
    throw SdkError.insufficientFee(`invalid fee provided: ${formatFee(tx.fee)}`);
  }
  if (signatures.length === 0) throw SdkError.noSignatures();
  if (signatures.length !== tx.signers.length || signerInfos.length !== tx.signers.length) {
    throw SdkError.unauthorized(`wrong number of signers; expected ${tx.signers.length}, got ${signatures.length}`);
  }
  return undefined;
};

export const extensionOptions: AnteStep<AuthTx> = (_ctx, { decoded }) => {
  if (decoded.body.extensionOptions.length > 0) throw SdkError.unknownExtensionOptions();
  return undefined;
};

export const txTimeoutHeight: AnteStep<AuthTx> = (ctx, { decoded }) => {
  const { timeoutHeight } = decoded.body;
  if (timeoutHeight > 0n && BigInt(ctx.block.height) > timeoutHeight) {
    throw SdkError.txTimeoutHeight(`block height: ${ctx.block.height}, timeout height: ${timeoutHeight}`);
  }
  return undefined;
};

export const validateMemo =
  (auth: AuthKeeper): AnteStep<AuthTx> =>
  (ctx, { decoded }) => {
    // Compat: the text says characters, but the reference counts bytes. A transaction without a
    // memo does not pay for the read of the limit.
    const { length } = fromUtf8(decoded.body.memo);
    if (length === 0) return undefined;
    const limit = Number(auth.params(ctx).maxMemoCharacters);
    if (length > limit)
      throw SdkError.memoTooLarge(`maximum number of characters is ${limit} but received ${length} characters`);
    return undefined;
  };
