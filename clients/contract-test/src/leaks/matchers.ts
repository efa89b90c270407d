// SPDX-License-Identifier: Apache-2.0
import { type Allowance, allows, rulesOf } from "./allowances.ts";
import { LeaksError } from "./errors.ts";
import { describe, Report } from "./report.ts";

/** The result of a matcher, in the form of vitest and jest. */
export interface Verdict {
  readonly pass: boolean;
  message(): string;
}

function assertCompared({ isEmpty }: Report): void {
  if (isEmpty)
    throw new LeaksError(
      "both runs sent the same to the chain, byte for byte: the secret did not reach the chain, so nothing was compared",
    );
}

function assertReport(received: unknown): asserts received is Report {
  if (received instanceof Report) return assertCompared(received);
  const hint = received instanceof Promise ? ": it is a promise, write await before leaks(...)" : "";
  throw new LeaksError(`toRevealNothing and toRevealOnly take the report of leaks(...)${hint}`);
}

/** The differences beside those that are allowed. */
const beside = (report: Report, allowances: readonly (string | Allowance)[]) => {
  const rules = rulesOf(allowances, report.allowances);
  return report.differences.filter((each) => !rules.some((rule) => allows(rule, each)));
};

const names = (allowances: readonly (string | Allowance)[]): string =>
  allowances.map((each) => `"${typeof each === "string" ? each : each.name}"`).join(", ");

/** Matchers for `expect.extend` of vitest and jest. */
export const leakMatchers = {
  /** The observer sees no difference between the two runs. */
  toRevealNothing(received: unknown): Verdict {
    assertReport(received);
    const pass = received.differences.length === 0;
    return {
      pass,
      message: () => (pass ? `${received.seenBy} sees no difference, though one is expected` : `${received}`),
    };
  },
  /** The observer sees no difference beside the allowed ones. It may see fewer. */
  toRevealOnly(received: unknown, allowances: readonly (string | Allowance)[]): Verdict {
    assertReport(received);
    const found = beside(received, allowances);
    const pass = found.length === 0;
    const message = () =>
      pass
        ? `${received.seenBy} sees nothing beside ${names(allowances)}, though more is expected`
        : `beside ${names(allowances) || "nothing"}, ${describe(received.seenBy, found)}${received.note}`;
    return { pass, message };
  },
};

/** For runners without `expect.extend`. Throws LeaksError with the differences. */
export function assertRevealsNothing(report: Report): void {
  const { pass, message } = leakMatchers.toRevealNothing(report);
  if (!pass) throw new LeaksError(message());
}

/**
 * For runners without `expect.extend`. Throws LeaksError with the differences that are not allowed.
 */
export function assertRevealsOnly(report: Report, allowances: readonly (string | Allowance)[]): void {
  const { pass, message } = leakMatchers.toRevealOnly(report, allowances);
  if (!pass) throw new LeaksError(message());
}

/**
 * The types of the matchers, for vitest:
 * `declare module "vitest" { interface Matchers<T> extends LeakMatchers {} }`.
 */
export interface LeakMatchers {
  toRevealNothing(): void;
  toRevealOnly(allowances: readonly (string | Allowance)[]): void;
}
