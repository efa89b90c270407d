// SPDX-License-Identifier: Apache-2.0
import { SdkError } from "@sotto/errors";
import { type AnteStep, GasMeter, type ReadCtx } from "@sotto/kernel";
import type { Params } from "@sotto/proto/cosmos.auth.v1beta1";
import { aminoPublicKey, hasSigned, type ModeInfo, type PublicKey, parsePublicKey } from "@sotto/tx";
import type { AuthKeeper } from "../keeper.ts";
import { isSigned, keyOf, SIMULATED_KEY } from "./keys.ts";
import { type AuthTx, infoAt, isSimulation } from "./tx.ts";

export interface GasNeeds {
  /** Gas that fits into a block; undefined: any. */
  readonly maxBlockGas: (ctx: ReadCtx) => bigint | undefined;
}

/** Transactions of the genesis have no limit (x/auth ante/setup.go SetGasMeter). */
export const setUpContext: AnteStep<AuthTx> = (ctx, { gasWanted }) =>
  ctx.withGas(
    isSimulation(ctx) ? new GasMeter(ctx.gas.limit) : GasMeter.upTo(ctx.block.height === 0 ? undefined : gasWanted),
  );

/**
 * Part of the reference's SetUpContext. It is a separate step, because the result of a transaction
 * that it refuses has the gas wanted.
 */
export const limitToBlock =
  ({ maxBlockGas }: GasNeeds): AnteStep<AuthTx> =>
  (ctx, { gasWanted }) => {
    const max = maxBlockGas(ctx);
    if (max !== undefined && gasWanted > max) {
      throw SdkError.invalidGasLimit(`tx gas limit ${gasWanted} exceeds block max gas ${max}`);
    }
    return undefined;
  };

/**
 * Bytes that a simulation pays for a signature that it leaves out: key and signature in the legacy
 * amino form, and six bytes more (x/auth ante/basic.go).
 */
function simulatedSize(key: PublicKey): number {
  const length = aminoPublicKey(key).length;
  return 1 + (length < 128 ? 1 : 2) + length + 2 + 64 + 6;
}

export const consumeTxSizeGas =
  (auth: AuthKeeper): AnteStep<AuthTx> =>
  (ctx, tx) => {
    const { txSizeCostPerByte, txSigLimit } = auth.params(ctx);
    const perByte = Number(txSizeCostPerByte);
    ctx.gas.consume(perByte * tx.bytes.length, "txSize");
    if (!isSimulation(ctx)) return undefined;
    for (const [i, signer] of tx.signers.entries()) {
      if (isSigned(tx, i)) continue;
      const known = auth.base(ctx, signer)?.pubKey;
      const key = known === undefined ? SIMULATED_KEY : parsePublicKey(known);
      const most = key.kind === "multisig" ? Number(txSigLimit) : 1;
      ctx.gas.consume(perByte * simulatedSize(key) * most, "txSize");
    }
    return undefined;
  };

/**
 * Charges for each signature, also for those of a multisig's members. Throws for Ed25519 at any
 * depth (x/auth ante/sigverify.go).
 */
function consumeSignatureGas(ctx: ReadCtx, params: Params, key: PublicKey, mode: ModeInfo | undefined): void {
  if (key.kind === "ed25519") {
    ctx.gas.consume(Number(params.sigVerifyCostEd25519), "ante verify: ed25519");
    throw SdkError.invalidPubKey("ED25519 public keys are unsupported");
  }
  if (key.kind === "secp256k1" || mode?.kind !== "multi") {
    ctx.gas.consume(Number(params.sigVerifyCostSecp256k1), "ante verify: secp256k1");
    return;
  }
  let at = 0;
  for (const [i, member] of key.keys.entries()) {
    if (i < mode.members.size && hasSigned(mode.members, i)) consumeSignatureGas(ctx, params, member, mode.modes[at++]);
  }
}

export const sigGasConsume =
  (auth: AuthKeeper): AnteStep<AuthTx> =>
  (ctx, tx) => {
    const params = auth.params(ctx);
    for (const [i, signer] of tx.signers.entries()) {
      const key = keyOf(auth, ctx, signer) ?? (isSimulation(ctx) ? SIMULATED_KEY : undefined);
      if (key === undefined) throw SdkError.invalidPubKey("pubkey on account is not set");
      consumeSignatureGas(ctx, params, key, infoAt(tx, i)?.modeInfo);
    }
    return undefined;
  };
