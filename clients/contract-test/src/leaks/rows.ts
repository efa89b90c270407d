// SPDX-License-Identifier: Apache-2.0
/** What a reader of the chain sees of a block: its time and its changed rows. */
import { formatAddress } from "@sotto/address";
import { toHex } from "@sotto/bytes";
import { decode, encode } from "@sotto/codec";
import { HistoricalInfoSchema } from "@sotto/proto/cosmos.staking.v1beta1";
import type { RowChange, SeenBlock } from "../watch.ts";
import type { Observation } from "./observation.ts";
import { type Facet, type Place, type Presence, type Thing, thing } from "./things.ts";

const ROWS: Presence = { count: "number of rows", which: "row written" };
const BLOCKS: Presence = { count: "number of blocks", which: "number of blocks" };

// Prefixes of the compute module's rows (docs/spec/state.md 3.4).
const CONTRACT_ROWS = 0x03;
const CLAIMS = 0xf0;
const ADDRESS = 20;
/** Of the staking module (docs/spec/state.md 3.7): the header of each block. */
const HEADERS = 0x50;

/** The last bytes of an encrypted key: enough to recognise the row in a report. */
export const nameRow = (key: Uint8Array): string => `row …${toHex(key.subarray(-4))}`;

const sizeOf = (value: Uint8Array | undefined): string => (value === undefined ? "removed" : `${value.length} bytes`);

function withoutAppHash(row: Uint8Array): Uint8Array {
  const info = decode(HistoricalInfoSchema, row);
  if (info.header !== undefined) info.header.appHash = new Uint8Array();
  return encode(HistoricalInfoSchema, info);
}

/**
 * Rows of contracts are compared by their encrypted key, which is the same in each run, and by the
 * length of their value. A claim of a ciphertext (ADR 58) has the client's nonce as its key: of it
 * only lengths are compared. A stored header is compared without its
 * app hash, which differs with the ciphertexts of all rows. All other rows are compared byte for
 * byte.
 */
function readRow({ store, key, value }: RowChange, place: Place): Thing {
  if (store === "compute" && key[0] === CONTRACT_ROWS) {
    const contract = formatAddress(key.subarray(1, 1 + ADDRESS));
    const own = { ...place, contract };
    const name = nameRow(key);
    return thing(toHex(key), name, ROWS, own, [{ where: "row length", value: sizeOf(value), of: name }]);
  }
  if (store === "compute" && key[0] === CLAIMS) {
    const id = `claim of ${key.length} bytes`;
    return thing(id, "a claim of a ciphertext", ROWS, place, [{ where: "row in clear", value: sizeOf(value) }]);
  }
  const name = `row ${toHex(key)} of store ${store}`;
  const shown = value !== undefined && store === "staking" && key[0] === HEADERS ? withoutAppHash(value) : value;
  const clear: Facet = { where: "row in clear", value: shown === undefined ? "removed" : toHex(shown), of: name };
  return thing(`${store} ${toHex(key)}`, name, ROWS, place, [clear]);
}

/** @param number of the block in the run, from 1 */
function readBlock(block: SeenBlock, number: number, transactions: readonly number[]): Thing {
  const [only] = transactions;
  const place: Place = {
    block: number,
    ...(only !== undefined && transactions.length === 1 ? { transaction: only } : {}),
  };
  const facets: Facet[] = [
    { where: "block time", value: `${block.time} ns`, place: { block: number } },
    { where: "number of transactions", value: `${transactions.length} in block ${number}`, place: { block: number } },
  ];
  const rows = block.rows.map((row) => readRow(row, place));
  return thing(`${number}`, `block ${number}`, BLOCKS, place, facets, [{ things: rows }]);
}

/** The blocks of a run. Times are compared in full: both runs start from the same state. */
export function readBlocks({ blocks, transactions }: Observation): Thing[] {
  const at = (height: number) => transactions.flatMap((each, index) => (each.height === height ? [index + 1] : []));
  return blocks.map((block, index) => readBlock(block, index + 1, at(block.height)));
}
