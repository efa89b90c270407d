/** What must hold of the state after every block, and of what a block changed. Each answers sentences about what does not. */
import { fromHex, toHex } from "@sotto/bytes";
import { sha256 } from "@sotto/crypto";
import type { TxResult } from "@sotto/kernel";
import type { StateStore } from "@sotto/store";
import type { Rows } from "./rows.ts";

export type Problems = string[];

function sums(balances: ReadonlyMap<string, string>): Map<string, bigint> {
  const held = new Map<string, bigint>();
  for (const [key, amount] of balances) {
    const denom = key.slice(key.indexOf("/") + 1);
    held.set(denom, (held.get(denom) ?? 0n) + BigInt(amount));
  }
  return held;
}

export function bankProblems({ balances, supply, owners, accounts }: Rows, before: Rows | undefined): Problems {
  const problems: Problems = [];
  for (const [key, amount] of balances) {
    if (!/^[1-9][0-9]{0,77}$/.test(amount)) problems.push(`bank: the balance ${key} is "${amount}"`);
    if (!owners.has(key)) problems.push(`bank: ${key} is not in the index of owners`);
    if (!accounts.has(key.slice(0, key.indexOf("/")))) problems.push(`bank: ${key} has no account`);
  }
  for (const key of owners)
    if (!balances.has(key)) problems.push(`bank: the index of owners has ${key}, who has nothing`);
  const held = sums(balances);
  for (const [denom, amount] of supply) {
    if ((held.get(denom) ?? 0n) !== BigInt(amount)) {
      problems.push(`bank: balances of ${denom} add up to ${held.get(denom) ?? 0n}, the supply is ${amount}`);
    }
  }
  for (const denom of held.keys()) if (!supply.has(denom)) problems.push(`bank: ${denom} has no supply`);
  // Nothing of what is built mints or burns.
  for (const [denom, amount] of before?.supply ?? []) {
    if (supply.get(denom) !== amount)
      problems.push(`bank: the supply of ${denom} went from ${amount} to ${supply.get(denom)}`);
  }
  return problems;
}

export function authProblems({ accounts, numbers, nextNumber }: Rows, before: Rows | undefined): Problems {
  const problems: Problems = [];
  const seen = new Map<bigint, string>();
  for (const [address, { number, module, sequence }] of accounts) {
    const other = seen.get(number);
    if (other !== undefined) problems.push(`auth: ${address} and ${other} have the number ${number}`);
    seen.set(number, address);
    if (number >= nextNumber) problems.push(`auth: ${address} has number ${number}, the next one is ${nextNumber}`);
    if (numbers.get(number) !== address)
      problems.push(`auth: number ${number} leads to ${numbers.get(number)}, not to ${address}`);
    if (module && sequence !== 0n) problems.push(`auth: the module account ${address} signed something`);
    const old = before?.accounts.get(address);
    if (old !== undefined && (old.number !== number || old.sequence > sequence)) {
      problems.push(`auth: ${address} went from ${old.number}, ${old.sequence} to ${number}, ${sequence}`);
    }
  }
  if (numbers.size !== accounts.size) problems.push(`auth: ${numbers.size} numbers for ${accounts.size} accounts`);
  if (nextNumber !== BigInt(accounts.size))
    problems.push(`auth: ${accounts.size} accounts, but the next number is ${nextNumber}`);
  for (const address of before?.accounts.keys() ?? [])
    if (!accounts.has(address)) problems.push(`auth: ${address} is gone`);
  return problems;
}

function codeProblems({ codes, sequences }: Rows, store: StateStore): Problems {
  const problems: Problems = [];
  let expected = 1n;
  for (const [id, hash] of codes) {
    if (id !== expected++) problems.push(`compute: code ${id} follows code ${expected - 2n}`);
    const blob = store.blob(fromHex(hash) ?? new Uint8Array());
    if (blob === undefined || toHex(sha256(blob)) !== hash)
      problems.push(`compute: the bytes of code ${id} are not there`);
  }
  const next = sequences.get("lastCodeId") ?? 1n;
  if (next !== expected) problems.push(`compute: ${codes.size} codes, but the next one is ${next}`);
  return problems;
}

function contractProblems(rows: Rows): Problems {
  const { codes, contracts, contractKeys, labels, history, byCode, accounts } = rows;
  const problems: Problems = [];
  const labelled = new Map<string, number>();
  for (const contract of labels.values()) labelled.set(contract, (labelled.get(contract) ?? 0) + 1);
  for (const [contract, { codeId }] of contracts) {
    const bad = (what: string) => problems.push(`compute: ${contract} ${what}`);
    if (!codes.has(codeId)) bad(`has code ${codeId}, which does not exist`);
    if (!contractKeys.has(contract)) bad("has no key");
    if (!accounts.has(contract)) bad("has no account");
    if (labelled.get(contract) !== 1) bad(`has ${labelled.get(contract) ?? 0} labels`);
    const entries = history.get(contract) ?? [];
    if (entries.some(({ at }, i) => at !== BigInt(i + 1))) bad("has gaps in its history");
    const last = entries.at(-1);
    if (last?.codeId !== codeId) bad(`has code ${codeId}, its history ends with ${last?.codeId}`);
    const listed = byCode.filter((each) => each.contract === contract);
    if (listed.length !== 1 || listed[0]?.codeId !== codeId || listed[0].position !== last?.position) {
      bad(`is listed ${listed.map((each) => `under ${each.codeId} at ${each.position}`).join(", ") || "nowhere"}`);
    }
  }
  return problems;
}

export function computeProblems(rows: Rows, before: Rows | undefined, store: StateStore): Problems {
  const { contracts, contractRows, contractKeys, labels, history, byCode, sequences, codes } = rows;
  const problems = [...codeProblems(rows, store), ...contractProblems(rows)];
  const named = [
    ["rows", contractRows.keys()],
    ["a key", contractKeys],
    ["a label", labels.values()],
    ["a history", history.keys()],
    ["an entry under a code", byCode.map(({ contract }) => contract)],
  ] as const;
  for (const [what, addresses] of named) {
    for (const address of addresses)
      if (!contracts.has(address)) problems.push(`compute: ${what} of ${address}, which does not exist`);
  }
  const next = sequences.get("lastContractId") ?? 1n;
  if (next !== BigInt(contracts.size + 1))
    problems.push(`compute: ${contracts.size} contracts, but the next one is ${next}`);
  for (const [id, hash] of before?.codes ?? [])
    if (codes.get(id) !== hash) problems.push(`compute: code ${id} changed`);
  for (const [ciphertext, owner] of before?.claims ?? [])
    if (rows.claims.get(ciphertext) !== owner) problems.push(`compute: ciphertext ${ciphertext} changed hands`);
  for (const contract of before?.contracts.keys() ?? [])
    if (!contracts.has(contract)) problems.push(`compute: ${contract} is gone`);
  return problems;
}

export function registrationProblems({ registration }: Rows, before: Rows | undefined): Problems {
  const problems: Problems = [];
  if (registration.size !== 2)
    problems.push(`registration: ${registration.size} rows, there are two keys and no nodes`);
  for (const [key, value] of before?.registration ?? []) {
    if (registration.get(key) !== value) problems.push(`registration: ${key} changed`);
  }
  return problems;
}

function applyCoins(balances: Map<string, bigint>, address: string, coins: string, sign: bigint): void {
  for (const coin of coins.split(",").filter((each) => each !== "")) {
    const [, amount, denom] = /^([0-9]+)(.+)$/.exec(coin) ?? [];
    if (amount === undefined) throw new Error(`an event says ${coin}`);
    const key = `${address}/${denom}`;
    balances.set(key, (balances.get(key) ?? 0n) + sign * BigInt(amount));
  }
}

/** Money moves exactly as the events say, and a sequence grows exactly when an event says so. */
export function eventProblems(before: Rows, after: Rows, results: readonly TxResult[]): Problems {
  const balances = new Map([...before.balances].map(([key, amount]) => [key, BigInt(amount)] as const));
  const sequences = new Map<string, bigint>();
  for (const { type, attributes } of results.flatMap(({ events }) => events)) {
    const values = Object.fromEntries(attributes);
    if (type === "coin_spent") applyCoins(balances, values["spender"] ?? "", values["amount"] ?? "", -1n);
    if (type === "coin_received") applyCoins(balances, values["receiver"] ?? "", values["amount"] ?? "", 1n);
    const signer = type === "tx" ? values["acc_seq"]?.split("/")[0] : undefined;
    if (signer !== undefined) sequences.set(signer, (sequences.get(signer) ?? 0n) + 1n);
  }
  const problems: Problems = [];
  for (const key of new Set([...balances.keys(), ...after.balances.keys()])) {
    const [said, is] = [balances.get(key) ?? 0n, BigInt(after.balances.get(key) ?? "0")];
    if (said !== is) problems.push(`events say that ${key} has ${said}, the state says ${is}`);
  }
  for (const [address, { sequence }] of after.accounts) {
    const said = (before.accounts.get(address)?.sequence ?? 0n) + (sequences.get(address) ?? 0n);
    if (said !== sequence)
      problems.push(`events say that ${address} is at sequence ${said}, the state says ${sequence}`);
  }
  return problems;
}

export function allProblems(
  after: Rows,
  before: Rows | undefined,
  results: readonly TxResult[],
  store: StateStore,
): Problems {
  return [
    ...after.unknown.map((key) => `a row fits no layout: ${key}`),
    ...bankProblems(after, before),
    ...authProblems(after, before),
    ...computeProblems(after, before, store),
    ...registrationProblems(after, before),
    ...(before === undefined ? [] : eventProblems(before, after, results)),
  ];
}
