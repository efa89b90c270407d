// SPDX-License-Identifier: Apache-2.0
/**
 * A client of the socket form that sends what a test wants, and resources closed after each test.
 */
import { connect, type Socket } from "node:net";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { ProtoReader } from "@sotto/codec";
import { type Request, RequestSchema, type Response, ResponseSchema } from "@sotto/proto/tendermint.abci";
import type { AbciServerOptions } from "../../src/index.ts";
import { createAbciServer } from "../../src/index.ts";

export const closers: (() => unknown)[] = [];

export async function closeAll(): Promise<void> {
  for (const close of closers.splice(0).reverse()) await close();
}

export async function until(isSo: () => boolean, ms = 20_000): Promise<void> {
  for (const end = performance.now() + ms; !isSo(); ) {
    if (performance.now() > end) throw new Error(`not so: ${isSo}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

type Value = Request["value"];
type Named<C> = Extract<Value, { readonly case: C }>;
type Loose<T> = { readonly [K in keyof T]?: T[K] };
/** A request by its name; absent fields are unset. */
export type RequestValue = {
  [C in Exclude<Value["case"], undefined>]: { readonly case: C; readonly value: Loose<Named<C>["value"]> };
}[Exclude<Value["case"], undefined>];

/** A frame by another implementation of protobuf than the server's. */
export function frameOf(value: RequestValue): Uint8Array {
  const body = toBinary(RequestSchema, create(RequestSchema, { value: value as never }));
  return Buffer.concat([varint(body.length), body]);
}

export function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Uint8Array.of(...bytes, rest);
    bytes.push((rest % 128) + 128);
  }
}

/** Requests by their names. */
export const FLUSH = frameOf({ case: "flush", value: {} });
export const echo = (message: string) => frameOf({ case: "echo", value: { message } });
export const info = frameOf({ case: "info", value: { version: "0.38.19", abciVersion: "2.0.0" } });
export const checkTx = (tx: Uint8Array) => frameOf({ case: "checkTx", value: { tx } });
export const query = (data: Uint8Array) => frameOf({ case: "query", value: { data } });
export const finalizeBlock = (height: bigint, txs: readonly Uint8Array[] = []) =>
  frameOf({ case: "finalizeBlock", value: { height, txs: [...txs] } });
export const commit = frameOf({ case: "commit", value: {} });

/** Whole answers, and the bytes behind them. */
export function readAnswers(bytes: Uint8Array): { readonly answers: Response[]; readonly rest: Uint8Array } {
  const answers: Response[] = [];
  let rest = bytes;
  for (;;) {
    const end = rest.findIndex((byte) => byte < 128);
    if (end < 0) return { answers, rest };
    const length = new ProtoReader(rest).safeUint();
    if (rest.length < end + 1 + length) return { answers, rest };
    answers.push(fromBinary(ResponseSchema, rest.subarray(end + 1, end + 1 + length)));
    rest = rest.subarray(end + 1 + length);
  }
}

export interface Client {
  readonly socket: Socket;
  send(...frames: readonly Uint8Array[]): void;
  /** All answers so far. */
  readonly answers: Response[];
  readonly names: () => (string | undefined)[];
  readonly isClosed: () => boolean;
}

/** Connects to the address of a server. */
export function open(address: string, isReading = true): Client {
  const [, host, port, path] = /^tcp:\/\/(.+):(\d+)$|^unix:\/\/(.+)$/.exec(address) ?? [];
  const socket = path === undefined ? connect({ host: host as string, port: Number(port) }) : connect({ path });
  closers.push(() => socket.destroy());
  let left: Uint8Array = new Uint8Array(0);
  let isClosed = false;
  const answers: Response[] = [];
  socket.on("error", () => {});
  socket.on("close", () => {
    isClosed = true;
  });
  if (isReading) {
    socket.on("data", (chunk) => {
      const read = readAnswers(Buffer.concat([left, chunk]));
      answers.push(...read.answers);
      left = read.rest;
    });
  }
  return {
    socket,
    send: (...frames) => socket.write(Buffer.concat(frames)),
    answers,
    names: () => answers.map(({ value }) => value.case),
    isClosed: () => isClosed,
  };
}

export interface Served {
  readonly address: string;
  readonly logs: string[];
  readonly faults: unknown[];
  readonly connect: () => Client;
  readonly close: () => Promise<void>;
}

/** A server on a free port, or at an address. */
export async function serve(
  handlers: AbciServerOptions["handlers"],
  options: Partial<AbciServerOptions> = {},
): Promise<Served> {
  const logs: string[] = [];
  const faults: unknown[] = [];
  const { address, close } = await createAbciServer({
    listen: "tcp://127.0.0.1:0",
    handlers,
    onFault: (fault) => faults.push(fault),
    log: (text) => logs.push(text),
    ...options,
  });
  closers.push(close);
  return { address, logs, faults, connect: () => open(address), close };
}
