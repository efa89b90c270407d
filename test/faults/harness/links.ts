// SPDX-License-Identifier: Apache-2.0
/**
 * Proxies between peers. The kernels of CI have no netem, and CometBFT speaks TCP alone: there a
 * lost packet is a pause of its connection until it is sent again, which a proxy can make.
 */
import { connect, createServer, type Server, type Socket } from "node:net";
import { randomOf } from "../../../tools/tests/seed.mjs";
import { freePort } from "../../support/ports.ts";

/** The state of a link. "stalled": nothing passes and nobody notices. "cut": connections end. */
export type LinkState = "open" | "stalled" | "cut";

export interface LinkQuality {
  /** One way, for each part of the stream. */
  readonly delayMs: number;
  /** Share of the parts whose connection pauses, from 0 to 1. */
  readonly loss: number;
}

export const PERFECT: LinkQuality = { delayMs: 0, loss: 0 };

/** A packet is sent again after 200 ms or more, and after twice as long when it is lost again. */
const RESEND_MS = 200;
const MOST_RESENDS = 3;

interface Link {
  readonly server: Server;
  readonly port: number;
  readonly sockets: Set<Socket>;
  /** Called when the link opens again. */
  readonly waiting: Set<() => void>;
  state: LinkState;
}

export interface Place {
  readonly number: number;
  /** Where the node listens for peers. */
  readonly port: number;
}

export class Links {
  /** By `from-to`. */
  readonly #links = new Map<string, Link>();
  readonly #random: () => number;
  #quality = PERFECT;

  private constructor(seed: number) {
    this.#random = randomOf(seed);
  }

  /** A proxy for each direction in which one place can dial another. */
  static async open(places: readonly Place[], seed: number): Promise<Links> {
    const links = new Links(seed);
    for (const from of places) {
      for (const to of places) if (from !== to) await links.#open(`${from.number}-${to.number}`, to.port);
    }
    return links;
  }

  async #open(name: string, target: number): Promise<void> {
    const port = await freePort();
    const server = createServer((socket) => this.#accept(name, socket, target));
    const link: Link = { server, port, sockets: new Set(), waiting: new Set(), state: "open" };
    this.#links.set(name, link);
    await new Promise<void>((resolve) => {
      server.listen(port, "127.0.0.1", resolve);
    });
  }

  #must(name: string): Link {
    const link = this.#links.get(name);
    if (link === undefined) throw new Error(`no link ${name}`);
    return link;
  }

  /** Where `from` dials `to`. */
  portOf = (from: number, to: number): number => this.#must(`${from}-${to}`).port;

  #accept(name: string, near: Socket, target: number): void {
    const link = this.#must(name);
    if (link.state === "cut") {
      near.destroy();
      return;
    }
    const far = connect(target, "127.0.0.1");
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      link.sockets.add(from);
      from.setNoDelay(true);
      from.on("error", () => {});
      from.on("close", () => {
        link.sockets.delete(from);
        to.destroy();
      });
      this.#pass(link, from, to);
    }
  }

  /** Passes parts on in order, each when its delay is over and the link is open. */
  #pass(link: Link, from: Socket, to: Socket): void {
    let last: Promise<void> = Promise.resolve();
    from.on("data", (part) => {
      from.pause();
      const due = performance.now() + this.#delay();
      const before = last;
      last = (async () => {
        await before;
        const left = due - performance.now();
        if (left > 1) await new Promise((resolve) => setTimeout(resolve, left));
        while (link.state === "stalled") await new Promise<void>((resolve) => link.waiting.add(resolve));
        if (!to.destroyed) to.write(part);
      })();
      // Several parts are on their way at once, as on a wire; a stalled link takes no more.
      if (link.state !== "stalled") from.resume();
      else void last.then(() => from.resume());
    });
  }

  #delay(): number {
    const { delayMs, loss } = this.#quality;
    let delay = delayMs;
    let resend = RESEND_MS;
    for (let tries = 0; loss > 0 && tries < MOST_RESENDS && this.#random() < loss; tries++, resend *= 2)
      delay += resend;
    return delay;
  }

  /** Of all links, from now on. */
  quality(quality: LinkQuality): void {
    this.#quality = quality;
  }

  /** The state of every link between a place of `group` and one outside of it. */
  part(group: readonly number[], state: LinkState): void {
    for (const [name, link] of this.#links) {
      const [from, to] = name.split("-").map(Number) as [number, number];
      if (group.includes(from) !== group.includes(to)) set(link, state);
    }
  }

  /** All links as on the first day. Connections that were cut are made again by the peers. */
  heal(): void {
    this.#quality = PERFECT;
    for (const link of this.#links.values()) set(link, "open");
  }

  close(): void {
    for (const link of this.#links.values()) {
      set(link, "cut");
      link.server.close();
    }
  }
}

function set(link: Link, state: LinkState): void {
  link.state = state;
  for (const wake of link.waiting) wake();
  link.waiting.clear();
  if (state === "cut") for (const socket of link.sockets) socket.destroy();
}
