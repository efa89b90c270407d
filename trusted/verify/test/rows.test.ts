// SPDX-License-Identifier: Apache-2.0
/** The record of a block's rows, with a cipher that shows what it is asked to open. */
import { concat, fromUtf8, toLatin1 } from "@sotto/bytes";
import { encodeAbsence, encodePresence, encodeStoreProof, iavlLeafHash, multistoreRoot } from "@sotto/merkle";
import { BoundaryError, type ReadStateAnswer, type ReadStateAsk, type UntrustedHost } from "@sotto/protocol";
import { describe, expect, it } from "vitest";
import { untrusted } from "../../../test/support/untrusted.ts";
import { BlockRows, believedRows } from "../src/index.ts";

const NOTHING = new Uint8Array(0);
const contract = new Uint8Array(20).fill(7);
const name = { dbKey: fromUtf8("database key") };
const id = `${toLatin1(contract)}key`;
const key = concat(Uint8Array.of(3), contract, name.dbKey);
/** A row has its salt and tag in the bytes 8 to 56. */
const rowOf = (stamp: number, rest = "value"): Uint8Array =>
  concat(new Uint8Array(8), new Uint8Array(48).fill(stamp), fromUtf8(rest));
/** Rows that end with "damaged" do not open. */
const cipher = {
  open: (_name: unknown, row: Uint8Array) => {
    const text = toLatin1(row.subarray(56));
    return text === "damaged" ? undefined : fromUtf8(text);
  },
};

/** A state with at most this row, and the host that serves it. */
function stateOf(row: Uint8Array | undefined) {
  const hash = row === undefined ? iavlLeafHash(1, fromUtf8("z"), fromUtf8("z")) : iavlLeafHash(1, key, row);
  const stores = [
    { name: "bank", hash: new Uint8Array(32) },
    { name: "compute", hash },
  ];
  const neighbour = { key: "z", valueHash: NOTHING, version: 1, steps: [] };
  return {
    appHash: multistoreRoot(stores),
    proof: row === undefined ? encodeAbsence(undefined, neighbour) : encodePresence(1, []),
    store: encodeStoreProof(stores, "compute") as Uint8Array,
  };
}

function serving(answer: Partial<ReadStateAnswer>, asks: ReadStateAsk[] = []): UntrustedHost {
  return {
    readState: (ask) => {
      asks.push(ask);
      return untrusted({ value: undefined, proof: NOTHING, store: NOTHING, ...answer });
    },
    proveState: (ask) => {
      asks.push(ask);
      return untrusted({ value: undefined, proof: NOTHING, store: NOTHING, ...answer });
    },
    queryChain: () => untrusted({ answer: NOTHING, gasUsed: 0 }),
    readCode: () => untrusted(undefined),
  };
}

const read = (rows: BlockRows, answer: Partial<ReadStateAnswer>, asks: ReadStateAsk[] = []) =>
  rows.read({ host: serving(answer, asks), cipher, contract, name, id });
const refused = expect.objectContaining({ codespace: "boundary", code: BoundaryError.rowRefused.code });

describe("the record of a block's rows", () => {
  it("asks for the proofs of store and row, then of the row alone, then for none", () => {
    const row = rowOf(1);
    const { appHash, proof, store } = stateOf(row);
    const rows = new BlockRows();
    rows.begin(appHash);
    const asks: ReadStateAsk[] = [];
    expect(read(rows, { value: row, proof, store }, asks)).toEqual(fromUtf8("value"));
    expect(read(rows, { value: row }, asks)).toEqual(fromUtf8("value"));
    const other = { dbKey: fromUtf8("other") };
    const ask = { host: serving({ proof: NOTHING }, asks), cipher, contract, name: other, id: "other" };
    expect(() => rows.read(ask)).toThrow(refused);
    expect(asks.map((each) => each.proof)).toEqual([1, 0, 2]);
    rows.begin(appHash);
    read(rows, { value: row, proof, store }, asks);
    expect(asks.at(-1)?.proof).toBe(1);
  });

  it("gives a row that does not open as damaged, as often as it is read, but only with its proof", () => {
    const row = rowOf(1, "damaged");
    const { appHash, proof, store } = stateOf(row);
    const rows = new BlockRows();
    rows.begin(appHash);
    expect(read(rows, { value: row, proof, store })).toBe("damaged");
    expect(read(rows, { value: row, proof })).toBe("damaged");
    expect(() => read(rows, { value: row })).toThrow(refused);
    expect(() => read(rows, { value: NOTHING, proof })).toThrow(refused);
  });

  it("knows what a transaction wrote and removed, and only that", () => {
    const rows = new BlockRows();
    rows.begin(new Uint8Array(32));
    rows.beginMessage(0, untrusted(false));
    rows.write(id, rowOf(2));
    expect(read(rows, { value: rowOf(2) })).toEqual(fromUtf8("value"));
    for (const value of [rowOf(1), undefined, NOTHING, rowOf(2).subarray(0, 50)]) {
      expect(() => read(rows, { value })).toThrow(refused);
    }
    // Salt and tag of the right row, with another end.
    expect(() => read(rows, { value: rowOf(2, "damaged") })).toThrow(refused);
    rows.write(id, undefined);
    expect(read(rows, {})).toBeUndefined();
    for (const value of [rowOf(2), NOTHING, new Uint8Array(8)]) {
      expect(() => read(rows, { value })).toThrow(refused);
    }
  });

  it("forgets the writes of a failed message and of a failed transaction, and no others", () => {
    const old = rowOf(1);
    const { appHash, proof, store } = stateOf(old);
    const rows = new BlockRows();
    rows.begin(appHash);
    const known = (stamp: number) => {
      for (const each of [1, 2, 3, 4]) {
        const attempt = () => read(rows, { value: rowOf(each), proof, store });
        if (each === stamp) expect(attempt()).toEqual(fromUtf8("value"));
        else expect(attempt).toThrow(refused);
      }
    };
    rows.beginMessage(0, untrusted(false));
    known(1);
    rows.write(id, rowOf(2));
    const { mark } = rows;
    rows.write(id, rowOf(3));
    rows.write(id, rowOf(4));
    rows.revert(mark);
    known(2);
    // A second message of the same transaction: the host has no say in the first.
    rows.beginMessage(0, untrusted(true));
    known(2);
    rows.beginMessage(1, untrusted(true));
    known(1);
    rows.write(id, rowOf(3));
    rows.beginMessage(2, untrusted(false));
    known(3);
    // The transaction before last can no longer fail.
    rows.beginMessage(3, untrusted(true));
    known(3);
    // Of one that was not run to its end, the host has no say either.
    rows.beginMessage(4, untrusted(false));
    rows.write(id, rowOf(2));
    rows.leave(4, false);
    known(2);
    rows.leave(5, true);
    rows.leave(6, false);
    known(2);
    rows.beginMessage(6, untrusted(false));
    known(2);
    rows.write(id, rowOf(4));
    rows.leave(7, false);
    known(2);
    rows.beginMessage(7, untrusted(false));
    known(2);
    rows.begin(appHash);
    known(1);
  });

  it("believes rows in a block without a hash, and for queries", () => {
    const rows = new BlockRows();
    rows.begin(undefined);
    rows.write(id, rowOf(2));
    for (const source of [rows, believedRows]) {
      const of = (value: Uint8Array | undefined) =>
        source.read({ host: serving({ value }), cipher, contract, name, id });
      expect(of(rowOf(1))).toEqual(fromUtf8("value"));
      expect(of(undefined)).toBeUndefined();
      expect(of(rowOf(1, "damaged"))).toBe("damaged");
    }
  });
});
