// SPDX-License-Identifier: Apache-2.0
/**
 * A chain in this process behind unmodified secretjs: its requests reach the REST endpoint by
 * `fetch`.
 */
import { createRest, createRoutes } from "@sotto/api";
import { fromUtf8 } from "@sotto/bytes";
import { accounts } from "@sotto/local";
import { SecretNetworkClient, Wallet } from "secretjs";
import { CHAIN_ID, openNode, textOf } from "../../../test/support/node.ts";
import { wasm } from "../../../test/support/wasm.ts";

export { CHAIN_ID } from "../../../test/support/node.ts";

const URL_OF_CHAIN = "http://chain.in.process";

export interface TestNetwork {
  /** A client of a funded account of the local network. */
  client(name: string): SecretNetworkClient;
  /** Bodies of broadcast transactions, in order. */
  readonly requests: readonly string[];
  close(): void;
}

export const token = wasm.token;

export const tokenSetUp = (owner: string) => ({
  name: "Private Token",
  symbol: "PRIV",
  decimals: 6,
  prng_seed: "c2VlZA==",
  initial_balances: [{ address: owner, amount: "1000" }],
  config: { public_total_supply: true },
});

/** Makes one block for each broadcast transaction. Owns `fetch` until it is closed. */
export function openNetwork(): TestNetwork {
  const node = openNode();
  const rest = createRest(node.backend, createRoutes(node.backend));
  node.produce([]);
  const requests: string[] = [];
  const original = globalThis.fetch;
  globalThis.fetch = async (input, init = {}) => {
    const url = String(input);
    if (!url.startsWith(URL_OF_CHAIN)) throw new TypeError(`a request to ${url}`);
    const { method = "GET", body } = init;
    const path = url.slice(URL_OF_CHAIN.length);
    const headers = Object.fromEntries(new Headers(init.headers));
    const answer = await rest({ method, url: path, headers, body: fromUtf8(typeof body === "string" ? body : "") });
    if (method === "POST") {
      requests.push(path);
      node.produce();
    }
    return new Response(textOf(answer.body), { status: answer.status });
  };
  return {
    requests,
    client(name) {
      const wallet = new Wallet(accounts.find((each) => each.name === name)?.mnemonic ?? "");
      return new SecretNetworkClient({
        url: URL_OF_CHAIN,
        chainId: CHAIN_ID,
        wallet,
        walletAddress: wallet.address,
      });
    },
    close() {
      globalThis.fetch = original;
      node.close();
    },
  };
}
