// SPDX-License-Identifier: Apache-2.0
import { incrementSequence } from "./ante/accounts.ts";
import { extensionOptions, txTimeoutHeight, validateBasic, validateMemo } from "./ante/basic.ts";
import { deductFee, type FeeNeeds } from "./ante/fee.ts";
import { consumeTxSizeGas, type GasNeeds, limitToBlock, setUpContext, sigGasConsume } from "./ante/gas.ts";
import { setPubKey, validateSigCount } from "./ante/keys.ts";
import { type SignatureNeeds, sigVerification } from "./ante/signatures.ts";
import type { AuthKeeper } from "./keeper.ts";

/** The functions of the chain that the steps call. */
export interface AnteNeeds extends GasNeeds, FeeNeeds, SignatureNeeds {}

/** The pipeline's steps by name; the app lists them in order (spec/transactions.md 3.2). */
export const anteSteps = (auth: AuthKeeper, needs: AnteNeeds) =>
  ({
    setUpContext,
    limitToBlock: limitToBlock(needs),
    extensionOptions,
    validateBasic,
    txTimeoutHeight,
    validateMemo: validateMemo(auth),
    consumeTxSizeGas: consumeTxSizeGas(auth),
    deductFee: deductFee(auth, needs),
    setPubKey: setPubKey(auth),
    validateSigCount: validateSigCount(auth),
    sigGasConsume: sigGasConsume(auth),
    sigVerification: sigVerification(auth, needs),
    incrementSequence: incrementSequence(auth),
  }) as const;
