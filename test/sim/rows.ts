/**
 * The state of the modules as rows, read by the layouts of the reference and not through the modules: what the
 * invariants are checked on.
 */

import { AnySchema } from "@bufbuild/protobuf/wkt";
import { formatAddress } from "@sotto/address";
import { readBeU64, toHex, toLatin1, toUtf8 } from "@sotto/bytes";
import { decode } from "@sotto/codec";
import { BaseAccountSchema, ModuleAccountSchema } from "@sotto/proto/cosmos.auth.v1beta1";
import {
  CodeInfoSchema,
  ContractCodeHistoryEntrySchema,
  ContractInfoSchema,
} from "@sotto/proto/secret.compute.v1beta1";
import type { StateStore } from "@sotto/store";

export interface AccountRow {
  readonly number: bigint;
  readonly sequence: bigint;
  readonly module: boolean;
}

export interface ContractRow {
  readonly codeId: bigint;
  readonly admin: string;
}

/** Addresses are bech32 text, byte strings are hex. */
export interface Rows {
  readonly accounts: ReadonlyMap<string, AccountRow>;
  readonly numbers: ReadonlyMap<bigint, string>;
  readonly nextNumber: bigint;
  /** By `address/denom`: the amount as it stands in the row. */
  readonly balances: ReadonlyMap<string, string>;
  /** By denom. */
  readonly supply: ReadonlyMap<string, string>;
  /** `address/denom`, of the reverse index. */
  readonly owners: ReadonlySet<string>;
  readonly codes: ReadonlyMap<bigint, string>;
  readonly contracts: ReadonlyMap<string, ContractRow>;
  /** Contracts that have rows of their own, with how many. */
  readonly contractRows: ReadonlyMap<string, number>;
  readonly contractKeys: ReadonlySet<string>;
  /** By label. */
  readonly labels: ReadonlyMap<string, string>;
  /** By contract: code id and position of each entry, by its number. */
  readonly history: ReadonlyMap<
    string,
    readonly { readonly at: bigint; readonly codeId: bigint; readonly position: string }[]
  >;
  /** `code id/position/contract`. */
  readonly byCode: readonly { readonly codeId: bigint; readonly position: string; readonly contract: string }[];
  readonly sequences: ReadonlyMap<string, bigint>;
  /** Of ciphertexts: who sent each to what. */
  readonly claims: ReadonlyMap<string, string>;
  /** Registration: rows by their key. */
  readonly registration: ReadonlyMap<string, string>;
  /** Keys that fit no layout. */
  readonly unknown: readonly string[];
}

const text = (bytes: Uint8Array): string => toUtf8(bytes) ?? toHex(bytes);
const SEQUENCE_KEYS = ["lastCodeId", "lastContractId"];

function account(value: Uint8Array): AccountRow {
  const any = decode(AnySchema, value);
  const module = any.typeUrl === "/cosmos.auth.v1beta1.ModuleAccount";
  const base = module ? decode(ModuleAccountSchema, any.value).baseAccount : decode(BaseAccountSchema, any.value);
  return { number: base?.accountNumber ?? -1n, sequence: base?.sequence ?? -1n, module };
}

function readAuth(rows: Iterable<readonly [Uint8Array, Uint8Array]>, unknown: string[]) {
  const accounts = new Map<string, AccountRow>();
  const numbers = new Map<bigint, string>();
  let nextNumber = 0n;
  for (const [key, value] of rows) {
    const prefix = key[0];
    if (toLatin1(key).startsWith("accountNumber")) numbers.set(readBeU64(key, 13), formatAddress(value));
    else if (prefix === 0x01) accounts.set(formatAddress(key.subarray(1)), account(value));
    else if (prefix === 0x02 && key.length === 1) nextNumber = readBeU64(value);
    else if (prefix !== 0x00 || key.length !== 1) unknown.push(`acc ${toHex(key)}`);
  }
  return { accounts, numbers, nextNumber };
}

function readBank(rows: Iterable<readonly [Uint8Array, Uint8Array]>, unknown: string[]) {
  const balances = new Map<string, string>();
  const supply = new Map<string, string>();
  const owners = new Set<string>();
  for (const [key, value] of rows) {
    const rest = key.subarray(1);
    const length = rest[0] ?? 0;
    const end = rest.indexOf(0);
    if (key[0] === 0x00) supply.set(text(rest), text(value));
    else if (key[0] === 0x02) {
      balances.set(`${formatAddress(rest.subarray(1, 1 + length))}/${text(rest.subarray(1 + length))}`, text(value));
    } else if (key[0] === 0x03) owners.add(`${formatAddress(rest.subarray(end + 2))}/${text(rest.subarray(0, end))}`);
    else if (key[0] !== 0x01 && key[0] !== 0x04 && key[0] !== 0x05) unknown.push(`bank ${toHex(key)}`);
  }
  return { balances, supply, owners };
}

function readCompute(rows: Iterable<readonly [Uint8Array, Uint8Array]>, unknown: string[]) {
  const codes = new Map<bigint, string>();
  const contracts = new Map<string, ContractRow>();
  const contractRows = new Map<string, number>();
  const contractKeys = new Set<string>();
  const labels = new Map<string, string>();
  const history = new Map<string, { at: bigint; codeId: bigint; position: string }[]>();
  const byCode: { codeId: bigint; position: string; contract: string }[] = [];
  const sequences = new Map<string, bigint>();
  const claims = new Map<string, string>();
  for (const [key, value] of rows) {
    const rest = key.subarray(1);
    const address = rest.length < 20 ? "" : formatAddress(rest.subarray(0, 20));
    if (key[0] === 0x01) codes.set(readBeU64(rest), toHex(decode(CodeInfoSchema, value).codeHash));
    else if (key[0] === 0x02) {
      const { codeId, admin } = decode(ContractInfoSchema, value);
      contracts.set(address, { codeId, admin });
    } else if (key[0] === 0x03) contractRows.set(address, (contractRows.get(address) ?? 0) + 1);
    else if (key[0] === 0x04 && SEQUENCE_KEYS.includes(text(rest))) sequences.set(text(rest), readBeU64(value));
    else if (key[0] === 0x06) contractKeys.add(address);
    else if (key[0] === 0x07) labels.set(text(rest), formatAddress(value));
    else if (key[0] === 0x09) {
      const { codeId, updated } = decode(ContractCodeHistoryEntrySchema, value);
      const entries = history.get(address) ?? [];
      entries.push({ at: readBeU64(rest, 20), codeId, position: `${updated?.blockHeight}.${updated?.txIndex}` });
      history.set(address, entries);
    } else if (key[0] === 0x0a) {
      const position = `${readBeU64(rest, 8)}.${readBeU64(rest, 16)}`;
      byCode.push({ codeId: readBeU64(rest), position, contract: formatAddress(rest.subarray(24)) });
    } else if (key[0] === 0xf0 && rest.length === 40 && value.length === 20) claims.set(toHex(rest), toHex(value));
    else if (key[0] !== 0x08 && key[0] !== 0x0b) unknown.push(`compute ${toHex(key)}`);
  }
  return { codes, contracts, contractRows, contractKeys, labels, history, byCode, sequences, claims };
}

/** Reads every row of the modules. Cost: the whole state. */
export function readRows(store: StateStore): Rows {
  const snapshot = store.snapshot();
  const unknown: string[] = [];
  const all = (name: string) => snapshot.store(name).iterate(undefined, undefined);
  try {
    return {
      ...readAuth(all("acc"), unknown),
      ...readBank(all("bank"), unknown),
      ...readCompute(all("compute"), unknown),
      registration: new Map([...all("register")].map(([key, value]) => [toLatin1(key), toHex(value)])),
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
