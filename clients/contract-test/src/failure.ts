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

/** The limit of one call is below that of a transaction. */
const CALL_LIMIT =
  "a call reached the chain's own limit, which no { gas } raises: let the contract do less in one call, or end its loop";
/** The enclave's words for a message that it cannot attribute to the contract. */
const NOT_VALID = /failed to validate transaction/;
const CODE_HASH = "the code hash is probably not that of the contract: give the contract that deploy resolved with";

const indented = (texts: readonly string[]): string =>
  texts.map((text) => `\n    ${text.replaceAll("\n", "\n    ")}`).join("");

const adviceOf = ({ code, codespace, error = "", gasUsed, gasWanted }: Execution): string | undefined => {
  if (NOT_VALID.test(error)) return CODE_HASH;
  if (/out of gas/i.test(error)) return gasUsed < gasWanted ? CALL_LIMIT : ADVICE.get("sdk/11");
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

/** The text of a QueryFailed. */
export function queryFailureText(msg: unknown, error: string, debug: readonly string[]): string {
  const name = typeof msg === "object" && msg !== null ? Object.keys(msg)[0] : msg;
  const shown = debug.length === 0 ? "" : `\n  debug_print:${indented(debug)}`;
  const advice = NOT_VALID.test(error) ? `\n  what to do: ${CODE_HASH}` : "";
  return `query ${name} failed: ${error}${shown}${advice}`;
}
