// SPDX-License-Identifier: Apache-2.0
import { EnvironmentFault } from "@sotto/errors";
import { formatListen, parseListen } from "../address.ts";
import { createCalls } from "../calls.ts";
import type { AbciHandlers } from "../handlers.ts";
import { ABCI_LIMITS, type AbciLimits } from "../limits.ts";
import { createGrpcServer } from "./grpc.ts";
import { listen } from "./listen.ts";
import { createSocketServer } from "./socket.ts";

export interface AbciServerOptions {
  readonly handlers: AbciHandlers;
  /**
   * `tcp://HOST:PORT` or `unix:///PATH` for the socket form, `grpc://HOST:PORT` or
   * `grpc+unix:///PATH` for gRPC. Port 0 lets the system choose. Hazard: ABCI has no
   * authentication, and a program that reaches the port drives the application; the socket of a
   * path is for its user only.
   */
  readonly listen: string;
  /** A handler failed: CometBFT stops, and the node must. */
  readonly onFault: (fault: unknown) => void;
  /** One line for each connection or request that is refused or cut off. No secrets. */
  readonly log?: (text: string) => void;
  readonly limits?: Partial<AbciLimits>;
  /**
   * Accept all requests on each connection, as clients for tests send them (`abci-cli console`).
   * Off, a connection carries what CometBFT's own connection does.
   */
  readonly mixed?: boolean;
}

export interface AbciServer {
  /** The address with its real port, in the form of `listen`. */
  readonly address: string;
  /** Ends all connections. Handlers that run end by themselves, without an answer. */
  close(): Promise<void>;
}

function limitsOf(changes: Partial<AbciLimits>): AbciLimits {
  const limits = { ...ABCI_LIMITS, ...changes };
  for (const [name, value] of Object.entries(limits)) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new EnvironmentFault(`the ABCI limit ${name} must be a positive number: ${value}`);
    }
  }
  return limits;
}

/**
 * Serves an application to CometBFT 0.38 (ABCI 2.0). CometBFT tries every three seconds until the
 * server listens. It ends with its sockets, and another one may connect at any time; over gRPC it
 * stays, so its supervisor must end it with the node.
 * Throws EnvironmentFault for an address or limit that cannot be used.
 */
export async function createAbciServer(options: AbciServerOptions): Promise<AbciServer> {
  const { handlers, onFault, log = () => {}, mixed = false } = options;
  const address = parseListen(options.listen);
  const limits = limitsOf(options.limits ?? {});
  const open = createCalls({ handlers, onFault, onRefusal: log, separate: !mixed });
  const server = address.isGrpc
    ? createGrpcServer({ open, limits, log, onFault })
    : createSocketServer(open, limits, log);
  const listening = await listen(server, address, limits.connections, log);
  return { address: formatListen(listening.address), close: listening.close };
}
