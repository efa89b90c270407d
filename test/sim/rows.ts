// SPDX-License-Identifier: Apache-2.0
/**
 * Rows of auth, bank and compute, read by the layouts of the reference, without the modules' code.
 */
import { AnySchema } from "@bufbuild/protobuf/wkt";
import { formatAddress } from "@sotto/address";
import { readBeU64, toHex, toLatin1, toUtf8 } from "@sotto/bytes";
import { decode } from "@sotto/codec";
import { type BaseAccount, BaseAccountSchema, ModuleAccountSchema } from "@sotto/proto/cosmos.auth.v1beta1";
import {
  ContinuousVestingAccountSchema,
  DelayedVestingAccountSchema,
  PeriodicVestingAccountSchema,
  PermanentLockedAccountSchema,
} from "@sotto/proto/cosmos.vesting.v1beta1";
import { CodeInfoSchema, ContractInfoSchema } from "@sotto/proto/secret.compute.v1beta1";
import type { StateStore } from "@sotto/store";

export interface AccountRow {
  readonly number: bigint;
  readonly sequence: bigint;
}

export interface Allowance {
  readonly grantee: string;
  readonly granter: string;
}

/** Addresses are bech32 text, byte strings are hex. */
export interface Rows {
  readonly accounts: ReadonlyMap<string, AccountRow>;
  readonly nextNumber: bigint;
  /** By `address/denom`: the text of the amount in the row. */
  readonly balances: ReadonlyMap<string, string>;
  /** By denom. */
  readonly supply: ReadonlyMap<string, string>;
  /** Hashes of codes by their ids. */
  readonly codes: ReadonlyMap<bigint, string>;
  /** The code of each contract. */
  readonly contracts: ReadonlyMap<string, bigint>;
  /** Hashes of the sender and target of each ciphertext. */
  readonly claims: ReadonlyMap<string, string>;
  /** Pairs of fee grants, from the keys of their rows. */
  readonly allowances: readonly Allowance[];
  /** Keys that fit no layout, of all stores that the reference has. */
  readonly unknown: readonly string[];
}

type Row = readonly [key: Uint8Array, value: Uint8Array];

const text = (bytes: Uint8Array): string => toUtf8(bytes) ?? toHex(bytes);

const VESTING = [
  ContinuousVestingAccountSchema,
  DelayedVestingAccountSchema,
  PeriodicVestingAccountSchema,
  PermanentLockedAccountSchema,
];

function baseOf(value: Uint8Array): BaseAccount | undefined {
  const any = decode(AnySchema, value);
  const name = any.typeUrl.slice(1);
  if (name === ModuleAccountSchema.typeName) return decode(ModuleAccountSchema, any.value).baseAccount;
  const vesting = VESTING.find(({ typeName }) => typeName === name);
  if (vesting !== undefined) return decode(vesting, any.value).baseVestingAccount?.baseAccount;
  return decode(BaseAccountSchema, any.value);
}

function account(value: Uint8Array): AccountRow {
  const base = baseOf(value);
  return { number: base?.accountNumber ?? -1n, sequence: base?.sequence ?? -1n };
}

function readAuth(rows: Iterable<Row>, unknown: string[]) {
  const accounts = new Map<string, AccountRow>();
  let nextNumber = 0n;
  for (const [key, value] of rows) {
    const prefix = key[0];
    const isNumber = toLatin1(key).startsWith("accountNumber");
    if (prefix === 0x01) accounts.set(formatAddress(key.subarray(1)), account(value));
    else if (prefix === 0x02 && key.length === 1) nextNumber = readBeU64(value);
    else if (!isNumber && (prefix !== 0x00 || key.length !== 1)) unknown.push(`acc ${toHex(key)}`);
  }
  return { accounts, nextNumber };
}

function readBank(rows: Iterable<Row>, unknown: string[]) {
  const balances = new Map<string, string>();
  const supply = new Map<string, string>();
  for (const [key, value] of rows) {
    const rest = key.subarray(1);
    const length = rest[0] ?? 0;
    if (key[0] === 0x00) supply.set(text(rest), text(value));
    else if (key[0] === 0x02) {
      balances.set(`${formatAddress(rest.subarray(1, 1 + length))}/${text(rest.subarray(1 + length))}`, text(value));
    } else if (![0x01, 0x03, 0x04, 0x05].includes(key[0] ?? -1)) unknown.push(`bank ${toHex(key)}`);
  }
  return { balances, supply };
}

/**
 * Rows that only the module's invariants check: their first byte and the minimum length of the key.
 */
const COMPUTE_KEYS: ReadonlyMap<number, number> = new Map([
  [0x03, 21],
  [0x06, 21],
  [0x07, 2],
  [0x08, 1],
  [0x09, 29],
  [0x0a, 45],
  [0x0b, 1],
  [0x0c, 2],
  [0x0d, 2],
]);
const SEQUENCES = ["\x04lastCodeId", "\x04lastContractId"];

function readCompute(rows: Iterable<Row>, unknown: string[]) {
  const codes = new Map<bigint, string>();
  const contracts = new Map<string, bigint>();
  const claims = new Map<string, string>();
  for (const [key, value] of rows) {
    const rest = key.subarray(1);
    const shortest = COMPUTE_KEYS.get(key[0] ?? -1);
    if (key[0] === 0x01) codes.set(readBeU64(rest), toHex(decode(CodeInfoSchema, value).codeHash));
    else if (key[0] === 0x02) contracts.set(formatAddress(rest), decode(ContractInfoSchema, value).codeId);
    else if (key[0] === 0xf0 && rest.length === 40 && value.length === 20) claims.set(toHex(rest), toHex(value));
    else if (!SEQUENCES.includes(toLatin1(key)) && (shortest === undefined || key.length < shortest)) {
      unknown.push(`compute ${toHex(key)}`);
    }
  }
  return { codes, contracts, claims };
}

function readRegister(rows: Iterable<Row>, unknown: string[]): void {
  for (const [key] of rows) {
    const name = toLatin1(key);
    if (name !== "\x02NodeExchMasterKey" && name !== "\x02IoExchMasterKey") unknown.push(`register ${toHex(key)}`);
  }
}

/** 0x00, then grantee and granter with their lengths before them. */
function readAllowances(rows: Iterable<Row>): Allowance[] {
  return [...rows].flatMap(([key]) => {
    if (key[0] !== 0x00) return [];
    const second = 2 + (key[1] ?? 0);
    const [grantee, granter] = [key.subarray(2, second), key.subarray(second + 1)];
    return [{ grantee: formatAddress(grantee), granter: formatAddress(granter) }];
  });
}

/** Cost: a walk through the whole state. */
export function readRows(store: StateStore): Rows {
  const snapshot = store.snapshot();
  const unknown: string[] = [];
  const all = (name: string) => snapshot.store(name).iterate(undefined, undefined);
  try {
    readRegister(all("register"), unknown);
    return {
      ...readAuth(all("acc"), unknown),
      ...readBank(all("bank"), unknown),
      ...readCompute(all("compute"), unknown),
      allowances: readAllowances(all("feegrant")),
      unknown,
    };
  } finally {
    snapshot.close();
  }
}

/** Every row of a store, for comparisons. */
export function dump(store: StateStore, name: string): string[] {
  const snapshot = store.snapshot();
  try {
    return [...snapshot.store(name).iterate(undefined, undefined)].map(
      ([key, value]) => `${toHex(key)} ${toHex(value)}`,
    );
  } finally {
    snapshot.close();
  }
}
