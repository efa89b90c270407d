// SPDX-License-Identifier: Apache-2.0
/** The exact model of a private token: what each account has, by the transactions of the chain. */

/** A transfer whose transaction is signed, so that it can happen once or never. */
export interface Transfer {
  readonly from: string;
  readonly to: string;
  readonly amount: bigint;
  /** Of the transaction, in upper-case hex. */
  readonly hash: string;
}

export interface Settled extends Transfer {
  readonly code: number;
  readonly height: number;
}

export class Ledger {
  readonly #balances: Map<string, bigint>;
  readonly settled: Settled[] = [];

  constructor(balances: ReadonlyMap<string, bigint>) {
    this.#balances = new Map(balances);
  }

  get addresses(): readonly string[] {
    return [...this.#balances.keys()];
  }

  balance(address: string): bigint {
    const balance = this.#balances.get(address);
    if (balance === undefined) throw new Error(`the ledger has no account ${address}`);
    return balance;
  }

  /** Records what the chain says of a transfer. */
  settle(transfer: Transfer, code: number, height: number): void {
    this.settled.push({ ...transfer, code, height });
    if (code !== 0) return;
    const { from, to, amount } = transfer;
    this.#balances.set(from, this.balance(from) - amount);
    this.#balances.set(to, this.balance(to) + amount);
  }
}
