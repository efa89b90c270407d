// SPDX-License-Identifier: Apache-2.0
import {
  BOUND_MESSAGES_ONLY,
  type Dialect,
  type EntryPoint,
  EXPORTS,
  FEATURE_PREFIX,
  FEATURES,
  IBC_ENTRY_POINTS,
  IMPORT_MODULE,
  IMPORTS,
  MARKERS,
  type Signature,
} from "./abi.ts";
import { checkModule } from "./checkModule.ts";
import { UPLOAD_MAX_INITIAL_PAGES } from "./limits.ts";
import { WasmRejected } from "./rejected.ts";
import { type CheckedModule, type FunctionType, functionType } from "./types.ts";

export interface ContractRules {
  /** UPLOAD_MAX_INITIAL_PAGES on the chain, MAX_PAGES in the enclave. */
  readonly maxInitialPages: number;
  /** Features a contract may require. */
  readonly features: ReadonlySet<string>;
}

export const UPLOAD_RULES: ContractRules = { maxInitialPages: UPLOAD_MAX_INITIAL_PAGES, features: FEATURES };

/** A module that obeys the contract ABI of its dialect. */
export interface ContractCode {
  readonly module: CheckedModule;
  readonly dialect: Dialect;
  readonly entryPoints: ReadonlySet<EntryPoint>;
  readonly isIbcCapable: boolean;
  /** Its required features, from its exports `requires_<feature>`. */
  readonly features: ReadonlySet<string>;
  /** Whether it exports `bound_messages_only`: clients must bind messages for it. */
  readonly isBoundOnly: boolean;
}

/**
 * The verdict over an upload: checkModule and the rules of spec/contract-interface.md 2. Throws
 * WasmRejected.
 */
export function checkContract(bytes: Uint8Array, rules: ContractRules = UPLOAD_RULES): ContractCode {
  const module = checkModule(bytes);
  assertMemory(module, rules.maxInitialPages);
  const features = requiredFeatures(module, rules.features);
  const dialect = dialectOf(module);
  assertImports(module, dialect);
  const found = checkExports(module, dialect);
  const entryPoints = new Set(EXPORTS[dialect].entryPoints.filter((name) => found.has(name)));
  return {
    module,
    dialect,
    entryPoints,
    isIbcCapable: IBC_ENTRY_POINTS.every((name) => entryPoints.has(name)),
    features,
    isBoundOnly: found.has(BOUND_MESSAGES_ONLY),
  };
}

function assertMemory({ memory }: CheckedModule, maxInitialPages: number): void {
  if (memory === undefined) throw new WasmRejected("memory", "Wasm contract doesn't have a memory section");
  if (memory.min > maxInitialPages) {
    throw new WasmRejected("memory", `Wasm contract memory's minimum must not exceed ${maxInitialPages} pages.`);
  }
  if (memory.max !== undefined) {
    const text = "Wasm contract memory's maximum must be unset. The host will set it for you.";
    throw new WasmRejected("memory", text);
  }
}

function requiredFeatures({ exports }: CheckedModule, offered: ReadonlySet<string>): ReadonlySet<string> {
  const features = new Set<string>();
  for (const { name } of exports) {
    if (!name.startsWith(FEATURE_PREFIX) || name.length === FEATURE_PREFIX.length) continue;
    const feature = name.slice(FEATURE_PREFIX.length);
    if (!offered.has(feature))
      throw new WasmRejected("feature", `Wasm contract requires unsupported feature ${feature}`);
    features.add(feature);
  }
  return features;
}

/** Hazard: with both markers, the order of the export section decides, as in the reference. */
function dialectOf({ exports }: CheckedModule): Dialect {
  for (const { name, kind } of exports) {
    const dialect = kind === "function" ? MARKERS.get(name) : undefined;
    if (dialect !== undefined) return dialect;
  }
  throw new WasmRejected("export", `Wasm contract exports none of ${[...MARKERS.keys()].join(", ")}`);
}

function hasType({ params, results }: FunctionType, expected: Signature): boolean {
  return (
    params.length === expected.params.length &&
    results.length === expected.results.length &&
    params.every((type, i) => type === expected.params[i]) &&
    results.every((type, i) => type === expected.results[i])
  );
}

function assertImports(module: CheckedModule, dialect: Dialect): void {
  for (const { module: from, name, type } of module.imports) {
    const rule = from === IMPORT_MODULE ? IMPORTS.get(name) : undefined;
    if (rule === undefined || !rule.dialects.includes(dialect)) {
      throw new WasmRejected("import", `Wasm contract requires unsupported import ${from}.${name}`);
    }
    if (!hasType(module.types[type] as FunctionType, rule)) {
      throw new WasmRejected("import", `Wasm contract imports ${from}.${name} with a wrong type`);
    }
  }
}

/** The names with a meaning, each with its type. */
function checkExports(module: CheckedModule, dialect: Dialect): ReadonlySet<string> {
  const rules = EXPORTS[dialect];
  const found = new Set<string>();
  for (const { name, kind, index } of module.exports) {
    const signature = rules.signatures.get(name);
    if (signature === undefined) continue;
    if (kind !== "function" || !hasType(functionType(module, index), signature)) {
      throw new WasmRejected("export", `Wasm contract exports ${name} with a wrong type`);
    }
    found.add(name);
  }
  for (const name of rules.required) {
    if (!found.has(name)) throw new WasmRejected("export", `Wasm contract does not have required export ${name}`);
  }
  return found;
}
