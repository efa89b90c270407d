// SPDX-License-Identifier: Apache-2.0
import { toLatin1 } from "@sotto/bytes";
import type { TypeRegistry } from "@sotto/codec";
import { ChainError, SdkError } from "@sotto/errors";
import type { AnteStep, ReadCtx } from "@sotto/kernel";
import { isDenom } from "@sotto/math/coins";
import type { BaseAccount } from "@sotto/proto/cosmos.auth.v1beta1";
import {
  type DecodedTx,
  type DenomMetadata,
  type ModeInfo,
  type PublicKey,
  parsePublicKey,
  type SignerData,
  SignMode,
  shownUnit,
  signBytes,
  type UnitLookup,
  verifySignature,
} from "@sotto/tx";
import type { AuthKeeper } from "../keeper.ts";
import { mustBase } from "./accounts.ts";
import { type AuthTx, infoAt, isSimulation, isTextual, signatureAt } from "./tx.ts";

/**
 * Signatures that another thread of the host has verified; the key contains all data that the
 * verdict depends on (ADR 16).
 */
export interface VerifiedSignatures {
  has(key: string): boolean;
  add(key: string): void;
}

export interface SignatureNeeds {
  readonly chainId: string;
  readonly registry: TypeRegistry;
  readonly verified: VerifiedSignatures;
  /** The chain's metadata of a denom; the caller pays for the read. */
  metadata(ctx: ReadCtx, denom: string): DenomMetadata | undefined;
  /** Limits of a hint: number of units, and UTF-16 units of a unit's name. */
  readonly hintLimits: { readonly units: number; readonly name: number };
}

/**
 * The data that a verdict on a signature depends on, with the hash of the transaction. Screens
 * depend on more data, so they get no verdict.
 */
const verdictKey = (tx: DecodedTx, index: number, { accountNumber, sequence, chainId }: SignerData): string =>
  `${toLatin1(tx.hash)}/${index}/${accountNumber}/${sequence}/${chainId}`;

/**
 * Compat: only in amino JSON the signer info does not fix the sequence, so a wrong sequence may be
 * the cause, and the error names it (x/auth ante/sigverify.go).
 */
const isAmino = (mode: ModeInfo): boolean =>
  mode.kind === "single" ? mode.mode === SignMode.aminoJson : mode.modes.every(isAmino);

function unverified({ accountNumber, sequence, chainId }: SignerData, mode: ModeInfo, { kind }: PublicKey): ChainError {
  const verify = "signature verification failed; please verify account number";
  return SdkError.unauthorized(
    isAmino(mode)
      ? `${verify} (${accountNumber}), sequence (${sequence}) and chain-id (${chainId})`
      : `${verify} (${accountNumber}) and chain-id (${chainId}): (unable to verify ${kind === "multisig" ? kind : "single signer"} signature)`,
  );
}

/**
 * A transaction without sign bytes in its mode has an invalid signature (x/auth ante/sigverify.go).
 */
function asUnverified(thrown: unknown, { accountNumber, chainId }: SignerData): unknown {
  if (!(thrown instanceof ChainError)) return thrown;
  const what = `please verify account number (${accountNumber}) and chain-id (${chainId})`;
  return SdkError.unauthorized(`signature verification failed; ${what}: (${thrown.message})`, thrown);
}

/**
 * The units that the chain has now. Compat: the transaction pays for one read for each coin on each
 * signer's screens, and an invalid denom has no screen (x/auth/tx/config,
 * NewBankKeeperCoinMetadataQueryFn).
 */
function unitsFor({ metadata, hintLimits }: SignatureNeeds, ctx: ReadCtx, tx: AuthTx): UnitLookup {
  tx.shownUnits ??= new Map();
  const { shownUnits } = tx;
  return (denom) => {
    if (!isDenom(denom)) throw SdkError.invalidRequest(`invalid denom: ${denom.slice(0, 128)}`);
    const unit = shownUnit(denom, metadata(ctx, denom));
    if (unit === undefined) return undefined;
    if (unit.display.length > hintLimits.name) throw SdkError.invalidRequest(`the unit of ${denom} is too long`);
    shownUnits.set(denom, unit);
    if (shownUnits.size > hintLimits.units) throw SdkError.invalidRequest("too many units on the screens");
    return unit;
  };
}

/**
 * Verifies the signature of the signer at `i` with the account `base`. A verdict of another thread
 * replaces the verification.
 */
function verifyOne(needs: SignatureNeeds, ctx: ReadCtx, tx: AuthTx, i: number, base: BaseAccount): void {
  const { chainId, registry, verified } = needs;
  const info = infoAt(tx, i);
  if (info?.sequence !== base.sequence) {
    throw SdkError.wrongSequence(`account sequence mismatch, expected ${base.sequence}, got ${info?.sequence ?? 0n}`);
  }
  if (isSimulation(ctx) || ctx.mode === "recheck") return;
  const key = base.pubKey === undefined ? undefined : parsePublicKey(base.pubKey);
  if (key === undefined || info.modeInfo === undefined) throw SdkError.invalidPubKey("pubkey on account is not set");
  const accountNumber = ctx.block.height === 0 ? 0n : base.accountNumber;
  const data = { chainId, accountNumber, sequence: base.sequence };
  const units = isTextual(info.modeInfo) ? unitsFor(needs, ctx, tx) : undefined;
  const verdict = units === undefined ? verdictKey(tx.decoded, i, data) : undefined;
  if (verdict !== undefined && verified.has(verdict)) return;
  const holds = verifySignature(key, info.modeInfo, signatureAt(tx, i), (mode) => {
    try {
      return signBytes(mode, tx.decoded, data, key, registry, units);
    } catch (thrown) {
      throw units === undefined ? asUnverified(thrown, data) : thrown;
    }
  });
  if (!holds) throw unverified(data, info.modeInfo, key);
  // A block is the last reader: a verdict from it would only stay in memory.
  if (verdict !== undefined && ctx.mode !== "deliver") verified.add(verdict);
}

export const sigVerification =
  (auth: AuthKeeper, needs: SignatureNeeds): AnteStep<AuthTx> =>
  (ctx, tx) => {
    for (const [i, signer] of tx.signers.entries()) verifyOne(needs, ctx, tx, i, mustBase(auth, ctx, signer));
    return undefined;
  };
