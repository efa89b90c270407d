// SPDX-License-Identifier: Apache-2.0
import { parseAddress } from "@sotto/address";
import { concat, equals } from "@sotto/bytes";
import type { ContractRef } from "../arguments.ts";
import type { DevChain } from "../chain.ts";
import { DevChainError } from "../errors.ts";

/** Prefix of the rows of contracts in the store `compute` (docs/spec/state.md 3.4). */
const CONTRACT_ROWS = 0x03;

/** A row that the enclave asks for. */
export interface AskedRow {
  /** Encrypted; the same for the same row at all heights. */
  readonly key: Uint8Array;
  /** Ciphertext as the honest host has it; undefined: there is no row. */
  readonly newer: Uint8Array | undefined;
  /** Ciphertext after the block of a height, of this row or of another of the contract. */
  at(height: number, key?: Uint8Array): Uint8Array | undefined;
}

/** Rows of one contract that the host serves as they were after an older block. */
export interface OlderRows {
  readonly contract: ContractRef;
  readonly height: number;
  /** Which rows are older, for a mix; the others are new. Default: all. */
  readonly choose?: (row: AskedRow) => boolean;
}

interface Rule {
  readonly contract: string;
  readonly address: Uint8Array;
  readonly answer: (row: AskedRow) => Uint8Array | undefined;
  /** Rows that were answered with something else than the honest host has. */
  served: number;
}

export const isSame = (a: Uint8Array | undefined, b: Uint8Array | undefined): boolean =>
  a === undefined || b === undefined ? a === b : equals(a, b);

/** A contract's row under an encrypted key after the block of a height. */
type RowAt = (height: number, key: Uint8Array) => Uint8Array | undefined;

function rowsOf(chain: DevChain, contract: Uint8Array): RowAt {
  const prefix = concat(Uint8Array.of(CONTRACT_ROWS), contract);
  return (height, key) => chain.rowAt(height, "compute", concat(prefix, key));
}

/** Whether the block of a height changed a row of the contract. */
export function changedAt(chain: DevChain, contract: ContractRef, height: number) {
  const at = rowsOf(chain, parseAddress(contract.address));
  return ({ key }: { readonly key: Uint8Array }): boolean => !isSame(at(height - 1, key), at(height, key));
}

/** The rules of a fork: what the host answers in place of a row. */
export class ServedRows {
  readonly #chain: DevChain;
  readonly #start: number;
  readonly #rules: Rule[] = [];

  constructor(chain: DevChain) {
    this.#chain = chain;
    this.#start = chain.height;
  }

  add({ address: contract }: ContractRef, answer: Rule["answer"]): void {
    if (this.#rules.some((rule) => rule.contract === contract))
      throw new DevChainError(`the fork serves rows of ${contract} already: give one rule for each contract`);
    this.#rules.push({ contract, address: parseAddress(contract), answer, served: 0 });
  }

  addOlder({ contract, height, choose = () => true }: OlderRows): void {
    if (!Number.isSafeInteger(height) || height < 1 || height > this.#start)
      throw new DevChainError(`older rows of height ${height}: give a height from 1 to ${this.#start}`);
    this.add(contract, (row) => (choose(row) ? row.at(height) : row.newer));
  }

  /**
   * The row that the hostile host serves. A row that the fork itself wrote stays as it is: the host
   * goes on from the state that it made.
   */
  serve(contract: Uint8Array, key: Uint8Array, newer: Uint8Array | undefined): Uint8Array | undefined {
    const rule = this.#rules.find(({ address }) => equals(address, contract));
    if (rule === undefined) return newer;
    const rows = rowsOf(this.#chain, contract);
    if (!isSame(newer, rows(this.#start, key))) return newer;
    const answer = rule.answer({ key, newer, at: (height, of = key) => rows(height, of) });
    if (!isSame(answer, newer)) rule.served++;
    return answer;
  }

  /** Throws DevChainError for a rule without effect: its test would prove nothing. */
  assertServed(): void {
    for (const { contract, served } of this.#rules)
      if (served === 0)
        throw new DevChainError(
          `the fork served every row of ${contract} as it is: no call read a row that was chosen and has another value there`,
        );
  }
}
