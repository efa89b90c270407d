// SPDX-License-Identifier: Apache-2.0
import { fromUtf8, toUtf8 } from "@sotto/bytes";
import type { ReadTxn, Table } from "./table.ts";

export const metaKey = (kind: "store" | "number" | "extra", name: string): Uint8Array => fromUtf8(`${kind}/${name}`);

/** A number of a database by its name, 0 before it is written. */
export function readNumber(meta: Table, name: string, txn?: ReadTxn): number {
  const bytes = meta.get(metaKey("number", name), txn);
  return bytes === undefined ? 0 : Number(toUtf8(bytes));
}

export const writeNumber = (meta: Table, name: string, value: number): void =>
  meta.put(metaKey("number", name), fromUtf8(String(value)));
