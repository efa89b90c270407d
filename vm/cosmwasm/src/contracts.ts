// SPDX-License-Identifier: Apache-2.0
import { toLatin1 } from "@sotto/bytes";
import type { ContractCode } from "@sotto/check";
import type { Engine } from "@sotto/engine";
import { type Contract, createContract } from "./contract.ts";
import { imports } from "./imports/table.ts";

/**
 * Default number of cached compiled contracts: the size of the reference's module cache. Source:
 * spec/engine.md 8.
 */
export const DEFAULT_CAPACITY = 100;

/**
 * Size of all cached contracts: bytes of wasm, and joins of locals, whose numbers are similar in a
 * common contract. Compiled code takes two to four times the bytes and up to 25 bytes a join, and a
 * contract of the largest size is cheap to upload because it is compressed. One contract always
 * stays.
 */
const MAX_KEPT_BYTES = 64 * 1024 * 1024;

const sizeOf = ({ code: { module } }: Contract): number =>
  module.functions.reduce((sum, { flow }) => sum + flow.merges, module.bytes.length);

/** A cache of compiled contracts by code hash, the most recently used ones. */
export interface Contracts {
  get(codeHash: Uint8Array): Contract | undefined;
  /**
   * Compiles and caches. The caller has verified that the hash is the hash of the module's bytes.
   */
  add(codeHash: Uint8Array, code: ContractCode): Contract;
}

export function createContracts(
  engine: Engine,
  capacity: number = DEFAULT_CAPACITY,
  maxBytes: number = MAX_KEPT_BYTES,
): Contracts {
  // In the order of use, the oldest first.
  const kept = new Map<string, Contract>();
  // It is already in the right place: most calls go to the contract of the previous call.
  let newest: Contract | undefined;
  let bytes = 0;
  const forget = (name: string): void => {
    const contract = kept.get(name);
    if (contract === undefined) return;
    kept.delete(name);
    bytes -= sizeOf(contract);
  };
  return {
    get(codeHash) {
      const name = toLatin1(codeHash);
      const contract = kept.get(name);
      if (contract === undefined || contract === newest) return contract;
      kept.delete(name);
      kept.set(name, contract);
      newest = contract;
      return contract;
    },
    add(codeHash, code) {
      const name = toLatin1(codeHash);
      const contract = createContract(code, engine.compile(code.module, imports));
      forget(name);
      kept.set(name, contract);
      newest = contract;
      bytes += sizeOf(contract);
      for (const oldest of kept.keys()) {
        if (kept.size === 1 || (kept.size <= capacity && bytes <= maxBytes)) break;
        forget(oldest);
      }
      return contract;
    },
  };
}
