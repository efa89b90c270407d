// SPDX-License-Identifier: Apache-2.0
// CometBFT RPC over keep-alive connections, one request at a time on each. Only a socket: the load
// client shares the machine with the node, so its cost counts against the node.
import { connect } from "node:net";

const HEAD_END = Buffer.from("\r\n\r\n");

/** @typedef {{ body: string, after: number } | undefined} Body undefined: not whole yet */

/** @param {Buffer} bytes @param {number} from @param {string} head @returns {Body} */
function sizedBody(bytes, from, head) {
  const length = Number(/content-length: (\d+)/i.exec(head)?.[1]);
  if (!Number.isInteger(length)) throw new Error("an answer without a length");
  const after = from + length;
  return bytes.length < after ? undefined : { body: bytes.toString("utf8", from, after), after };
}

/**
 * As CometBFT sends long answers (RFC 9112, 7.1).
 * @param {Buffer} bytes
 * @param {number} from
 * @returns {Body}
 */
function chunkedBody(bytes, from) {
  const parts = [];
  for (let at = from; ; ) {
    const line = bytes.indexOf("\r\n", at);
    if (line < 0) return undefined;
    const size = Number.parseInt(bytes.toString("latin1", at, line), 16);
    const end = line + 2 + size;
    if (!(size >= 0)) throw new Error("a chunk without a size");
    if (bytes.length < end + 2) return undefined;
    if (size === 0) return { body: Buffer.concat(parts).toString("utf8"), after: end + 2 };
    parts.push(bytes.subarray(line + 2, end));
    at = end + 2;
  }
}

class Connection {
  #where;
  /** @type {import("node:net").Socket | undefined} */
  #socket;
  #path;
  /** @type {{ resolve(value: any): void, reject(error: Error): void } | undefined} */
  #waiting;
  #received = Buffer.alloc(0);

  /** @param {{ host: string, port: number }} where */
  constructor(where) {
    const { host, port } = where;
    this.#where = where;
    this.#path = `POST / HTTP/1.1\r\nhost: ${host}:${port}\r\ncontent-type: application/json\r\ncontent-length: `;
  }

  /** A node ends idle connections: CometBFT after 10 s. */
  #open() {
    const socket = connect({ ...this.#where, noDelay: true });
    socket.on("data", (chunk) => this.#receive(chunk));
    const fail = (error) => {
      if (this.#socket !== socket) return;
      this.#socket = undefined;
      this.#waiting?.reject(error);
      this.#waiting = undefined;
    };
    socket.on("error", fail);
    socket.on("close", () => fail(new Error("the node closed a connection")));
    this.#received = Buffer.alloc(0);
    this.#socket = socket;
    return socket;
  }

  /** @param {string} body @returns {Promise<string>} */
  async send(body) {
    const used = this.#socket;
    try {
      return await this.#ask(used ?? this.#open(), body);
    } catch (error) {
      // The node ended the idle connection at the moment of the request, which it has not read.
      if (used === undefined || this.#received.length > 0) throw error;
      used.destroy();
      return this.#ask(this.#open(), body);
    }
  }

  /** @param {import("node:net").Socket} socket @param {string} body @returns {Promise<string>} */
  #ask(socket, body) {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      socket.write(`${this.#path}${Buffer.byteLength(body)}\r\n\r\n${body}`);
    });
  }

  #receive(chunk) {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const end = this.#received.indexOf(HEAD_END);
    if (end < 0) return;
    const head = this.#received.toString("latin1", 0, end);
    const found = (head.includes("chunked") ? chunkedBody : sizedBody)(this.#received, end + HEAD_END.length, head);
    if (found === undefined) return;
    const { body, after } = found;
    this.#received = this.#received.subarray(after);
    // The node says why it ends an idle connection.
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve(body);
  }

  close() {
    this.#waiting = undefined;
    this.#socket?.destroy();
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
