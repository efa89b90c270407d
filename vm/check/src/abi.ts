// SPDX-License-Identifier: Apache-2.0
import { I32, I64, type ValueType } from "./types.ts";

/** The CosmWasm interface of a contract: 0.10 or 1.x. */
export type Dialect = "v010" | "v1";

export interface Signature {
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
}

export interface ImportRule extends Signature {
  readonly dialects: readonly Dialect[];
}

export const IMPORT_MODULE = "env";

const i32 = (count: number): readonly ValueType[] => new Array<ValueType>(count).fill(I32);
const takes = (count: number, ...results: ValueType[]): Signature => ({ params: i32(count), results });
const BOTH: readonly Dialect[] = ["v010", "v1"];
const V010: readonly Dialect[] = ["v010"];
const V1: readonly Dialect[] = ["v1"];
const rule = (dialects: readonly Dialect[], signature: Signature): ImportRule => ({ ...signature, dialects });

/**
 * Host functions of module `env` with their exact types. Source: spec/contract-interface.md 7.1.
 * `db_scan` and `db_next` are absent on purpose: the reference enclave has no iterators.
 */
export const IMPORTS: ReadonlyMap<string, ImportRule> = new Map([
  ["db_read", rule(BOTH, takes(1, I32))],
  ["db_write", rule(BOTH, takes(2))],
  ["db_remove", rule(BOTH, takes(1))],
  ["canonicalize_address", rule(V010, takes(2, I32))],
  ["humanize_address", rule(V010, takes(2, I32))],
  ["addr_canonicalize", rule(V1, takes(2, I32))],
  ["addr_humanize", rule(V1, takes(2, I32))],
  ["addr_validate", rule(V1, takes(1, I32))],
  ["query_chain", rule(BOTH, takes(1, I32))],
  ["debug_print", rule(V010, takes(1))],
  ["debug", rule(V1, takes(1))],
  ["secp256k1_verify", rule(BOTH, takes(3, I32))],
  ["secp256k1_recover_pubkey", rule(BOTH, takes(3, I64))],
  ["ed25519_verify", rule(BOTH, takes(3, I32))],
  ["ed25519_batch_verify", rule(BOTH, takes(3, I32))],
  ["secp256k1_sign", rule(BOTH, takes(2, I64))],
  ["ed25519_sign", rule(BOTH, takes(2, I64))],
  ["dcap_quote_verify", rule(V1, takes(2, I64))],
  ["check_gas", rule(V1, takes(0, I64))],
  ["gas_evaporate", rule(V1, takes(1, I32))],
]);

/**
 * The export that names the dialect; the first one counts. Source: spec/contract-interface.md 1.
 */
export const MARKERS: ReadonlyMap<string, Dialect> = new Map([
  ["cosmwasm_vm_version_3", "v010"],
  ["interface_version_8", "v1"],
]);

export type EntryPoint =
  | "init"
  | "handle"
  | "instantiate"
  | "execute"
  | "query"
  | "migrate"
  | "reply"
  | "sudo"
  | "ibc_channel_open"
  | "ibc_channel_connect"
  | "ibc_channel_close"
  | "ibc_packet_receive"
  | "ibc_packet_ack"
  | "ibc_packet_timeout";

/** A contract is IBC-capable when it exports all of these. */
export const IBC_ENTRY_POINTS = [
  "ibc_channel_open",
  "ibc_channel_connect",
  "ibc_channel_close",
  "ibc_packet_receive",
  "ibc_packet_ack",
  "ibc_packet_timeout",
] as const satisfies readonly EntryPoint[];

export interface ExportRules {
  /** Must be exported. */
  readonly required: readonly string[];
  /** Exact types of the names with a meaning; the chain ignores any other export. */
  readonly signatures: ReadonlyMap<string, Signature>;
  readonly entryPoints: readonly EntryPoint[];
}

/**
 * The export, a function without parameters, of a contract that takes bound messages only
 * (spec/contract-interface.md 2.3; ADR 60). The reference does not know the name and ignores it, as
 * it ignores all unknown names.
 */
export const BOUND_MESSAGES_ONLY = "bound_messages_only";

const common: readonly (readonly [string, Signature])[] = [
  ["allocate", takes(1, I32)],
  ["deallocate", takes(1)],
  [BOUND_MESSAGES_ONLY, takes(0)],
];

/** Exports of each dialect. Source: spec/contract-interface.md 2. */
export const EXPORTS: Readonly<Record<Dialect, ExportRules>> = {
  v010: {
    required: ["cosmwasm_vm_version_3", "query", "init", "handle", "allocate", "deallocate"],
    signatures: new Map([
      ...common,
      ["cosmwasm_vm_version_3", takes(0)],
      ["init", takes(2, I32)],
      ["handle", takes(2, I32)],
      ["migrate", takes(2, I32)],
      ["query", takes(1, I32)],
    ]),
    entryPoints: ["init", "handle", "migrate", "query"],
  },
  v1: {
    required: ["interface_version_8", "allocate", "deallocate", "instantiate"],
    signatures: new Map([
      ...common,
      ["interface_version_8", takes(0)],
      ["instantiate", takes(3, I32)],
      ["execute", takes(3, I32)],
      ...["migrate", "reply", "sudo", "query", ...IBC_ENTRY_POINTS].map((name) => [name, takes(2, I32)] as const),
    ]),
    entryPoints: ["instantiate", "execute", "migrate", "reply", "sudo", "query", ...IBC_ENTRY_POINTS],
  },
};

/** An export `requires_<feature>` requires a feature of the chain. */
export const FEATURE_PREFIX = "requires_";

/** Features that the chain announces. Source: spec/contract-interface.md 2.3. */
export const FEATURES: ReadonlySet<string> = new Set(["staking", "stargate", "ibc3", "random"]);
