// SPDX-License-Identifier: Apache-2.0
export type { VestingKeeper, VestingNeeds } from "./keeper.ts";
export { type KindParts, type MakeKind, vestingKinds } from "./kinds.ts";
export { vesting } from "./module.ts";
