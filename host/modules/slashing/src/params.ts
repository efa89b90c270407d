// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { fromUtf8, toUtf8 } from "@sotto/bytes";
import { plainError } from "@sotto/errors";
import type { Frozen } from "@sotto/kernel";
import { type Dec, dec } from "@sotto/math";
import { type Params as ParamsMessage, ParamsSchema } from "@sotto/proto/cosmos.slashing.v1beta1";

export interface Params {
  /** Blocks of the window in which missed ones are counted. */
  readonly window: bigint;
  /** The part of the window that a validator must sign. */
  readonly minSigned: Dec;
  /** Nanoseconds. */
  readonly jailDuration: bigint;
  readonly doubleSignFraction: Dec;
  readonly downtimeFraction: Dec;
}

const SECOND = 1_000_000_000n;

/** Undefined for an absent number. The codec has checked the text. */
const fraction = (bytes: Uint8Array): Dec | undefined =>
  bytes.length === 0 ? undefined : dec.decode(toUtf8(bytes) ?? "");

export const readParams = (message: Frozen<ParamsMessage>): Params => ({
  window: message.signedBlocksWindow,
  minSigned: fraction(message.minSignedPerWindow) ?? dec.zero,
  jailDuration:
    (message.downtimeJailDuration?.seconds ?? 0n) * SECOND + BigInt(message.downtimeJailDuration?.nanos ?? 0),
  doubleSignFraction: fraction(message.slashFractionDoubleSign) ?? dec.zero,
  downtimeFraction: fraction(message.slashFractionDowntime) ?? dec.zero,
});

const bytesOf = (value: Dec): Uint8Array => fromUtf8(dec.encode(value));

/** The SDK's defaults: half of 100 blocks, 10 minutes, 5 % and 1 % (types/params.go). */
export const defaultParams = (): ParamsMessage =>
  create(ParamsSchema, {
    signedBlocksWindow: 100n,
    minSignedPerWindow: bytesOf(dec.quo(dec.one, dec.fromInt(2n))),
    downtimeJailDuration: { seconds: 600n, nanos: 0 },
    slashFractionDoubleSign: bytesOf(dec.quo(dec.one, dec.fromInt(20n))),
    slashFractionDowntime: bytesOf(dec.quo(dec.one, dec.fromInt(100n))),
  });

/**
 * Go's text of a duration in whole units or fractions of a second, for durations of zero or less.
 */
function durationText(nanos: bigint): string {
  if (nanos === 0n) return "0s";
  return `-${-nanos / SECOND}.${String(-nanos % SECOND).padStart(9, "0")}s`;
}

function fractionFault(name: string, bytes: Uint8Array): string | undefined {
  const value = fraction(bytes);
  if (value === undefined) return `${name} cannot be nil: <nil>`;
  if (value < 0n) return `${name} cannot be negative: ${dec.format(value)}`;
  return value > dec.one ? `${name} too large: ${dec.format(value)}` : undefined;
}

function fault(message: Frozen<ParamsMessage>): string | undefined {
  const { window, jailDuration } = readParams(message);
  if (window <= 0n) return `signed blocks window must be positive: ${window}`;
  const signed = fractionFault("min signed per window", message.minSignedPerWindow);
  if (signed !== undefined) return signed;
  if (jailDuration <= 0n) return `downtime jail duration must be positive: ${durationText(jailDuration)}`;
  return (
    fractionFault("double sign slash fraction", message.slashFractionDoubleSign) ??
    fractionFault("downtime slash fraction", message.slashFractionDowntime)
  );
}

/** Throws a plain error for parameters that the SDK refuses (types/params.go Validate). */
export function assertParams(message: Frozen<ParamsMessage>): void {
  const text = fault(message);
  if (text !== undefined) throw plainError(text);
}
