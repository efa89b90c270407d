// SPDX-License-Identifier: Apache-2.0
export type { ParamsKeeper } from "./keeper.ts";
export { params } from "./module.ts";
