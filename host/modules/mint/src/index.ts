// SPDX-License-Identifier: Apache-2.0
export type { MintKeeper, MintNeeds } from "./keeper.ts";
export { mint } from "./module.ts";
