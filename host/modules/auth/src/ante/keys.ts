// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { AnySchema } from "@bufbuild/protobuf/wkt";
import { formatAddress } from "@sotto/address";
import { equals, fromHex, toBase64, toLatin1 } from "@sotto/bytes";
import { RecentMap } from "@sotto/crypto";
import { ChainError, SdkError } from "@sotto/errors";
import type { AnteStep, ReadCtx, WriteCtx } from "@sotto/kernel";
import {
  countKeys,
  decodeMultiSignature,
  type PublicKey,
  packPublicKey,
  parsePublicKey,
  publicKeyAddress,
} from "@sotto/tx";
import { sequenceEvent, signatureEvent } from "../events.ts";
import type { AuthKeeper } from "../keeper.ts";
import { mustAccount, mustBase } from "./accounts.ts";
import { type AuthTx, infoAt, isSimulation, signatureAt } from "./tx.ts";

/**
 * The key that a simulation uses when the transaction does not name one (x/auth ante/sigverify.go).
 */
export const SIMULATED_KEY: PublicKey = {
  kind: "secp256k1",
  key: fromHex("035ad6810a47f073553ff30d2fcc7e0d3b1c0b74b61a1aaa2582344037151e143a") ?? new Uint8Array(33),
};

/**
 * Signatures inside a multisig's signature; empty for a malformed one, which its verification
 * refuses later.
 */
function memberSignatures(signature: Uint8Array): readonly Uint8Array[] {
  try {
    return decodeMultiSignature(signature);
  } catch (thrown) {
    if (thrown instanceof ChainError) return [];
    throw thrown;
  }
}

/** Whether a signer has a signature; for a multisig, whether all signing members have one. */
export function isSigned(tx: AuthTx, i: number): boolean {
  const signature = signatureAt(tx, i);
  if (infoAt(tx, i)?.modeInfo?.kind !== "multi") return signature.length > 0;
  const members = memberSignatures(signature);
  return members.length > 0 && members.every((member) => member.length > 0);
}

/** The key of a signer's account. Throws sdk/9 without an account. */
export function keyOf(auth: AuthKeeper, ctx: ReadCtx, signer: Uint8Array): PublicKey | undefined {
  const stored = mustBase(auth, ctx, signer).pubKey;
  return stored === undefined ? undefined : parsePublicKey(stored);
}

/**
 * Number of keys whose addresses are cached: a transaction's check, its second check and its
 * execution need the same address.
 */
const KEPT_ADDRESSES = 4_096;

/** The address of a key; addresses of single keys are cached. */
function addressOfKey(): (key: PublicKey) => Uint8Array {
  const kept = new RecentMap<string, Uint8Array>(KEPT_ADDRESSES);
  return (key) => {
    if (key.kind !== "secp256k1") return publicKeyAddress(key);
    const name = toLatin1(key.key);
    let address = kept.get(name);
    if (address === undefined) {
      address = new Uint8Array(publicKeyAddress(key));
      kept.set(name, address);
    }
    return address;
  };
}

export function setPubKey(auth: AuthKeeper): AnteStep<AuthTx> {
  const addressOf = addressOfKey();

  function setKey(ctx: WriteCtx, tx: AuthTx, i: number, signer: Uint8Array): void {
    const given = infoAt(tx, i)?.publicKey;
    if (given === undefined) return;
    if (!isSimulation(ctx) && !equals(addressOf(given), signer)) {
      throw SdkError.invalidPubKey(
        `pubKey does not match signer address ${formatAddress(signer)} with signer index: ${i}`,
      );
    }
    const account = mustAccount(auth, ctx, signer);
    const base = auth.baseOf(account);
    if (base.pubKey === undefined) {
      const pubKey = create(AnySchema, packPublicKey(given));
      auth.setBase(ctx, signer, account, { ...base, pubKey });
    }
  }

  return (ctx, tx) => {
    for (const [i, signer] of tx.signers.entries()) setKey(ctx, tx, i, signer);
    for (const [i, signer] of tx.signers.entries()) emitSigner(ctx, tx, i, signer);
    return undefined;
  };
}

function emitSigner(ctx: WriteCtx, tx: AuthTx, i: number, signer: Uint8Array): void {
  const info = infoAt(tx, i);
  const signature = signatureAt(tx, i);
  ctx.emit(sequenceEvent(formatAddress(signer), info?.sequence ?? 0n));
  const members = info?.modeInfo?.kind === "multi" ? memberSignatures(signature) : [];
  for (const member of members) ctx.emit(signatureEvent(toBase64(member)));
  ctx.emit(signatureEvent(toBase64(signature)));
}

export const validateSigCount =
  (auth: AuthKeeper): AnteStep<AuthTx> =>
  (ctx, tx) => {
    const limit = Number(auth.params(ctx).txSigLimit);
    let count = 0;
    for (const [i, signer] of tx.signers.entries()) {
      const key = infoAt(tx, i)?.publicKey ?? keyOf(auth, ctx, signer);
      count += key === undefined ? 1 : countKeys(key);
      if (count > limit) throw SdkError.tooManySignatures(`signatures: ${count}, limit: ${limit}`);
    }
    return undefined;
  };
