// SPDX-License-Identifier: Apache-2.0
import { setTimeout as sleep } from "node:timers/promises";
import { withHonest } from "@sotto/cometbft";
import { EnvironmentFault } from "@sotto/errors";
import { forgetWaiting } from "../enclaveKeys.ts";
import type { FollowHandlers } from "../threads/follow.ts";
import type { Calls } from "../threads/port.ts";
import { type HeadersOptions, headersOf } from "./headers.ts";

/** Pause between looks at the folder. */
const LOOK_MS = 500;

export interface KeyWaitOptions extends HeadersOptions {
  readonly follow: Calls<FollowHandlers>;
  readonly hasKeys: boolean;
  /** Folder of the node. */
  readonly home: string;
  /** For metrics. */
  readonly onChange: (hasKeys: boolean) => void;
}

const GET_KEYS =
  "run sotto enclave create --home HOME, send its certificate in a transaction, and run sotto enclave receive --home HOME --from URL; the node takes the keys while it runs";

/**
 * The keys that a node without any waits for. The command `sotto enclave receive` puts them into
 * the folder of the running node.
 */
export class KeyWait {
  readonly #options: KeyWaitOptions;
  #hasKeys: boolean;
  /** What waits for them. */
  #held: string | undefined;
  /** Why keys that came are not used. */
  #fault: string | undefined;
  readonly #stopping = new AbortController();
  readonly #waiting: (() => void)[] = [];

  constructor(options: KeyWaitOptions) {
    this.#options = options;
    this.#hasKeys = options.hasKeys;
    options.onChange(this.#hasKeys);
    if (this.#hasKeys) return;
    options.log.warn(`the enclave has no keys of the network: the node answers no private queries; ${GET_KEYS}`);
    void this.#look();
  }

  /** Why the node does not serve everything; undefined: it has keys. */
  get reason(): string | undefined {
    if (this.#hasKeys) return undefined;
    const held = this.#held === undefined ? "" : `, and ${this.#held} waits for them`;
    return this.#fault ?? `the enclave has no keys of the network${held}: ${GET_KEYS}`;
  }

  /** Whether CometBFT waits for an answer, and so opens no RPC while it starts. */
  get isHolding(): boolean {
    return this.#held !== undefined;
  }

  /**
   * Resolves when the enclave has keys. `what`: a noun. Never settles when the node stops before:
   * CometBFT gets no answer then, and ends with its connection.
   */
  until(what: string): Promise<void> {
    if (this.#hasKeys) return Promise.resolve();
    if (this.#held !== what) this.#options.log.warn(`${what} waits for the keys of the network`);
    this.#held = what;
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** A block is durable; with keys it has the enclave's sealed state beside it. */
  committed(): void {
    if (this.#hasKeys) forgetWaiting(this.#options.home);
  }

  stop(): void {
    this.#stopping.abort();
  }

  async #look(): Promise<void> {
    const { follow, log, onChange } = this.#options;
    while (!this.#stopping.signal.aborted && !this.#hasKeys) {
      try {
        const { canLoad, height, isWhole } = await follow.call("waiting");
        if (canLoad) {
          const steps = isWhole || height === 0 ? undefined : await this.#path(height);
          this.#hasKeys = await follow.call("loadKeys", height, steps);
        }
        this.#fault = undefined;
      } catch (thrown) {
        this.#failed(thrown);
      }
      if (!this.#hasKeys) await sleep(LOOK_MS);
    }
    if (!this.#hasKeys) return;
    onChange(true);
    this.#held = undefined;
    log.warn("the enclave has the keys of the network now");
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #failed(thrown: unknown): void {
    const text = `the keys that the node received are not used: ${thrown instanceof Error ? thrown.message : thrown}`;
    if (!this.#stopping.signal.aborted && text !== this.#fault) this.#options.log.error(text);
    this.#fault = text;
  }

  /** The way from the genesis to a state that a state sync restored. */
  async #path(height: number) {
    if (this.#options.others.length === 0) {
      throw new EnvironmentFault(
        "the state was restored, and the enclave must follow the headers to it: name RPC servers of other nodes with --comet-others URL URL",
      );
    }
    const { servers, path } = headersOf(this.#options, this.#stopping.signal);
    return withHonest(servers, (blocks) => path(blocks, height));
  }
}
