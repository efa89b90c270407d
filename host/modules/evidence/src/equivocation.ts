// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import type { Any } from "@bufbuild/protobuf/wkt";
import { decode, encode, formatTime, packAny, type SecondsAndNanos } from "@sotto/codec";
import { sha256 } from "@sotto/crypto";
import type { Frozen } from "@sotto/kernel";
import { type Equivocation, EquivocationSchema } from "@sotto/proto/cosmos.evidence.v1beta1";
import { EvidenceError } from "./errors.ts";

/** Go's zero time, which an absent one is. */
const ZERO_TIME: SecondsAndNanos = { seconds: -62_135_596_800n, nanos: 0 };

/** The one type of evidence that exists. */
export function openEvidence({ typeUrl, value }: Frozen<Any>): Equivocation {
  if (typeUrl !== `/${EquivocationSchema.typeName}`) throw EvidenceError.invalidEvidence("expected evidence");
  return decode(EquivocationSchema, value, "reject");
}

export const packEvidence = (evidence: Equivocation): Any => packAny(EquivocationSchema, evidence);

/** SHA-256 of the message. */
export const hashOf = (evidence: Equivocation): Uint8Array => sha256(encode(EquivocationSchema, evidence));

/** Go's text of a time in UTC. */
const timeText = (time: SecondsAndNanos): string =>
  `${formatTime(time, "shortest").replace("T", " ").replace("Z", "")} +0000 UTC`;

/** The fault of evidence, in the SDK's words (types/evidence.go ValidateBasic). */
export function faultOf({ time, height, power, consensusAddress }: Equivocation): string | undefined {
  const at = time ?? ZERO_TIME;
  if (at.seconds <= 0n) return `invalid equivocation time: ${timeText(at)}`;
  if (height < 1n) return `invalid equivocation height: ${height}`;
  if (power < 1n) return `invalid equivocation validator power: ${power}`;
  return consensusAddress === "" ? "invalid equivocation validator consensus address: " : undefined;
}

export const equivocation = (
  height: bigint,
  time: SecondsAndNanos,
  power: bigint,
  consensusAddress: string,
): Equivocation =>
  create(EquivocationSchema, { height, time: { seconds: time.seconds, nanos: time.nanos }, power, consensusAddress });
