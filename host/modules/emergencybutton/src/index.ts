// SPDX-License-Identifier: Apache-2.0
export { EmergencyError } from "./errors.ts";
export type { EmergencyKeeper } from "./keeper.ts";
export { emergencyButton } from "./module.ts";
