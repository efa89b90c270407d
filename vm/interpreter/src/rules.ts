// SPDX-License-Identifier: Apache-2.0
// The rules of execution, repeated on purpose: the fast engine has its own copy, and tests compare
// the two.

export const GAS_PER_INSTRUCTION = 2;
export const GAS_PER_GROW = 28;
export const GAS_PER_PAGE = 8192;
export const FREE_PAGES = 64;
export const GAS_PER_LARGE_PAGE = 400000;
export const STACK_BYTES = 33554432;
export const CHAIN_BYTES = 67108864;
export const STACK_PER_CALL = 16384;
export const STACK_PER_SLOT = 8;
export const STACK_PER_CODE_BYTE = 4;
export const MAX_REENTRY = 16;
export const SLACK_PAGES = 8;
export const MAX_PAGES = 192;
export const PAGE_BYTES = 65536;
