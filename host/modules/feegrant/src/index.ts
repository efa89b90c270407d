// SPDX-License-Identifier: Apache-2.0
export type { FeegrantKeeper, FeegrantNeeds } from "./keeper.ts";
export { feegrant } from "./module.ts";
