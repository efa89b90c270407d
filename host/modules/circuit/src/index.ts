// SPDX-License-Identifier: Apache-2.0
export type { CircuitKeeper } from "./keeper.ts";
export { circuit } from "./module.ts";
