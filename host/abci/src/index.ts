// SPDX-License-Identifier: Apache-2.0
export type { AbciHandlers, Response } from "./handlers.ts";
