// SPDX-License-Identifier: Apache-2.0
import type { ExecMode, RunnableTx } from "@sotto/kernel";
import type { Coin } from "@sotto/math/coins";
import { type DecodedTx, type ModeInfo, type ShownUnit, type SignerInfo, SignMode } from "@sotto/tx";

/** A decoded transaction with its required signers, in order. */
export interface AuthTx extends RunnableTx {
  readonly decoded: DecodedTx;
  /** The transaction's fee, unchecked. The fee step checks that it is a set. */
  readonly fee: readonly Coin[];
  readonly signers: readonly Uint8Array[];
  /**
   * Units that sigVerification found for screens, by denom, for the hint. Undefined without
   * screens.
   */
  shownUnits: Map<string, ShownUnit> | undefined;
}

const NO_SIGNATURE = new Uint8Array(0);

export const infoAt = (tx: AuthTx, i: number): SignerInfo | undefined => tx.decoded.authInfo.signerInfos[i];
export const signatureAt = (tx: AuthTx, i: number): Uint8Array => tx.decoded.raw.signatures[i] ?? NO_SIGNATURE;

export const isSimulation = (ctx: { readonly mode: ExecMode }): boolean => ctx.mode === "simulate";

/** Whether a single signature is over screens: its sign bytes depend on the chain's metadata. */
export const isTextual = (mode: ModeInfo | undefined): boolean =>
  mode?.kind === "single" && mode.mode === SignMode.textual;
