// SPDX-License-Identifier: Apache-2.0
import { beU32, beU64, concat, fromUtf8, readBeU32, readBeU64, toUtf8 } from "@sotto/bytes";
import { type Header, type Time, ZERO_TIME } from "@sotto/comet";

/** The part of the last trusted block from which the next one must follow. */
export interface Checkpoint {
  readonly chainId: string;
  /** 0 before the first block. */
  readonly height: number;
  /** Empty before the first block. */
  readonly blockHash: Uint8Array;
  /** Hash of the validator set that must sign the next block. */
  readonly nextValidatorsHash: Uint8Array;
  /** First height of the chain. */
  readonly initialHeight: number;
  /** Of the block's header. ZERO_TIME before the first block, and in sealed bytes of form 1. */
  readonly time: Time;
  /** Of the state before the block. Empty where `time` is ZERO_TIME. */
  readonly appHash: Uint8Array;
  /** Seconds; a skip crosses less time. */
  readonly trustingPeriod: number;
}

/** 14 days: two thirds of the 21 days in which a validator of the SDK unbonds. */
export const DEFAULT_TRUSTING_PERIOD = 14 * 86_400;

const NOTHING = new Uint8Array(0);

/** The checkpoint at a verified header, whose hash is `blockHash`. */
export function checkpointAt(before: Checkpoint, header: Header, blockHash: Uint8Array): Checkpoint {
  const { height, nextValidatorsHash, time, appHash } = header;
  return { ...before, height, blockHash, nextValidatorsHash, time, appHash };
}

const FORM = 2;
/** Bytes before the length of the block hash, in form 1 and in form 2. */
const HEAD_1 = 16;
const HEAD_2 = 37;

const text = (bytes: Uint8Array): Uint8Array => concat(Uint8Array.of(bytes.length), bytes);

/** Checkpoint as bytes of form 2, to be sealed (spec/cryptography.md 2.3). */
export const encodeCheckpoint = (checkpoint: Checkpoint): Uint8Array =>
  concat(
    Uint8Array.of(FORM),
    beU64(BigInt(checkpoint.height)),
    beU64(BigInt(checkpoint.initialHeight)),
    beU64(BigInt(checkpoint.trustingPeriod)),
    beU64(BigInt(checkpoint.time.seconds - ZERO_TIME.seconds)),
    beU32(checkpoint.time.nanos),
    text(checkpoint.blockHash),
    text(checkpoint.appHash),
    checkpoint.nextValidatorsHash,
    fromUtf8(checkpoint.chainId),
  );

/** Two hashes, each empty or of 32 bytes behind its length, and the end of the second. */
function hashesFrom(bytes: Uint8Array, start: number, count: 1 | 2): { hashes: Uint8Array[]; end: number } | undefined {
  const hashes: Uint8Array[] = [];
  let end = start;
  for (let i = 0; i < count; i++) {
    const length = bytes[end] ?? 255;
    if (length !== 0 && length !== 32) return undefined;
    hashes.push(bytes.slice(end + 1, end + 1 + length));
    end += 1 + length;
  }
  return { hashes, end };
}

/**
 * Inverse of encodeCheckpoint, for bytes that this enclave sealed; undefined when malformed.
 * Compat: reads form 1 too, which earlier versions sealed: it begins with the height, so its first
 * byte is 0, and it has neither time nor app hash nor trusting period.
 */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint | undefined {
  const form = bytes[0] === 0 ? 1 : 2;
  if (form === 2 && bytes[0] !== FORM) return undefined;
  const read = hashesFrom(bytes, form === 1 ? HEAD_1 : HEAD_2, form);
  if (read === undefined || bytes.length < read.end + 32) return undefined;
  const { hashes, end } = read;
  const [blockHash = NOTHING, appHash = NOTHING] = hashes;
  const chainId = toUtf8(bytes.subarray(end + 32));
  if (chainId === undefined) return undefined;
  const at = form - 1;
  return {
    chainId,
    height: Number(readBeU64(bytes, at)),
    initialHeight: Number(readBeU64(bytes, at + 8)),
    blockHash,
    nextValidatorsHash: bytes.slice(end, end + 32),
    appHash,
    time: form === 1 ? ZERO_TIME : timeOf(bytes),
    trustingPeriod: form === 1 ? DEFAULT_TRUSTING_PERIOD : Number(readBeU64(bytes, 17)),
  };
}

const timeOf = (bytes: Uint8Array): Time => ({
  seconds: Number(readBeU64(bytes, 25)) + ZERO_TIME.seconds,
  nanos: readBeU32(bytes, 33),
});
