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
    this.#server = createServer((near) => this.#accept(near, node));
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

  #accept(near: Socket, node: string): void {
    const far = connect(node);
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
    }
  }

  #pass({ whole, method }: Frame, to: Socket, isRequest: boolean): void {
    const trap = this.#trap;
    const isCaught = trap !== undefined && method === METHODS[trap.phase] + (isRequest ? 0 : 1);
    const isAfter = trap?.moment === "answered" || trap?.moment === "delivered";
    if (!isCaught || isRequest === isAfter) {
      // An answer that comes while its request is running is too late.
      if (isCaught && trap.moment === "running") trap.strike();
      else to.write(whole);
    } else if (trap.moment === "asked" || trap.moment === "answered") trap.strike();
    else if (trap.moment === "delivered") to.write(whole, () => setImmediate(trap.strike));
    else {
      to.write(whole);
      setTimeout(() => {
        if (this.#trap === trap) trap.strike();
      }, trap.afterMs);
    }
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}
