// SPDX-License-Identifier: Apache-2.0
// The products whose messages `bench/uses.mjs` measures: each file of bench/uses/ exports one as
// `product`. A new product is a new file.
import { existsSync, readdirSync } from "node:fs";
import { padded } from "@sotto/contract-client";

/** @typedef {import("@sotto/contract-test").DevChain} DevChain */
/** @typedef {import("@sotto/contract-test").Actor} Actor */
/** @typedef {import("@sotto/contract-test").Contract} Contract */

/**
 * @typedef {object} Product
 * @property {string} name also the label of its contract, by which its messages are found in the
 *   gas report
 * @property {string} wasm name of the file in contracts/built, without its end
 * @property {number} [mostWasm] bytes that the wasm may have
 * @property {(chain: DevChain, wasm: Uint8Array) => Promise<void>} run sends each message of the
 *   contract at least once, refused ones too where they must cost the same
 */

/** Bytes of wasm that each of the four products may have. */
export const MOST_WASM = 350_000;

const FOLDER = new URL("../uses/", import.meta.url);

/** All products, in the order of their names. @returns {Promise<Product[]>} */
export async function products() {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith(".mjs"));
  return Promise.all(
    files.sort().map(async (file) => {
      const { product } = await import(new URL(file, FOLDER).href);
      if (product === undefined) throw new Error(`bench/uses/${file} exports no product`);
      return product;
    }),
  );
}

/** @param {string} name */
export const wasmFile = (name) => new URL(`../../contracts/built/${name}.wasm`, import.meta.url);
/** @param {string} name */
export const isBuilt = (name) => existsSync(wasmFile(name));

/**
 * A message as the clients of products send it: bound, and as long as all of its kind.
 * @param {DevChain} chain
 * @param {Actor} actor
 * @param {Contract} contract
 * @param {string} name
 * @param {object} body
 * @param {number} [size] bytes of JSON
 */
export function secretMessage(chain, actor, contract, name, body, size = 768) {
  const bind = { contract: contract.address, sender: actor.address, chain_id: chain.chainId };
  return padded(name, { ...body, bind }, size);
}
