// SPDX-License-Identifier: Apache-2.0
export { EvidenceError } from "./errors.ts";
export type { EvidenceKeeper, EvidenceNeeds } from "./keeper.ts";
export { evidence } from "./module.ts";
