// SPDX-License-Identifier: Apache-2.0
/** A proxy of the ABCI socket that stops the world at a moment of a call. */
import { connect, createServer, type Server, type Socket } from "node:net";
import { type Frame, Frames } from "./delimited.ts";

/** The calls of a block, with their fields in tendermint.abci.Request. */
const METHODS = { prepareProposal: 16, processProposal: 17, finalizeBlock: 20, commit: 11 } as const;
export type Phase = keyof typeof METHODS;
export const PHASES = Object.keys(METHODS) as readonly Phase[];

/**
 * "asked": the node has not got the request. "running": it has, for some milliseconds. "answered":
 * CometBFT has not got the answer. "delivered": it has.
 */
export const MOMENTS = ["asked", "running", "answered", "delivered"] as const;
export type Moment = (typeof MOMENTS)[number];

const DIAL_MS = 50;

interface Trap {
  readonly phase: Phase;
  readonly moment: Moment;
  /** Of "running". */
  readonly afterMs: number;
  readonly strike: () => void;
}

export class AbciTap {
  /** Where CometBFT connects. */
  readonly address: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #trap: Trap | undefined;

  private constructor(path: string, node: string) {
    this.address = `unix://${path}`;
    this.#server = createServer({ pauseOnConnect: true }, (near) => {
      near.on("error", () => {});
      this.#accept(near, node);
    });
  }

  /** `path`: of the tap's socket; `node`: of the node's. */
  static async open(path: string, node: string): Promise<AbciTap> {
    const tap = new AbciTap(path, node);
    await new Promise<void>((resolve) => {
      tap.#server.listen(path, resolve);
    });
    return tap;
  }

  /** Calls `strike` once, at the next such moment. Nothing passes after it but new connections. */
  at(phase: Phase, moment: Moment, afterMs: number, strike: () => void): Promise<void> {
    return new Promise((resolve) => {
      this.#trap = {
        ...{ phase, moment, afterMs },
        strike: () => {
          this.#trap = undefined;
          strike();
          for (const socket of this.#sockets) socket.destroy();
          resolve();
        },
      };
    });
  }

  /** Dials until the node listens: CometBFT ends when a connection that it has is closed. */
  #accept(near: Socket, node: string): void {
    if (near.destroyed) return;
    const far = connect(node);
    far.once("connect", () => {
      far.removeAllListeners("error");
      this.#join(near, far);
    });
    far.once("error", () => setTimeout(() => this.#accept(near, node), DIAL_MS));
  }

  #join(near: Socket, far: Socket): void {
    if (near.destroyed) far.destroy();
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(from);
      const frames = new Frames();
      const isRequest = from === near;
      from.on("error", () => {});
      from.on("close", () => {
        this.#sockets.delete(from);
        to.destroy();
      });
      from.on("data", (part) => {
        for (const frame of frames.take(part)) this.#pass(frame, to, isRequest);
      });
      from.resume();
    }
  }

  #pass({ whole, method }: Frame, to: Socket, isRequest: boolean): void {
    const trap = this.#trap;
    if (trap === undefined || method !== METHODS[trap.phase] + (isRequest ? 0 : 1)) {
      to.write(whole);
      return;
    }
    const { moment, strike, afterMs } = trap;
    if (isRequest && moment === "asked") strike();
    else if (isRequest) {
      to.write(whole);
      const isWaiting = (): boolean => this.#trap === trap;
      if (moment === "running") setTimeout(() => isWaiting() && strike(), afterMs);
    } else if (moment === "delivered") to.write(whole, () => setImmediate(strike));
    // An answer that comes while its request should run is held back, too.
    else strike();
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}
