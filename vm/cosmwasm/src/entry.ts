// SPDX-License-Identifier: Apache-2.0
import type { Dialect, EntryPoint } from "@sotto/check";
import type { Instance } from "@sotto/engine";
import { Abort } from "./abort.ts";
import { passBytes } from "./region.ts";
import { takeJson } from "./work.ts";

/** Entry points by their v1 names. */
export type Entry = Exclude<EntryPoint, "init" | "handle">;

/** JSON texts for the contract. */
export interface CallInput {
  readonly env: Uint8Array;
  /** v1 only, and only for instantiate and execute. */
  readonly info: Uint8Array;
  readonly msg: Uint8Array;
}

function enter(instance: Instance, name: string, ...regions: number[]): Uint8Array {
  const result = instance.call(name, ...regions);
  // The checker has verified that entry points return i32.
  return takeJson(instance, result as number);
}

/**
 * Writes the arguments and calls. The order of writing is consensus, because `allocate` is metered
 * (spec/contract-interface.md 3): instantiate and migrate write env first, the others msg first.
 */
export function invoke(instance: Instance, dialect: Dialect, entry: Entry, input: CallInput): Uint8Array {
  return dialect === "v010" ? invokeV010(instance, entry, input) : invokeV1(instance, entry, input);
}

function has(instance: Instance, name: string): string {
  if (!instance.has(name)) throw new Abort("failedFunctionCall");
  return name;
}

function invokeV010(instance: Instance, entry: Entry, { env, msg }: CallInput): Uint8Array {
  switch (entry) {
    case "instantiate":
    case "migrate": {
      const name = has(instance, entry === "instantiate" ? "init" : "migrate");
      const envAt = passBytes(instance, env);
      return enter(instance, name, envAt, passBytes(instance, msg));
    }
    case "execute": {
      const name = has(instance, "handle");
      const msgAt = passBytes(instance, msg);
      return enter(instance, name, passBytes(instance, env), msgAt);
    }
    case "query":
      return enter(instance, has(instance, "query"), passBytes(instance, msg));
    default:
      throw new Abort("failedFunctionCall");
  }
}

function invokeV1(instance: Instance, entry: Entry, { env, info, msg }: CallInput): Uint8Array {
  const name = has(instance, entry);
  if (entry === "instantiate" || entry === "migrate") {
    const envAt = passBytes(instance, env);
    const msgAt = passBytes(instance, msg);
    if (entry === "migrate") return enter(instance, name, envAt, msgAt);
    return enter(instance, name, envAt, passBytes(instance, info), msgAt);
  }
  const msgAt = passBytes(instance, msg);
  const envAt = passBytes(instance, env);
  if (entry === "execute") return enter(instance, name, envAt, passBytes(instance, info), msgAt);
  return enter(instance, name, envAt, msgAt);
}
