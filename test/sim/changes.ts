// SPDX-License-Identifier: Apache-2.0
/**
 * Checks that an invariant of a module cannot make: the form of rows, rows of two modules, the
 * changes of a block. Each check returns a sentence for each violation.
 */
import type { ChainEvent } from "@sotto/kernel";
import type { Rows } from "./rows.ts";

/** The form of rows, and rows of two modules for one account. */
export function rowProblems({ accounts, balances, contracts, unknown }: Rows): string[] {
  const problems = unknown.map((key) => `a row fits no layout: ${key}`);
  for (const [key, amount] of balances) {
    if (!/^[1-9][0-9]{0,77}$/.test(amount)) problems.push(`the balance ${key} is "${amount}"`);
    if (!accounts.has(key.slice(0, key.indexOf("/")))) problems.push(`the balance ${key} has no account`);
  }
  for (const contract of contracts.keys()) if (!accounts.has(contract)) problems.push(`${contract} has no account`);
  return problems;
}

/** Accounts, codes, contracts and owners of ciphertexts stay. */
function lostProblems(before: Rows, after: Rows): string[] {
  const problems: string[] = [];
  for (const [address, { number }] of before.accounts) {
    const now = after.accounts.get(address)?.number;
    if (now !== number) problems.push(`the number of ${address} went from ${number} to ${now}`);
  }
  const made = BigInt(after.accounts.size - before.accounts.size);
  if (after.nextNumber !== before.nextNumber + made)
    problems.push(`${made} new accounts, but the next number went from ${before.nextNumber} to ${after.nextNumber}`);
  for (const [id, hash] of before.codes) if (after.codes.get(id) !== hash) problems.push(`code ${id} changed`);
  for (const contract of before.contracts.keys())
    if (!after.contracts.has(contract)) problems.push(`${contract} is gone`);
  for (const [ciphertext, owner] of before.claims)
    if (after.claims.get(ciphertext) !== owner) problems.push(`ciphertext ${ciphertext} changed hands`);
  return problems;
}

/** Amounts of coins, by `owner/denom` or by denom. */
class Sums {
  readonly amounts: Map<string, bigint>;

  constructor(rows: ReadonlyMap<string, string>) {
    this.amounts = new Map([...rows].map(([key, amount]) => [key, BigInt(amount)]));
  }

  add(owner: string, coins: string, sign: 1n | -1n): void {
    for (const coin of coins.split(",").filter((each) => each !== "")) {
      const [, amount, denom] = /^([0-9]+)(.+)$/.exec(coin) ?? [];
      if (amount === undefined) throw new Error(`an event says ${coin}`);
      const key = `${owner}${denom}`;
      this.amounts.set(key, (this.amounts.get(key) ?? 0n) + sign * BigInt(amount));
    }
  }

  differences(rows: ReadonlyMap<string, string>): string[] {
    const keys = new Set([...this.amounts.keys(), ...rows.keys()]);
    return [...keys].flatMap((key) => {
      const [said, is] = [this.amounts.get(key) ?? 0n, BigInt(rows.get(key) ?? "0")];
      return said === is ? [] : [`events say that ${key} has ${said}, the state says ${is}`];
    });
  }
}

/** Changes of coins and sequences equal those in the events. */
function eventProblems(before: Rows, after: Rows, events: readonly ChainEvent[]): string[] {
  const [balances, supply] = [new Sums(before.balances), new Sums(before.supply)];
  const sequences = new Map<string, bigint>();
  for (const { type, attributes } of events) {
    const values = new Map(attributes.map(([key, value]) => [key, value]));
    const amount = values.get("amount") ?? "";
    if (type === "coin_spent") balances.add(`${values.get("spender")}/`, amount, -1n);
    if (type === "coin_received") balances.add(`${values.get("receiver")}/`, amount, 1n);
    if (type === "coinbase") supply.add("", amount, 1n);
    if (type === "burn") supply.add("", amount, -1n);
    const signer = type === "tx" ? values.get("acc_seq")?.split("/")[0] : undefined;
    if (signer !== undefined) sequences.set(signer, (sequences.get(signer) ?? 0n) + 1n);
  }
  const problems = [...balances.differences(after.balances), ...supply.differences(after.supply)];
  for (const [address, { sequence }] of after.accounts) {
    const said = (before.accounts.get(address)?.sequence ?? 0n) + (sequences.get(address) ?? 0n);
    if (said !== sequence)
      problems.push(`events say that ${address} is at sequence ${said}, the state says ${sequence}`);
  }
  return problems;
}

/** `events`: those of the block and of its transactions. */
export const changeProblems = (before: Rows, after: Rows, events: readonly ChainEvent[]): string[] => [
  ...lostProblems(before, after),
  ...eventProblems(before, after, events),
];
