// SPDX-License-Identifier: Apache-2.0
// CometBFT RPC over keep-alive connections, one request at a time on each. Only a socket: the load
// client shares the machine with the node, so its cost counts against the node.
import { connect } from "node:net";

const HEAD_END = Buffer.from("\r\n\r\n");

class Connection {
  #socket;
  #path;
  /** @type {{ resolve(value: any): void, reject(error: Error): void } | undefined} */
  #waiting;
  #received = Buffer.alloc(0);

  /** @param {{ host: string, port: number }} where */
  constructor({ host, port }) {
    this.#path = `POST / HTTP/1.1\r\nhost: ${host}:${port}\r\ncontent-type: application/json\r\ncontent-length: `;
    this.#socket = connect({ host, port, noDelay: true });
    this.#socket.on("data", (chunk) => this.#receive(chunk));
    this.#socket.on("error", (error) => this.#waiting?.reject(error));
    this.#socket.on("close", () => this.#waiting?.reject(new Error("the node closed a connection")));
  }

  /** @param {string} body @returns {Promise<string>} */
  send(body) {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket.write(`${this.#path}${Buffer.byteLength(body)}\r\n\r\n${body}`);
    });
  }

  #receive(chunk) {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const end = this.#received.indexOf(HEAD_END);
    if (end < 0) return;
    const length = Number(/content-length: (\d+)/i.exec(this.#received.toString("latin1", 0, end))?.[1]);
    if (!Number.isInteger(length)) throw new Error("an answer without a length");
    const from = end + HEAD_END.length;
    if (this.#received.length < from + length) return;
    const body = this.#received.toString("utf8", from, from + length);
    this.#received = this.#received.subarray(from + length);
    // The node says why it ends an idle connection.
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve(body);
  }

  close() {
    this.#waiting = undefined;
    this.#socket.destroy();
  }
}

/** A pool of connections. */
export class Rpc {
  /** @type {Connection[]} */
  #idle;
  #all;
  /** @type {((connection: Connection) => void)[]} */
  #queue = [];

  /** @param {{ host: string, port: number }} where @param {number} connections */
  constructor(where, connections) {
    this.#all = Array.from({ length: connections }, () => new Connection(where));
    this.#idle = [...this.#all];
  }

  /** The whole answer, error included. @param {string} body */
  async post(body) {
    const connection = this.#idle.pop() ?? (await new Promise((take) => this.#queue.push(take)));
    try {
      return JSON.parse(await connection.send(body));
    } finally {
      const next = this.#queue.shift();
      if (next === undefined) this.#idle.push(connection);
      else next(connection);
    }
  }

  /** @param {string} method @param {Record<string, unknown>} params */
  async call(method, params = {}) {
    const { result, error } = await this.post(JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }));
    if (error !== undefined) throw new Error(`${method}: ${error.message} ${error.data ?? ""}`);
    return result;
  }

  close() {
    for (const connection of this.#all) connection.close();
  }
}

/** The request body of a broadcast. @param {Uint8Array} tx */
export const broadcastBody = (tx) =>
  `{"jsonrpc":"2.0","id":1,"method":"broadcast_tx_sync","params":{"tx":"${Buffer.from(tx).toString("base64")}"}}`;
