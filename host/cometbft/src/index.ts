// SPDX-License-Identifier: Apache-2.0
export type { BlockSource, DecidedParts } from "./decided.ts";
