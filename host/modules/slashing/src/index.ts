// SPDX-License-Identifier: Apache-2.0
export { SlashingError } from "./errors.ts";
export type { SlashingKeeper } from "./keeper.ts";
export { slashing } from "./module.ts";
export type { SlashedValidator, SlashingNeeds } from "./needs.ts";
