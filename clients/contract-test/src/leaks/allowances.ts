// SPDX-License-Identifier: Apache-2.0
import { LeaksError } from "./errors.ts";
import type { Difference } from "./report.ts";
import type { AllowanceRule } from "./things.ts";
import { type Where, wheres } from "./wheres.ts";

/** A rule with the name by which tests and documents call it. */
export interface Allowance extends AllowanceRule {
  readonly name: string;
}

const LENGTHS: readonly Where[] = ["message length", "length of a transaction"];

/** Allowances that need no rule of the test. */
export const predefined: Readonly<Record<string, AllowanceRule>> = {
  "how many transactions are made": { where: ["number of transactions", "number of blocks"] },
  "when transactions are made": { where: "block time" },
  "the length of a message": { where: LENGTHS },
  "the length of an answer": { where: ["answer length", "length of a call's answer"] },
  "the gas used": { where: "gas used" },
  "the exact gas": { where: ["exact gas", "gas between steps"] },
  "whether a message fails": { where: ["result", "result of a call", "error length", "error in clear"] },
  "which rows are read": { where: ["number of reads", "row read", "order of reads", "length of a row read"] },
  "which rows are written": { where: ["number of rows", "row written", "rows of a call"] },
};

function assertRule({ where }: AllowanceRule, name: string): void {
  const names: readonly unknown[] = Array.isArray(where) ? where : [where];
  for (const each of names) {
    if (typeof each === "string" && Object.hasOwn(wheres, each)) continue;
    const all = Object.keys(wheres).join(", ");
    throw new LeaksError(
      `allowance "${name}" names the difference ${JSON.stringify(each)}, which does not exist. Names: ${all}`,
    );
  }
}

/** Rules of allowances by name. Throws LeaksError for unknown names and differences. */
export function rulesOf(
  allowances: readonly (string | Allowance)[],
  own: Readonly<Record<string, AllowanceRule>> = {},
): Allowance[] {
  return allowances.map((each) => {
    const name = typeof each === "string" ? each : each.name;
    const rule =
      typeof each === "string" ? (own[each] ?? (Object.hasOwn(predefined, each) ? predefined[each] : undefined)) : each;
    if (rule === undefined) {
      const known = [...Object.keys(own), ...Object.keys(predefined)].map((known) => `"${known}"`).join(", ");
      throw new LeaksError(
        `no rule has the name "${name}": give { name, where, contract } in its place, or options.allowances of the call of leaks. Names: ${known}`,
      );
    }
    assertRule(rule, name);
    return { ...rule, name };
  });
}

/** Whether a rule allows a difference. */
export function allows(
  { where, contract, transaction, attribute, query }: AllowanceRule,
  difference: Difference,
): boolean {
  const { place } = difference;
  const names: readonly string[] = typeof where === "string" ? [where] : where;
  const address = typeof contract === "string" ? contract : contract?.address;
  return (
    names.includes(difference.where) &&
    (address === undefined || address === place.contract) &&
    (transaction === undefined || transaction === place.transaction) &&
    (attribute === undefined || attribute === place.attribute) &&
    (query === undefined || query === place.query)
  );
}
