// SPDX-License-Identifier: Apache-2.0
import { ProtoReader } from "@sotto/codec";
import { SdkError } from "@sotto/errors";
import type { WireCoin } from "@sotto/math/coins";
import { duplicate, unknownField, wrongWireType } from "./errors.ts";
import { readAny } from "./packedAny.ts";
import { type PublicKey, parsePublicKey } from "./publicKey.ts";
import type { AuthInfo, BitArray, Fee, ModeInfo, SignerInfo, Tip } from "./types.ts";

/** Limit of multisigs inside multisigs; no known account nests them deeper. */
const MAX_MODE_DEPTH = 8;

/**
 * The reason why a tag is refused: the field is repeated, has another wire type, or does not exist.
 */
function refuse(goType: string, names: readonly string[], tag: number): Error {
  const number = tag >>> 3;
  if (number > names.length) return unknownField(goType, tag);
  const wanted = names[number - 1] as string;
  return (tag & 7) === (wanted.startsWith("#") ? 0 : 2)
    ? duplicate(goType, wanted.replace("#", ""))
    : wrongWireType(goType, tag);
}

/** Reads the AuthInfo. Refuses every unknown field and every repeated one. */
export function decodeAuthInfo(bytes: Uint8Array): AuthInfo {
  const signerInfos: SignerInfo[] = [];
  let fee: Fee | undefined;
  let tip: Tip | undefined;
  const r = new ProtoReader(bytes);
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    if (tag === 0x0a) signerInfos.push(readSignerInfo(r));
    else if (tag === 0x12 && fee === undefined) fee = readFee(r);
    else if (tag === 0x1a && tip === undefined) tip = readTip(r);
    else throw refuse("tx.AuthInfo", ["signer_infos", "fee", "tip"], tag);
  }
  return { signerInfos, fee, tip };
}

function readSignerInfo(r: ProtoReader): SignerInfo {
  let publicKey: PublicKey | undefined;
  let modeInfo: ModeInfo | undefined;
  let sequence: bigint | undefined;
  const outer = r.enter();
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    if (tag === 0x0a && publicKey === undefined) publicKey = parsePublicKey(readAny(r, "types.Any"));
    else if (tag === 0x12 && modeInfo === undefined) modeInfo = readModeInfo(r, 0);
    else if (tag === 0x18 && sequence === undefined) sequence = r.uint64();
    else throw refuse("tx.SignerInfo", ["public_key", "mode_info", "#sequence"], tag);
  }
  r.leave(outer);
  return { publicKey, modeInfo, sequence: sequence ?? 0n };
}

function readModeInfo(r: ProtoReader, depth: number): ModeInfo {
  if (depth > MAX_MODE_DEPTH) throw SdkError.txDecode("mode infos are nested too deep");
  let info: ModeInfo | undefined;
  const outer = r.enter();
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    if (tag === 0x0a && info === undefined) info = { kind: "single", mode: readSingle(r) };
    else if (tag === 0x12 && info === undefined) info = readMulti(r, depth);
    else throw refuse("tx.ModeInfo", ["single", "multi"], tag);
  }
  r.leave(outer);
  if (info === undefined) throw SdkError.txDecode("mode info is neither single nor multi");
  return info;
}

function readSingle(r: ProtoReader): number {
  let mode: number | undefined;
  const outer = r.enter();
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    if (tag === 0x08 && mode === undefined) mode = r.int32();
    else throw refuse("tx.ModeInfo_Single", ["#mode"], tag);
  }
  r.leave(outer);
  return mode ?? 0;
}

function readMulti(r: ProtoReader, depth: number): ModeInfo {
  let members: BitArray | undefined;
  const modes: ModeInfo[] = [];
  const outer = r.enter();
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    if (tag === 0x0a && members === undefined) members = readBitArray(r);
    else if (tag === 0x12) modes.push(readModeInfo(r, depth + 1));
    else throw refuse("tx.ModeInfo_Multi", ["bitarray", "mode_infos"], tag);
  }
  r.leave(outer);
  return { kind: "multi", members: members ?? { size: 0, bits: new Uint8Array(0) }, modes };
}

function readBitArray(r: ProtoReader): BitArray {
  let extra: number | undefined;
  let bits: Uint8Array | undefined;
  const outer = r.enter();
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    if (tag === 0x08 && extra === undefined) extra = r.uint32();
    else if (tag === 0x12 && bits === undefined) bits = r.bytes();
    else throw refuse("types.CompactBitArray", ["#extra_bits_stored", "elems"], tag);
  }
  r.leave(outer);
  // extra_bits_stored counts the bits of the last byte, where 0 means all eight
  // (crypto/types/compact_bit_array.go).
  const length = bits?.length ?? 0;
  const used = extra ?? 0;
  if (used > 7 || (used > 0 && length === 0)) throw SdkError.txDecode("bit array of a multisig is malformed");
  return { size: used === 0 ? length * 8 : (length - 1) * 8 + used, bits: bits ?? new Uint8Array(0) };
}

function readCoin(r: ProtoReader): WireCoin {
  let denom: string | undefined;
  let amount: string | undefined;
  const outer = r.enter();
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    if (tag === 0x0a && denom === undefined) denom = r.string();
    else if (tag === 0x12 && amount === undefined) amount = r.string();
    else throw refuse("types.Coin", ["denom", "amount"], tag);
  }
  r.leave(outer);
  // Go parses the integer here; an empty text is its nil, which every later check refuses.
  if (amount !== undefined && !isInteger(amount)) throw SdkError.txDecode("coin amount is not an integer");
  return { denom: denom ?? "", amount: amount ?? "" };
}

/**
 * At most the 77 digits of 2^256, and a sign. Leading zeros stay: the coin checks of the ante steps
 * read the text.
 */
function isInteger(text: string): boolean {
  const from = text.startsWith("-") ? 1 : 0;
  if (text.length === from || text.length > 78) return false;
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 48 || code > 57) return false;
  }
  return true;
}

function readFee(r: ProtoReader): Fee {
  const amount: WireCoin[] = [];
  let gasLimit: bigint | undefined;
  let payer: string | undefined;
  let granter: string | undefined;
  const outer = r.enter();
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    if (tag === 0x0a) amount.push(readCoin(r));
    else if (tag === 0x10 && gasLimit === undefined) gasLimit = r.uint64();
    else if (tag === 0x1a && payer === undefined) payer = r.string();
    else if (tag === 0x22 && granter === undefined) granter = r.string();
    else throw refuse("tx.Fee", ["amount", "#gas_limit", "payer", "granter"], tag);
  }
  r.leave(outer);
  return { amount, gasLimit: gasLimit ?? 0n, payer: payer ?? "", granter: granter ?? "" };
}

function readTip(r: ProtoReader): Tip {
  const amount: WireCoin[] = [];
  let tipper: string | undefined;
  const outer = r.enter();
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    if (tag === 0x0a) amount.push(readCoin(r));
    else if (tag === 0x12 && tipper === undefined) tipper = r.string();
    else throw refuse("tx.Tip", ["amount", "tipper"], tag);
  }
  r.leave(outer);
  return { amount, tipper: tipper ?? "" };
}
