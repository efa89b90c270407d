// SPDX-License-Identifier: Apache-2.0
export { assertAbstract, type ContentKind, contentKind } from "./contents.ts";
export { GovError } from "./errors.ts";
export type { GovKeeper } from "./keeper.ts";
export { gov } from "./module.ts";
export type { GovHooks, GovNeeds } from "./needs.ts";
export { proposalReads } from "./reads.ts";
