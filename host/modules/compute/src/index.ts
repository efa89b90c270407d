// SPDX-License-Identifier: Apache-2.0
export type { ModuleViews } from "./answers/views.ts";
export { lastCallFailed } from "./calls/sender.ts";
export { failedBasicValidation } from "./checks.ts";
export { messageClaims } from "./claims.ts";
export { ComputeError } from "./errors.ts";
export {
  type AdminInput,
  type ExecuteInput,
  FROM_TX,
  type InstantiateInput,
  type InstantiateResult,
  type MigrateInput,
  type Origin,
} from "./inputs.ts";
export type { ComputeKeeper } from "./keeper.ts";
export { compute } from "./module.ts";
export type { CommittedProofs, ComputeNeeds } from "./needs.ts";
export { assertPassed, type ProposalReads } from "./passed.ts";
export { codeHashes, countTx } from "./records.ts";
