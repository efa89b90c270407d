// SPDX-License-Identifier: Apache-2.0
export type { AuthzKeeper, AuthzNeeds } from "./keeper.ts";
export { authz } from "./module.ts";
