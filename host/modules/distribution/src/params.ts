// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { mustAddress } from "@sotto/address";
import { ChainError } from "@sotto/errors";
import type { Frozen } from "@sotto/kernel";
import { type Dec, dec, int } from "@sotto/math";
import { type Params, ParamsSchema } from "@sotto/proto/cosmos.distribution.v1beta1";
import { decimal } from "./rows.ts";

// Fields 5 to 8 are the fork's (scrtlabs/cosmos-sdk, x/distribution types/params.go; ADR 98).

export interface DistributionParams {
  readonly communityTax: Dec;
  readonly withdrawAddressEnabled: boolean;
  readonly foundationTax: Dec;
  /** Bech32, or empty. */
  readonly foundationAddress: string;
  /** Least stake of a delegation whose rewards are delegated again. */
  readonly restakeThreshold: Dec;
  /** Blocks between two restakes. */
  readonly restakePeriod: bigint;
}

const LEAST_PERIOD = 1000n;

const forkDefaults = (): Pick<
  Params,
  "secretFoundationTax" | "secretFoundationAddress" | "minimumRestakeThreshold" | "restakePeriod"
> => ({
  secretFoundationTax: "0",
  secretFoundationAddress: "",
  minimumRestakeThreshold: dec.encode(dec.fromInt(10_000_000n)),
  restakePeriod: String(LEAST_PERIOD),
});

/** Two per cent for the community pool; the rewards of proposers are no longer used. */
export const defaultParams = (): Params =>
  create(ParamsSchema, {
    communityTax: String(2n * 10n ** 16n),
    baseProposerReward: "0",
    bonusProposerReward: "0",
    withdrawAddrEnabled: true,
    ...forkDefaults(),
  });

export const readParams = (params: Frozen<Params>): DistributionParams => ({
  communityTax: decimal(params.communityTax),
  withdrawAddressEnabled: params.withdrawAddrEnabled,
  foundationTax: decimal(params.secretFoundationTax),
  foundationAddress: params.secretFoundationAddress,
  restakeThreshold: decimal(params.minimumRestakeThreshold),
  restakePeriod: int.parse(params.restakePeriod) ?? LEAST_PERIOD,
});

/** Zero, or missing: Go writes a missing number as zero when it encodes a message again. */
const isNothing = (text: string): boolean => text === "" || text === "0";

/**
 * Parameters of a program that does not know the fork's fields keep the stored ones (ADR 98): it
 * writes no period, and a period of zero is never valid.
 */
export function withForkFields(params: Params, stored: Frozen<Params> = defaultParams()): Params {
  const { secretFoundationTax, minimumRestakeThreshold, restakePeriod } = params;
  if (![secretFoundationTax, minimumRestakeThreshold, restakePeriod].every(isNothing)) return params;
  return {
    ...params,
    secretFoundationTax: stored.secretFoundationTax,
    secretFoundationAddress: params.secretFoundationAddress || stored.secretFoundationAddress,
    minimumRestakeThreshold: stored.minimumRestakeThreshold,
    restakePeriod: stored.restakePeriod,
  };
}

function communityTaxFault(text: string): string | undefined {
  if (text === "") return "community tax must be not nil";
  const tax = decimal(text);
  if (tax < 0n) return `community tax must be positive: ${dec.format(tax)}`;
  return tax > dec.one ? `community tax too large: ${dec.format(tax)}` : undefined;
}

function foundationFault({ secretFoundationTax, secretFoundationAddress }: Frozen<Params>): string | undefined {
  if (secretFoundationTax === "") return "secret foundation tax must be not nil";
  const tax = decimal(secretFoundationTax);
  if (tax < 0n || tax > dec.one) {
    return `secret foundation tax should non-negative and less than one: ${dec.format(tax)}`;
  }
  if (secretFoundationAddress === "") return undefined;
  try {
    mustAddress(secretFoundationAddress);
    return undefined;
  } catch (thrown) {
    if (!(thrown instanceof ChainError)) throw thrown;
    return `invalid parameter for foundation address: ${thrown.message}`;
  }
}

function restakeFault({ minimumRestakeThreshold, restakePeriod }: Frozen<Params>): string | undefined {
  if (minimumRestakeThreshold === "") return "minimum restake threshold must be not nil";
  const threshold = decimal(minimumRestakeThreshold);
  if (threshold < 0n) return `minimum restake threshold must be positive: ${dec.format(threshold)}`;
  if (restakePeriod === "") return "minimum period must be not nil";
  const period = int.parse(restakePeriod) ?? 0n;
  if (period < 0n) return `minimum period must be positive: ${period}`;
  return period < LEAST_PERIOD ? "minimum period must be greater than 1000 blocks" : undefined;
}

/**
 * The first fault of parameters, in the words of the reference; undefined for valid ones. Stricter
 * than the reference where its parameters stop the chain at the next block: a restake period of
 * zero, taxes of more than everything (ADR 98).
 */
export function paramsFault(params: Frozen<Params>): string | undefined {
  const fault = foundationFault(params) ?? communityTaxFault(params.communityTax) ?? restakeFault(params);
  if (fault !== undefined) return fault;
  const { communityTax, foundationTax } = readParams(params);
  const sum = dec.add(communityTax, foundationTax);
  return sum > dec.one
    ? `sum of community tax and secret foundation tax cannot be greater than one: ${dec.format(sum)}`
    : undefined;
}
