// SPDX-License-Identifier: Apache-2.0
/** Rows that break an invariant, as bytes: helpers for the lists of faults. */
import { create, type DescMessage, type MessageInitShape, type MessageShape } from "@bufbuild/protobuf";
import { concat } from "@sotto/bytes";
import { decode, encode } from "@sotto/codec";
import type { Branch } from "@sotto/kernel";

export interface Fault {
  /** `module/invariant` */
  readonly invariant: string;
  readonly says: RegExp;
  plant(branch: Branch): void;
}

export type Value = Uint8Array | undefined;

export const NONE = new Uint8Array(0);
export const stranger = new Uint8Array(20).fill(9);
export const gone = (): undefined => undefined;

export const key = (prefix: number, ...rest: readonly Uint8Array[]): Uint8Array =>
  concat(Uint8Array.of(prefix), ...rest);
/** Bytes after one byte of their length. */
export const prefixed = (bytes: Uint8Array): Uint8Array => concat(Uint8Array.of(bytes.length), bytes);

export const row = <D extends DescMessage>(schema: D, init: MessageInitShape<D>): Uint8Array =>
  encode(schema, create(schema, init));

/** Changes the first row whose key begins with a byte and for which the change has a result. */
export const change =
  (store: string, prefix: number, next: (value: Uint8Array) => Value | "other") =>
  (branch: Branch): void => {
    const rows = branch.store(store);
    for (const [at, value] of rows.iterate(Uint8Array.of(prefix), Uint8Array.of(prefix + 1))) {
      const changed = next(value);
      if (changed === "other") continue;
      if (changed === undefined) rows.delete(at);
      else rows.set(at, changed);
      return;
    }
    throw new Error(`no row ${prefix} of ${store} to change`);
  };

/** Changes the message in the first row whose key begins with a byte. */
export const edit = <D extends DescMessage>(
  store: string,
  prefix: number,
  schema: D,
  to: (row: MessageShape<D>) => void,
) =>
  change(store, prefix, (value) => {
    const message = decode(schema, value);
    to(message);
    return encode(schema, message);
  });

/** Removes all rows whose keys begin with a byte. */
export const removeAll =
  (store: string, prefix: number) =>
  (branch: Branch): void => {
    const rows = branch.store(store);
    const keys = Array.from(rows.iterate(Uint8Array.of(prefix), Uint8Array.of(prefix + 1)), ([at]) => at);
    for (const at of keys) rows.delete(at);
  };

export const put = (store: string, at: Uint8Array, value: Uint8Array) => (branch: Branch) =>
  branch.store(store).set(at, value);

export const of = (invariant: string, says: RegExp, plant: Fault["plant"]): Fault => ({ invariant, says, plant });
