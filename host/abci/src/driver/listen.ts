// SPDX-License-Identifier: Apache-2.0
import type { AddressInfo, Server, Socket } from "node:net";
import { EnvironmentFault } from "@sotto/errors";
import type { ListenAddress } from "../address.ts";
import { listenAtPath } from "./unixPath.ts";

/** A server that listens. */
export interface Listening {
  /** With the port that the system chose. */
  readonly address: ListenAddress;
  /** Ends all connections. */
  close(): Promise<void>;
}

/** Milliseconds after which the system asks a silent peer on another machine. */
const KEEP_ALIVE_MS = 30_000;

function listenAtPort(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      reject(new EnvironmentFault(`cannot listen at ${host}:${port} for CometBFT: ${error.message}`, { cause: error }));
    };
    server.once("error", fail);
    server.listen({ host, port, exclusive: true }, () => {
      server.removeListener("error", fail);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/**
 * Opens an address for a server of node:net or node:http2. Connections over `most` are closed at
 * once. Throws EnvironmentFault.
 */
export async function listen(
  server: Server,
  address: ListenAddress,
  most: number,
  onRefusal: (text: string) => void,
): Promise<Listening> {
  const sockets = new Set<Socket>();
  server.maxConnections = most;
  server.on("drop", () => onRefusal(`a connection over ${most} is refused`));
  server.prependListener("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    socket.once("close", () => sockets.delete(socket));
  });
  let remove: (() => void) | undefined;
  let at = address;
  if ("path" in address) remove = await listenAtPath(server, address.path);
  else at = { ...address, port: await listenAtPort(server, address.host, address.port) };
  // Such an error is of one connection that could not be accepted: the server goes on.
  server.on("error", (error) => onRefusal(`a connection could not be accepted: ${error.message}`));
  let closing: Promise<void> | undefined;
  const end = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
    remove?.();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return {
    address: at,
    close: () => {
      closing ??= end();
      return closing;
    },
  };
}
