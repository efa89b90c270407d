// SPDX-License-Identifier: Apache-2.0
// The products whose messages `bench/uses.mjs` measures: each file of bench/uses/ exports one as
// `product`. A new product is a new file.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { amountText } from "@sotto/contract-client";
import { connect, DevChain } from "@sotto/contract-test";
import * as secretjs from "secretjs";

/** @typedef {import("@sotto/contract-test").Contract} Contract */
/** @typedef {import("@sotto/contract-test").DevChain} DevChain */

/**
 * @typedef {object} Product
 * @property {string} name
 * @property {string} wasm name of the file in contracts/built, without its end
 * @property {number} [mostWasm] bytes that the wasm may have
 * @property {(stage: Stage) => Promise<void>} run sends each message of the contract at least once,
 *   refused ones too where they must cost the same
 */

/** Bytes of wasm that each of the four products may have. */
export const MOST_WASM = 350_000;

const FOLDER = new URL("../uses/", import.meta.url);
const HOLDERS = ["alice", "bob", "carol", "dave", "erin"];
const BALANCE = 10n ** 30n;

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
const wasmFile = (name) => new URL(`../../contracts/built/${name}.wasm`, import.meta.url);
/** @param {string} name */
export const isBuilt = (name) => existsSync(wasmFile(name));
/** @param {string} name */
export const builtWasm = (name) => new Uint8Array(readFileSync(wasmFile(name)));

/**
 * A private token of which the accounts of HOLDERS hold much.
 * @param {DevChain} chain
 * @param {string} symbol
 * @returns {Promise<Contract>}
 */
export function deployToken(chain, symbol) {
  const initial_balances = HOLDERS.map((name) => ({
    address: chain.account(name).address,
    amount: amountText(BALANCE),
  }));
  return chain.as("maker").deploy(builtWasm("private-token"), {
    name: "Private Token",
    symbol,
    decimals: 6,
    prng_seed: "c2VlZA==",
    supported_denoms: ["uscrt"],
    admin: chain.account("alice").address,
    initial_balances,
    config: { enable_deposit: true, enable_redeem: true, enable_mint: true, enable_burn: true },
  });
}

/** The name of a message; of a token's `send`, the name of the message for the receiver's hook. */
function nameOf(msg) {
  const [name, body] = Object.entries(msg)[0];
  if (name !== "send" || body.msg === undefined) return name;
  return Object.keys(JSON.parse(Buffer.from(body.msg, "base64").toString()))[0];
}

/** A chain in this process, with tokens and with clients whose messages are measured. */
export class Stage {
  chain;
  wasm;
  /** Gas of each message that took effect, by name. @type {Map<string, number[]>} */
  gas = new Map();

  constructor(chain, wasm) {
    this.chain = chain;
    this.wasm = wasm;
  }

  /** @param {string} seed @param {string} wasm */
  static async open(seed, wasm) {
    return new Stage(await DevChain.create({ seed }), builtWasm(wasm));
  }

  close() {
    this.chain.close();
  }

  /** Deploys the product. @param {object} setUp @returns {Promise<Contract>} */
  deploy(setUp) {
    return this.chain.as("maker").deploy(this.wasm, setUp);
  }

  /** A private token of which all accounts hold much. @param {string} symbol */
  token(symbol) {
    return deployToken(this.chain, symbol);
  }

  /** Seconds since 1970 of the next block. */
  get now() {
    return Math.floor(this.chain.time.now().getTime() / 1_000);
  }

  /** A client of secret.js whose messages are measured. @param {string} name */
  client(name) {
    const client = connect(this.chain, this.chain.account(name), secretjs);
    const { compute } = client.tx;
    const send = compute.executeContract;
    compute.executeContract = async (params, options) => {
      const tx = await send(params, options);
      const message = nameOf(params.msg);
      if (tx.code === 0) this.gas.set(message, [...(this.gas.get(message) ?? []), Number(tx.gasUsed)]);
      return tx;
    };
    return client;
  }
}
