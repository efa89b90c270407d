// SPDX-License-Identifier: Apache-2.0
export { DistributionError } from "./errors.ts";
export type { DistributionKeeper } from "./keeper.ts";
export { distribution } from "./module.ts";
export type { Delegation, DistributionNeeds, Validator } from "./needs.ts";
