// SPDX-License-Identifier: Apache-2.0
import { toUtf8 } from "@sotto/bytes";
import { type Frozen, type ReadCtx, rawValue, stateOf, textKey } from "@sotto/kernel";
import type { ParamChange } from "@sotto/proto/cosmos.params.v1beta1";
import { assertChanges, change } from "./changes.ts";

/** Parameters under `<subspace>/<name>` (x/params types/subspace.go). */
const rows = stateOf("params").table("", textKey, rawValue);

/**
 * Spaces that the reference declares (app/keepers/keepers.go initParamsKeeper). Parameters are in
 * their modules, so no space has a row.
 */
export const SUBSPACES = [
  "auth",
  "bank",
  "staking",
  "mint",
  "distribution",
  "slashing",
  "transfer",
  "ibc",
  "icacontroller",
  "icahost",
  "gov",
  "compute",
  "register",
  "emergencybutton",
  "cron",
] as const;

export type ParamsNeeds = Readonly<Record<string, never>>;
export type ParamsKeeper = ReturnType<typeof paramsKeeper>;
const has = (subspace: string): boolean => SUBSPACES.some((name) => name === subspace);

export const paramsKeeper = (_needs: ParamsNeeds) => ({
  has,
  assertChanges: (changes: readonly Frozen<ParamChange>[]): void => assertChanges(changes),
  /** Carries out a proposal that changes parameters: it always fails (see `change`). */
  change: (changes: readonly Frozen<ParamChange>[]): void => change(has, changes),
  /** The raw value of a parameter, empty when it does not exist. The caller pays for the read. */
  raw: (ctx: ReadCtx, subspace: string, key: string): string =>
    toUtf8(rows.get(ctx, `${subspace}/${key}`) ?? new Uint8Array(0)) ?? "",
});
