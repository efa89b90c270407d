// SPDX-License-Identifier: Apache-2.0
import { createServer, type Server, type Socket } from "node:net";
import type { Lane } from "../calls.ts";
import type { AbciLimits } from "../limits.ts";
import { Session, type Wire } from "../session.ts";

const wireOf = (socket: Socket, onEnd: (text: string) => void): Wire => ({
  write: (bytes) => socket.write(bytes),
  pause: () => {
    socket.pause();
  },
  resume: () => {
    socket.resume();
  },
  soon: (run) => {
    setImmediate(run);
  },
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  end: (text) => {
    onEnd(text);
    socket.destroySoon();
    // A peer that does not take the last answer is not waited for.
    const timer = setTimeout(() => socket.destroy(), LINGER_MS);
    socket.once("close", () => clearTimeout(timer));
  },
});

const LINGER_MS = 2_000;

/** The server of the socket form: frames on a stream. */
export function createSocketServer(open: () => Lane, limits: AbciLimits, log: (text: string) => void): Server {
  const server = createServer({ allowHalfOpen: false }, (socket) => {
    const session = new Session(
      open(),
      wireOf(socket, (text) => log(`an ABCI connection is closed: ${text}`)),
      limits,
    );
    socket.on("data", (chunk: Buffer) => session.take(chunk));
    socket.on("drain", () => session.drained());
    // The close event follows, and says all.
    socket.on("error", () => {});
    socket.on("close", () => {
      const cut = session.closed();
      if (cut !== undefined) log(`CometBFT closed an ABCI connection ${cut}`);
    });
  });
  return server;
}
