// SPDX-License-Identifier: Apache-2.0
import { createServer } from "node:net";
import { EnvironmentFault } from "@sotto/errors";
import type { Listener } from "../config.ts";

/** The remedy for a port that is not available. */
export function portFault(host: string, { port, name, flag, isFixed }: Listener, error: unknown): EnvironmentFault {
  const code = (error as { readonly code?: string }).code;
  switch (code) {
    case "EADDRINUSE":
      return new EnvironmentFault(
        `port ${port} (${name}) is in use; choose another with ${flag} PORT${isFixed ? "" : ", or move all with --port-offset N"}`,
      );
    case "EACCES":
      return new EnvironmentFault(`port ${port} (${name}) needs more rights; choose another with ${flag} PORT`);
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
    case "EAFNOSUPPORT":
    case "EINVAL":
      return new EnvironmentFault(
        `${host} is no address of this machine (${code}); choose another with --listen ADDRESS, for example 127.0.0.1 or ::1`,
      );
    default:
      return new EnvironmentFault(
        `cannot listen on port ${port} (${name}): ${error instanceof Error ? error.message : error}`,
      );
  }
}

/**
 * Throws for a port that another process listens on: cheap, and before the node starts or writes
 * anything.
 */
export async function assertPortsFree(host: string, listeners: readonly Listener[]): Promise<void> {
  await Promise.all(
    listeners.map(
      (listener) =>
        new Promise<void>((resolve, reject) => {
          const probe = createServer();
          probe.once("error", (error) => reject(portFault(host, listener, error)));
          probe.listen({ host, port: listener.port }, () => probe.close(() => resolve()));
        }),
    ),
  );
}
