// SPDX-License-Identifier: Apache-2.0
export { scheduledCall } from "./events.ts";
export type { CronKeeper } from "./keeper.ts";
export { cron } from "./module.ts";
export { scheduledKeys } from "./transactions.ts";
