// SPDX-License-Identifier: Apache-2.0
import { leaks as compareTwo } from "./leaks.ts";
import { searchLeaks } from "./search.ts";

export { type Allowance, predefined as predefinedAllowances } from "./allowances.ts";
export { LeaksError } from "./errors.ts";
export type { LeaksOptions, Observer, UserObserver } from "./leaks.ts";
export { assertRevealsNothing, assertRevealsOnly, type LeakMatchers, leakMatchers } from "./matchers.ts";
export type { UserQuery } from "./observe.ts";
export { snip52 } from "./opaque.ts";
export { type Difference, Report } from "./report.ts";
export type { Arbitrary, SearchOptions, SearchReport, Secrets } from "./search.ts";
export type { AllowanceRule, Place } from "./things.ts";
export { type Where, wheres } from "./wheres.ts";

/**
 * `leaks(chain, runA, runB, { seenBy })` compares two runs;
 * `leaks.search(chain, run, secrets, { seenBy })` finds the pair of secrets that differs most.
 */
export const leaks = Object.assign(compareTwo, { search: searchLeaks });
