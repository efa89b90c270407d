// SPDX-License-Identifier: Apache-2.0
export type { GenutilKeeper, GenutilNeeds } from "./keeper.ts";
export { genutil } from "./module.ts";
