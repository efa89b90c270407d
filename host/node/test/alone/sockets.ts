// SPDX-License-Identifier: Apache-2.0
/** Clients of endpoints in this process, and the resources that are closed after each test. */
import { connect, type Socket } from "node:net";

export const HOST = "127.0.0.1";
export const closers: (() => unknown)[] = [];

export async function closeAll(): Promise<void> {
  for (const close of closers.splice(0).reverse()) await close();
}

export function release(waiting: (() => void)[]): void {
  for (const resolve of waiting.splice(0)) resolve();
}

export const LISTENER = { name: "test", flag: "--test-port", port: 0 };
export const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

export async function until(isSo: () => boolean, ms = 8_000): Promise<void> {
  for (const end = performance.now() + ms; !isSo(); ) {
    if (performance.now() > end) throw new Error(`not so: ${isSo}`);
    await pause(10);
  }
}

/** A socket that collects received data, unless it is paused. */
export function open(port: number): {
  readonly socket: Socket;
  readonly told: () => string;
  readonly isClosed: () => boolean;
} {
  const socket = connect({ host: HOST, port, allowHalfOpen: true });
  closers.push(() => socket.destroy());
  let told = "";
  let isClosed = false;
  socket.on("error", () => {});
  socket.on("close", () => {
    isClosed = true;
  });
  socket.on("end", () => {
    isClosed = true;
  });
  socket.on("data", (chunk) => {
    told += chunk.toString("latin1");
  });
  return { socket, told: () => told, isClosed: () => isClosed };
}
