// SPDX-License-Identifier: Apache-2.0
import type { Execution } from "./execution.ts";

/** Codes of the SDK (codespace sdk) that have advice. */
const ADVICE: ReadonlyMap<string, string> = new Map([
  ["sdk/5", "the sender has too few coins: give { accounts } to DevChain.create, or send coins first"],
  [
    "sdk/11",
    "the transaction reached its gas limit: give more with { gas }; if no limit is enough, the contract does not end",
  ],
  ["sdk/13", "the fee is too low for the gas price: give a lower { gas }, or create the chain without { gasPrice }"],
  ["sdk/32", "another transaction of this account came between: await one transaction before the next"],
]);

const indented = (texts: readonly string[]): string =>
  texts.map((text) => `\n    ${text.replaceAll("\n", "\n    ")}`).join("");

const adviceOf = ({ code, codespace, error = "" }: Execution): string | undefined => {
  if (/out of gas/i.test(error)) return ADVICE.get("sdk/11");
  return ADVICE.get(`${codespace}/${code}`);
};

/** The text of an ExecutionFailed: what failed, why, its gas, its debug texts, and what to do. */
export function failureText(what: string, execution: Execution): string {
  const { code, codespace, error, gasUsed, gasWanted, debug, height } = execution;
  const place = height === 0 ? "was refused before a block took it" : `failed in block ${height}`;
  const lines = [`${what} ${place} (${codespace}/${code}): ${error}`];
  lines.push(`  gas: ${gasUsed.toLocaleString("en")} of ${gasWanted.toLocaleString("en")}`);
  if (debug.length > 0) lines.push(`  debug_print:${indented(debug)}`);
  const advice = adviceOf(execution);
  if (advice !== undefined) lines.push(`  what to do: ${advice}`);
  return lines.join("\n");
}
