import { toLatin1 } from "@sotto/bytes";
import type { ContractCode } from "@sotto/check";
import { Lru } from "@sotto/crypto";
import type { Engine } from "@sotto/engine";
import { type Contract, createContract } from "./contract.ts";
import { imports } from "./imports/table.ts";

/** Compiled contracts that are kept, by default: what the reference's module cache holds (protocol.md 10.2). */
export const DEFAULT_CAPACITY = 100;

/** Compiled contracts by code hash, the most recently used ones kept. */
export interface Contracts {
  get(codeHash: Uint8Array): Contract | undefined;
  /** Compiles and keeps. The caller has verified that the hash is the hash of the module's bytes. */
  add(codeHash: Uint8Array, code: ContractCode): Contract;
}

export function createContracts(engine: Engine, capacity = DEFAULT_CAPACITY): Contracts {
  const kept = new Lru<string, Contract>(capacity);
  return {
    get: (codeHash) => kept.get(toLatin1(codeHash)),
    add(codeHash, code) {
      const contract = createContract(code, engine.compile(code.module, imports));
      kept.set(toLatin1(codeHash), contract);
      return contract;
    },
  };
}
