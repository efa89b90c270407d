// SPDX-License-Identifier: Apache-2.0
import { compare, equals, toLatin1 } from "@sotto/bytes";
import type { Dialect } from "@sotto/check";
import { Abort, type Backend } from "@sotto/cosmwasm";
import type { PreparedAd } from "@sotto/crypto";
import type { Row, UntrustedHost } from "@sotto/protocol";
import type { RowSource } from "@sotto/verify";
import { askChain, type ChainAnswer } from "./askChain.ts";
import type { KnownContract } from "./contracts.ts";
import type { IoSession } from "./io.ts";
import { MAX_CHANGED_BYTES, MAX_CHANGES, MAX_STATE_KEY } from "./limits.ts";
import type { PendingCalls } from "./pendingCalls.ts";
import type { Name } from "./state.ts";

/** A key that this call has written (with its new value) or removed. */
interface Change {
  readonly name: Name;
  readonly value: Uint8Array | undefined;
}

export interface BackendInput {
  readonly host: UntrustedHost;
  readonly contract: KnownContract;
  readonly rows: RowSource;
  readonly session: IoSession;
  readonly chainId: string;
  readonly dialect: Dialect;
  readonly depth: number;
  readonly pendingCalls: PendingCalls;
  /** Absent in queries, which cannot write. */
  readonly salt: Uint8Array | undefined;
}

/**
 * The storage and the chain as one call sees them: encrypted, and with its own writes in front
 * until they are flushed.
 */
export class CallBackend implements Backend {
  readonly readOnly: boolean;
  readonly #input: BackendInput;
  readonly #changes = new Map<string, Change>();
  /** Of the keys and values in `#changes`. */
  #changedBytes = 0;
  /** The key read last, also in latin1: most written keys were read just before. */
  #last: { readonly key: Uint8Array; readonly id: string; readonly name: Name } | undefined;

  constructor(input: BackendInput) {
    this.#input = input;
    this.readOnly = input.salt === undefined;
  }

  read(key: Uint8Array): Uint8Array | undefined {
    if (key.length > MAX_STATE_KEY) throw new Abort("memoryRead");
    const id = toLatin1(key);
    const change = this.#changes.get(id);
    if (change !== undefined) return change.value;
    const { host, rows, contract } = this.#input;
    const name = contract.state.name(key, id);
    this.#last = { key, id, name };
    const value = rows.read({
      host,
      cipher: contract.state,
      contract: contract.address,
      name,
      id: contract.rowPrefix + id,
    });
    // This network did not write an undecryptable row for this key: never "not found".
    if (value === "damaged") throw new Abort("decryption");
    return value;
  }

  write(key: Uint8Array, value: Uint8Array): void {
    this.#change(key, value);
  }

  remove(key: Uint8Array): void {
    this.#change(key, undefined);
  }

  #change(key: Uint8Array, value: Uint8Array | undefined): void {
    if (this.readOnly) throw new Abort("unauthorizedWrite");
    if (key.length > MAX_STATE_KEY) throw new Abort("memoryRead");
    const last = this.#last !== undefined && equals(this.#last.key, key) ? this.#last : undefined;
    const id = last?.id ?? toLatin1(key);
    const before = this.#changes.get(id);
    const name = before?.name ?? last?.name ?? this.#input.contract.state.newName(key, id);
    this.#changedBytes += (value?.length ?? 0) - (before?.value?.length ?? 0);
    if (before === undefined) this.#changedBytes += key.length;
    if (this.#changedBytes > MAX_CHANGED_BYTES) throw new Abort("memoryAllocation");
    this.#changes.set(id, { name, value });
    if (this.#changes.size > MAX_CHANGES) throw new Abort("memoryAllocation");
  }

  query(request: Uint8Array, gasLimit: number): ChainAnswer {
    const { host, pendingCalls } = this.#input;
    return askChain(this.#input, request, gasLimit, (ask, limit, at, smart) => {
      const run = () => host.queryChain({ request: ask, gasLimit: limit, depth: at });
      if (smart === undefined) return { said: run(), own: undefined };
      const [said, own] = pendingCalls.ask(smart, run);
      return { said, own };
    });
  }

  /**
   * The rows to change, which count from now on, in the order of their encrypted keys: it is equal
   * on every node and does not reveal the order of the plaintext keys or of the writes
   * (spec/contract-state.md 4.2; the reference shuffles for this).
   */
  flush(): Row[] {
    const { salt, rows: source, contract } = this.#input;
    const { state, rowPrefix } = contract;
    if (salt === undefined || this.#changes.size === 0) return [];
    let prepared: PreparedAd | undefined;
    const rows: Row[] = [];
    for (const [id, { name, value }] of this.#changes) {
      let row: Uint8Array | undefined;
      if (value !== undefined) {
        prepared ??= state.prepareSalt(salt);
        row = state.seal(name, value, salt, prepared);
      }
      rows.push({ key: name.dbKey, value: row });
      source.write(rowPrefix + id, row);
    }
    return rows.sort((a, b) => compare(a.key, b.key));
  }
}
