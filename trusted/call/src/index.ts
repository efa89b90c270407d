// SPDX-License-Identifier: Apache-2.0
export { EMPTY_ANSWER } from "./answer.ts";
export { Calls, type CallsInput } from "./calls.ts";
export type { CallBlock } from "./runner.ts";
