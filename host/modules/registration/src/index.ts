// SPDX-License-Identifier: Apache-2.0
export { RegistrationError } from "./errors.ts";
export type { RegisteredNode, RegistrationKeeper, RegistrationNeeds } from "./keeper.ts";
export { registration } from "./module.ts";
export { ioKeyOf } from "./state.ts";
