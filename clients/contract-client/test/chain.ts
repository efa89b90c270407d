// SPDX-License-Identifier: Apache-2.0
/**
 * A chain in this process behind unmodified secretjs: its requests reach the REST endpoint by
 * `fetch`.
 */
import { createRest, createRoutes } from "@sotto/api";
import { textBytes } from "@sotto/backend";
import { fromUtf8 } from "@sotto/bytes";
import { accounts } from "@sotto/local";
import { createRpc, createRpcSession } from "@sotto/rpc";
import { SecretNetworkClient, Wallet } from "secretjs";
import { CHAIN_ID, openNode, textOf } from "../../../test/support/node.ts";
import { wasm } from "../../../test/support/wasm.ts";
import type { WebSocketLike } from "../src/index.ts";

export { CHAIN_ID } from "../../../test/support/node.ts";

const URL_OF_CHAIN = "http://chain.in.process";

export interface TestNetwork {
  /** A client of a funded account of the local network. */
  client(name: string): SecretNetworkClient;
  /** Paths of sent requests that change something, in order. */
  readonly requests: readonly string[];
  /** Whether broadcast transactions get into a block at once; true at first. */
  makesBlocks: boolean;
  /** A WebSocket class for this chain's RPC. */
  readonly WebSocket: new (
    url: string,
  ) => TestSocket;
  /** The open ones. */
  readonly sockets: ReadonlySet<TestSocket>;
  close(): void;
}

/** A WebSocket whose other end is an RPC session in this process. */
export interface TestSocket extends WebSocketLike {
  /** Ends as a lost connection does. */
  lose(): void;
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
  const rpc = createRpc(node.backend, createRoutes(node.backend));
  const sockets = new Set<TestSocket>();
  class SessionSocket implements TestSocket {
    readonly #target = new EventTarget();
    readonly #session = createRpcSession(rpc.context, (text) => {
      const data = textOf(textBytes(text));
      return this.#target.dispatchEvent(Object.assign(new Event("message"), { data }));
    });

    constructor(url: string) {
      const isThere = url.startsWith("ws://chain.in.process");
      if (isThere) sockets.add(this);
      setTimeout(() => this.#target.dispatchEvent(new Event(isThere ? "open" : "error")));
    }
    addEventListener(type: string, listener: (event: never) => void): void {
      // The events of this class have the fields that listeners of their type read.
      this.#target.addEventListener(type, listener as (event: Event) => void);
    }
    send(text: string): void {
      void this.#session.receive(text);
    }
    close(): void {
      if (!sockets.delete(this)) return;
      this.#session.close();
      this.#target.dispatchEvent(new Event("close"));
    }
    lose(): void {
      this.close();
    }
  }
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
      if (network.makesBlocks) node.produce();
    }
    return new Response(textOf(answer.body), { status: answer.status });
  };
  const network: TestNetwork = {
    requests,
    makesBlocks: true,
    WebSocket: SessionSocket,
    sockets,
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
  return network;
}
