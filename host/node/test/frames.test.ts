// SPDX-License-Identifier: Apache-2.0
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { fromUtf8 } from "@sotto/bytes";
import { expect, it } from "vitest";
import WebSocket, { WebSocketServer } from "ws";
import { TextFrames } from "../src/sockets/frames.ts";

/** What a client reads of these pieces, written behind a handshake. */
async function read(pieces: readonly Uint8Array[]): Promise<string[]> {
  const server = createServer();
  const sockets = new WebSocketServer({ noServer: true });
  server.on("upgrade", (request, socket, head) => {
    sockets.handleUpgrade(request, socket as Socket, head, (client) => {
      for (const piece of pieces) socket.write(piece);
      client.close();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  const texts: string[] = [];
  client.on("message", (data) => texts.push(String(data)));
  await once(client, "close");
  server.close();
  return texts;
}

const LENGTHS = [1, 125, 126, 127, 65_535, 65_536, 65_537, 3_000_000];

it("are what a client reads, in their order, at each length of a frame's head", async () => {
  const texts = LENGTHS.map((length, i) => String.fromCharCode(97 + i).repeat(length));
  const frames = new TextFrames();
  for (const text of texts) {
    const bytes = fromUtf8(text);
    const half = bytes.length >> 1;
    frames.add([bytes.subarray(0, half), bytes.subarray(half)]);
  }
  expect(frames.bytes).toBe(LENGTHS.reduce((sum, length) => sum + length));
  expect(await read(frames.take())).toEqual(texts);
  expect([frames.bytes, frames.take()]).toEqual([0, []]);
});

it("go out in one piece when they are short, and are not copied when they are long", () => {
  const long = new Uint8Array(100_000).fill(98);
  const short = fromUtf8("short");
  const frames = new TextFrames();
  for (const message of [[short], [short, long, short], [short]]) frames.add(message);
  const pieces = frames.take();
  expect(pieces.map((piece) => piece.length)).toEqual([2 + 5 + 10 + 5, 100_000, 5 + 2 + 5]);
  expect(pieces[1]).toBe(long);
});
