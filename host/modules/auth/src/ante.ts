import { create } from "@bufbuild/protobuf";
import { type Any, AnySchema } from "@bufbuild/protobuf/wkt";
import { formatAddress } from "@sotto/address";
import { equals, fromHex, fromUtf8, toBase64, toLatin1 } from "@sotto/bytes";
import type { TypeRegistry } from "@sotto/codec";
import { RecentMap } from "@sotto/crypto";
import { ChainError, SdkError } from "@sotto/errors";
import { type AnteStep, GasMeter, type ReadCtx, type RunnableTx, type SignerHint, type WriteCtx } from "@sotto/kernel";
import { int } from "@sotto/math";
import { type Coin, type Coins, checkCoins, coversAnyCoin, formatCoins, isDenom } from "@sotto/math/coins";
import type { BaseAccount, Params } from "@sotto/proto/cosmos.auth.v1beta1";
import {
  aminoPublicKey,
  countKeys,
  type DecodedTx,
  type DenomMetadata,
  decodeMultiSignature,
  feePayer,
  hasSigned,
  type ModeInfo,
  type PublicKey,
  packPublicKey,
  parsePublicKey,
  publicKeyAddress,
  type ShownUnit,
  type SignerData,
  type SignerInfo,
  SignMode,
  shownUnit,
  signBytes,
  type UnitLookup,
  verifySignature,
} from "@sotto/tx";
import { feeEvent, sequenceEvent, signatureEvent } from "./events.ts";
import type { AuthKeeper } from "./keeper.ts";

/** The fee's coins, which need not be a set. Throws sdk/2 for an amount that the reference cannot decode. */
export const feeOf = ({ authInfo }: DecodedTx): readonly Coin[] =>
  (authInfo.fee?.amount ?? []).map(({ denom, amount }) => {
    const value = amount === "" ? 0n : int.parse(amount);
    if (value === undefined) throw SdkError.txDecode("a fee amount is no integer");
    return { denom, amount: value };
  });

const shown = (coins: readonly Coin[]): string => formatCoins(coins).slice(0, 512);

/** A decoded transaction with who must sign it, in order. */
export interface AuthTx extends RunnableTx {
  readonly decoded: DecodedTx;
  /** As the transaction has it: whether it is a set is found out when it is paid. */
  readonly fee: readonly Coin[];
  readonly signers: readonly Uint8Array[];
  /** Units that sigVerification found for screens, by denom: noted here for the hint. Undefined without screens. */
  shownUnits: Map<string, ShownUnit> | undefined;
}

/** Signatures that another thread of the same side has verified; the key names everything that the verdict depends on (ADR 16). */
export interface VerifiedSignatures {
  has(key: string): boolean;
  add(key: string): void;
}

export interface AnteNeeds {
  readonly chainId: string;
  readonly registry: TypeRegistry;
  readonly verified: VerifiedSignatures;
  /** The node's own price, in check mode only: fees for a gas limit, any of which suffices; none when free. */
  readonly minimumFee: (gasLimit: bigint) => Coins;
  /** Gas that fits into a block; undefined: any. */
  readonly maxBlockGas: (ctx: ReadCtx) => bigint | undefined;
  /** Moves a fee to where fees are collected; throws sdk errors. */
  collectFee(ctx: WriteCtx, payer: Uint8Array, fee: Coins): void;
  /** What the chain says of a denom, read at the caller's charge. */
  metadata(ctx: ReadCtx, denom: string): DenomMetadata | undefined;
  /** What a hint has room for: units, and UTF-16 units of a unit's name. */
  readonly hintLimits: { readonly units: number; readonly name: number };
}

const MAX_GAS = (1n << 63n) - 1n;
/** The key that stands in for one that a simulation does not name (x/auth ante/sigverify.go). */
const SIMULATED_KEY: PublicKey = {
  kind: "secp256k1",
  key: fromHex("035ad6810a47f073553ff30d2fcc7e0d3b1c0b74b61a1aaa2582344037151e143a") ?? new Uint8Array(33),
};
/**
 * Bytes that a simulation pays for a signature that it leaves out: key and signature in the legacy amino form, and six more
 * (x/auth ante/basic.go).
 */
function simulatedSize(key: PublicKey): number {
  const length = aminoPublicKey(key).length;
  return 1 + (length < 128 ? 1 : 2) + length + 2 + 64 + 6;
}

const infoAt = (tx: AuthTx, i: number): SignerInfo | undefined => tx.decoded.authInfo.signerInfos[i];
const isSimulation = (ctx: ReadCtx): boolean => ctx.mode === "simulate";

function mustAccount(auth: AuthKeeper, ctx: ReadCtx, address: Uint8Array): Any {
  const account = auth.account(ctx, address);
  if (account === undefined) throw SdkError.unknownAddress(`account ${formatAddress(address)} does not exist`);
  return account;
}

const mustBase = (auth: AuthKeeper, ctx: ReadCtx, address: Uint8Array): BaseAccount =>
  auth.baseOf(mustAccount(auth, ctx, address));

/** Checks that need no state (SDK tx.ValidateBasic). */
const validateBasic: AnteStep<AuthTx> = (ctx, tx) => {
  if (ctx.mode === "recheck") return undefined;
  const { authInfo, raw } = tx.decoded;
  const { fee, signerInfos } = authInfo;
  const { signatures } = raw;
  if (fee === undefined) throw SdkError.insufficientFee("the transaction has no fee");
  if (fee.gasLimit > MAX_GAS) throw SdkError.invalidRequest(`invalid gas supplied; ${fee.gasLimit} > ${MAX_GAS}`);
  if (tx.fee.some(({ amount }) => amount < 0n)) {
    throw SdkError.insufficientFee(`invalid fee provided: ${shown(tx.fee)}`);
  }
  if (signatures.length === 0) throw SdkError.noSignatures();
  if (signatures.length !== tx.signers.length || signerInfos.length !== tx.signers.length) {
    throw SdkError.unauthorized(`wrong number of signers; expected ${tx.signers.length}, got ${signatures.length}`);
  }
  return undefined;
};

const extensionOptions: AnteStep<AuthTx> = (_ctx, { decoded }) => {
  if (decoded.body.extensionOptions.length > 0) throw SdkError.unknownExtensionOptions();
  return undefined;
};

const txTimeoutHeight: AnteStep<AuthTx> = (ctx, { decoded }) => {
  const { timeoutHeight } = decoded.body;
  if (timeoutHeight > 0n && BigInt(ctx.block.height) > timeoutHeight) {
    throw SdkError.txTimeoutHeight(`block height: ${ctx.block.height}, timeout height: ${timeoutHeight}`);
  }
  return undefined;
};

/** Whether a single signature is over screens: its sign bytes depend on the chain's metadata. */
const isTextual = (mode: ModeInfo | undefined): boolean => mode?.kind === "single" && mode.mode === SignMode.textual;

/** Charges for each signature, those of a multisig's members too. Throws for Ed25519 at any depth (x/auth ante/sigverify.go). */
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
  key.keys.forEach((member, i) => {
    if (i < mode.members.size && hasSigned(mode.members, i)) consumeSignatureGas(ctx, params, member, mode.modes[at++]);
  });
}

/** Compat: the sequence of amino JSON alone is not in the signer info, so it may be what is wrong (x/auth ante/sigverify.go). */
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

/** What there are no sign bytes for is a signature that does not hold (x/auth ante/sigverify.go). */
function asUnverified(thrown: unknown, { accountNumber, chainId }: SignerData): unknown {
  if (!(thrown instanceof ChainError)) return thrown;
  const what = `please verify account number (${accountNumber}) and chain-id (${chainId})`;
  return SdkError.unauthorized(`signature verification failed; ${what}: (${thrown.message})`, thrown);
}

/** Signatures inside a multisig's; none of one that is malformed, which its verification then finds. */
function memberSignatures(signature: Uint8Array): readonly Uint8Array[] {
  try {
    return decodeMultiSignature(signature);
  } catch (thrown) {
    if (thrown instanceof ChainError) return [];
    throw thrown;
  }
}

/** Whether a signer's signature is there, all members' of a multisig. */
function isSigned(tx: AuthTx, i: number): boolean {
  const signature = tx.decoded.raw.signatures[i] ?? new Uint8Array(0);
  if (infoAt(tx, i)?.modeInfo?.kind !== "multi") return signature.length > 0;
  const members = memberSignatures(signature);
  return members.length > 0 && members.every((member) => member.length > 0);
}

/** What the verdict over a signature depends on besides the transaction's bytes. Screens depend on more, and get no verdict. */
const verdictKey = (tx: DecodedTx, index: number, number: bigint, sequence: bigint, chainId: string): string =>
  `${toLatin1(tx.hash)}/${index}/${number}/${sequence}/${chainId}`;

/** Keys of accounts whose addresses are kept, because a transaction's check, its second check and its execution ask for the same. */
const KEPT_ADDRESSES = 4_096;

/** The address of a key, kept for those of single accounts. */
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

/** The pipeline's steps by name; the app lists them in order (spec/transactions.md 3.2). */
export function anteSteps(auth: AuthKeeper, needs: AnteNeeds) {
  const addressOf = addressOfKey();

  const setUpContext: AnteStep<AuthTx> = (ctx, { gasWanted }) =>
    ctx.withGas(isSimulation(ctx) ? new GasMeter(ctx.gas.limit) : GasMeter.upTo(gasWanted));

  /** Part of the reference's SetUpContext; a step of its own, because what it refuses has its gas wanted in the result. */
  const limitToBlock: AnteStep<AuthTx> = (ctx, { gasWanted }) => {
    const max = needs.maxBlockGas(ctx);
    if (max !== undefined && gasWanted > max) {
      throw SdkError.invalidGasLimit(`tx gas limit ${gasWanted} exceeds block max gas ${max}`);
    }
    return undefined;
  };

  const validateMemo: AnteStep<AuthTx> = (ctx, { decoded }) => {
    // Compat: the text says characters, the reference counts bytes. A transaction without a memo does not pay for reading the limit.
    const { length } = fromUtf8(decoded.body.memo);
    if (length === 0) return undefined;
    const limit = Number(auth.params(ctx).maxMemoCharacters);
    if (length > limit)
      throw SdkError.memoTooLarge(`maximum number of characters is ${limit} but received ${length} characters`);
    return undefined;
  };

  const consumeTxSizeGas: AnteStep<AuthTx> = (ctx, tx) => {
    const { txSizeCostPerByte, txSigLimit } = auth.params(ctx);
    const perByte = Number(txSizeCostPerByte);
    ctx.gas.consume(perByte * tx.bytes.length, "txSize");
    if (!isSimulation(ctx)) return undefined;
    tx.signers.forEach((signer, i) => {
      if (isSigned(tx, i)) return;
      const known = auth.base(ctx, signer)?.pubKey;
      const key = known === undefined ? SIMULATED_KEY : parsePublicKey(known);
      const most = key.kind === "multisig" ? Number(txSigLimit) : 1;
      ctx.gas.consume(perByte * simulatedSize(key) * most, "txSize");
    });
    return undefined;
  };

  function assertMinimumFee(fee: readonly Coin[], gasLimit: bigint): void {
    const required = needs.minimumFee(gasLimit);
    if (required.length === 0 || coversAnyCoin(fee, required)) return;
    throw SdkError.insufficientFee(`insufficient fees; got: ${formatCoins(fee)} required: ${formatCoins(required)}`);
  }

  /** Compat: whatever stops the transfer is a lack of funds, in its own words (x/auth ante/fee.go DeductFees). */
  function payFee(ctx: WriteCtx, payer: Uint8Array, fee: readonly Coin[]): void {
    const coins = checkCoins(fee);
    if (coins.fault !== undefined) throw SdkError.insufficientFee(`invalid fee amount: ${shown(fee)}`);
    try {
      needs.collectFee(ctx, payer, coins.value);
    } catch (thrown) {
      throw thrown instanceof ChainError ? SdkError.insufficientFunds(thrown.message) : thrown;
    }
  }

  const deductFee: AnteStep<AuthTx> = (ctx, tx) => {
    const { fee } = tx.decoded.authInfo;
    if (fee === undefined) throw SdkError.insufficientFee();
    if (!isSimulation(ctx) && fee.gasLimit === 0n) throw SdkError.invalidGasLimit("must provide positive gas");
    if (ctx.mode === "check") assertMinimumFee(tx.fee, fee.gasLimit);
    const payer = feePayer(tx.decoded, tx.signers);
    if (fee.granter !== "" && fee.granter !== formatAddress(payer))
      throw SdkError.invalidRequest("fee grants are not enabled");
    if (auth.account(ctx, payer) === undefined) {
      throw SdkError.unknownAddress(`fee payer address: ${formatAddress(payer)} does not exist`);
    }
    // Compat: a fee of zeros is no fee, whatever else is wrong with it (x/auth ante/fee.go).
    if (tx.fee.some(({ amount }) => amount !== 0n)) payFee(ctx, payer, tx.fee);
    ctx.emit(feeEvent(formatCoins(tx.fee), formatAddress(payer)));
    return undefined;
  };

  const setPubKey: AnteStep<AuthTx> = (ctx, tx) => {
    tx.signers.forEach((signer, i) => {
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
    });
    tx.signers.forEach((signer, i) => {
      ctx.emit(sequenceEvent(formatAddress(signer), infoAt(tx, i)?.sequence ?? 0n));
      const signature = tx.decoded.raw.signatures[i] ?? new Uint8Array(0);
      const members = infoAt(tx, i)?.modeInfo?.kind === "multi" ? memberSignatures(signature) : [];
      for (const each of [...members, signature]) ctx.emit(signatureEvent(toBase64(each)));
    });
    return undefined;
  };

  const keyOf = (ctx: ReadCtx, tx: AuthTx, i: number): PublicKey | undefined => {
    const signer = tx.signers[i];
    const stored = signer === undefined ? undefined : mustBase(auth, ctx, signer).pubKey;
    return stored === undefined ? undefined : parsePublicKey(stored);
  };

  const validateSigCount: AnteStep<AuthTx> = (ctx, tx) => {
    const limit = Number(auth.params(ctx).txSigLimit);
    let count = 0;
    tx.signers.forEach((_signer, i) => {
      const key = infoAt(tx, i)?.publicKey ?? keyOf(ctx, tx, i);
      count += key === undefined ? 1 : countKeys(key);
      if (count > limit) throw SdkError.tooManySignatures(`signatures: ${count}, limit: ${limit}`);
    });
    return undefined;
  };

  const sigGasConsume: AnteStep<AuthTx> = (ctx, tx) => {
    const params = auth.params(ctx);
    tx.signers.forEach((_signer, i) => {
      const key = keyOf(ctx, tx, i) ?? (isSimulation(ctx) ? SIMULATED_KEY : undefined);
      if (key === undefined) throw SdkError.invalidPubKey("pubkey on account is not set");
      consumeSignatureGas(ctx, params, key, infoAt(tx, i)?.modeInfo);
    });
    return undefined;
  };

  /**
   * Units as the chain knows them now. Compat: each coin on each signer's screens is a read that the transaction pays for, and
   * a text that is no denom has no screen (x/auth/tx/config, NewBankKeeperCoinMetadataQueryFn).
   */
  const unitsFor = (ctx: ReadCtx, tx: AuthTx): UnitLookup => {
    tx.shownUnits ??= new Map();
    const { shownUnits } = tx;
    return (denom) => {
      if (!isDenom(denom)) throw SdkError.invalidRequest(`invalid denom: ${denom.slice(0, 128)}`);
      const unit = shownUnit(denom, needs.metadata(ctx, denom));
      if (unit === undefined) return undefined;
      if (unit.display.length > needs.hintLimits.name)
        throw SdkError.invalidRequest(`the unit of ${denom} is too long`);
      shownUnits.set(denom, unit);
      if (shownUnits.size > needs.hintLimits.units) throw SdkError.invalidRequest("too many units on the screens");
      return unit;
    };
  };

  function verifyOne(ctx: ReadCtx, tx: AuthTx, i: number, signer: Uint8Array): void {
    const info = infoAt(tx, i);
    const base = mustBase(auth, ctx, signer);
    if (info?.sequence !== base.sequence) {
      throw SdkError.wrongSequence(`account sequence mismatch, expected ${base.sequence}, got ${info?.sequence ?? 0n}`);
    }
    if (isSimulation(ctx) || ctx.mode === "recheck") return;
    const key = base.pubKey === undefined ? undefined : parsePublicKey(base.pubKey);
    if (key === undefined || info.modeInfo === undefined) throw SdkError.invalidPubKey("pubkey on account is not set");
    const accountNumber = ctx.block.height === 0 ? 0n : base.accountNumber;
    const units = isTextual(info.modeInfo) ? unitsFor(ctx, tx) : undefined;
    const cacheKey = verdictKey(tx.decoded, i, accountNumber, base.sequence, needs.chainId);
    if (units === undefined && needs.verified.has(cacheKey)) return;
    const data = { chainId: needs.chainId, accountNumber, sequence: base.sequence };
    const signature = tx.decoded.raw.signatures[i] ?? new Uint8Array(0);
    const holds = verifySignature(key, info.modeInfo, signature, (mode) => {
      try {
        return signBytes(mode, tx.decoded, data, key, needs.registry, units);
      } catch (thrown) {
        throw units === undefined ? asUnverified(thrown, data) : thrown;
      }
    });
    if (!holds) throw unverified(data, info.modeInfo, key);
    if (units === undefined) needs.verified.add(cacheKey);
  }

  const sigVerification: AnteStep<AuthTx> = (ctx, tx) => {
    tx.signers.forEach((signer, i) => {
      verifyOne(ctx, tx, i, signer);
    });
    return undefined;
  };

  const incrementSequence: AnteStep<AuthTx> = (ctx, tx) => {
    for (const signer of tx.signers) {
      const account = mustAccount(auth, ctx, signer);
      const base = auth.baseOf(account);
      auth.setBase(ctx, signer, account, { ...base, sequence: base.sequence + 1n });
    }
    return undefined;
  };

  return {
    setUpContext,
    limitToBlock,
    extensionOptions,
    validateBasic,
    txTimeoutHeight,
    validateMemo,
    consumeTxSizeGas,
    deductFee,
    setPubKey,
    validateSigCount,
    sigGasConsume,
    sigVerification,
    incrementSequence,
  } as const;
}

/** What the transaction does not say of a signer; of most it says all. */
function hintOf(tx: AuthTx, info: SignerInfo | undefined, key: BaseAccount["pubKey"]): SignerHint | undefined {
  const publicKey = info?.publicKey === undefined ? key : undefined;
  const units = isTextual(info?.modeInfo) ? tx.shownUnits : undefined;
  if (publicKey === undefined && (units === undefined || units.size === 0)) return undefined;
  return { publicKey, units: [...(units?.values() ?? [])] };
}

/**
 * Who signed, with what their sign bytes depend on besides the transaction. To be asked after the steps have passed. A key
 * of more than `maxKey` bytes is not hinted: the calls of its owner have to name it.
 */
export const signersOf = (auth: AuthKeeper, ctx: ReadCtx, tx: AuthTx, maxKey: number) =>
  tx.signers.map((address, i) => {
    const account = auth.base(ctx, address);
    const info = infoAt(tx, i);
    const key = account?.pubKey;
    return {
      address,
      accountNumber: account?.accountNumber ?? 0n,
      sequence: info?.sequence ?? 0n,
      hint: hintOf(tx, info, key === undefined || key.value.length > maxKey ? undefined : key),
    };
  });
