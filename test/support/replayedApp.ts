// SPDX-License-Identifier: Apache-2.0
/**
 * An application behind ABCI as in a node, for a CometBFT that replays a stored chain: the server,
 * the handlers, the follower and the block log, in this thread. It stops after each commit until it
 * may go on.
 */
import { join } from "node:path";
import { type AbciHandlers, createAbciServer } from "@sotto/abci";
import type { ChainQueries } from "@sotto/app";
import { type ChainGenesis, openBlockLog } from "@sotto/blocks";
import { blockSources, cometFiles, rpcSource, storeSource } from "@sotto/cometbft";
import type { NetworkApplication } from "@sotto/kernel";
import { createFollowing, engineHandlers, type Following, logSource } from "@sotto/node/engine";
import { createFollower } from "@sotto/sequencer";

/** A value that one side gives and the other waits for. */
interface Handed<T> {
  readonly taken: Promise<T>;
  give(value: T): void;
  fail(error: unknown): void;
}

function handed<T>(): Handed<T> {
  let [give, fail]: [(value: T) => void, (error: unknown) => void] = [() => {}, () => {}];
  const taken = new Promise<T>((resolve, reject) => {
    [give, fail] = [resolve, reject];
  });
  // A failure may come while nobody waits.
  taken.catch(() => {});
  return { taken, give, fail };
}

/** The CometBFT that sends the blocks. */
interface Sender {
  /** Its folder, in which the node's block log is, too. */
  readonly home: string;
  /** A listener of its RPC. */
  readonly socket: string;
}

export interface ReplayedParts {
  /** Without a block. */
  readonly app: NetworkApplication;
  readonly queries: Pick<ChainQueries, "query">;
  readonly genesis: ChainGenesis;
  readonly form: "socket" | "grpc";
  readonly sender: Sender;
}

const NOT_SERVED = { code: 1, codespace: "node", log: "a replay checks no transactions" };

export class ReplayedApp {
  #address = "";
  readonly #parts: ReplayedParts;
  readonly #closers: (() => Promise<void>)[] = [];
  #arrived = handed<Uint8Array | undefined>();
  #allowed = handed<void>();
  #failure: unknown;
  #prepare: (() => void) | undefined;

  private constructor(parts: ReplayedParts) {
    this.#parts = parts;
  }

  static async open(parts: ReplayedParts): Promise<ReplayedApp> {
    const opened = new ReplayedApp(parts);
    await opened.#listen(parts);
    return opened;
  }

  /** In the form of `createAbciServer`. */
  get address(): string {
    return this.#address;
  }

  async #listen({ app, genesis, form, sender }: ReplayedParts): Promise<void> {
    const log = openBlockLog({ path: join(sender.home, "node-blocks"), noSync: true });
    this.#closers.push(async () => log.close());
    const following = createFollowing({
      ...{ app, log, genesis, follower: createFollower({ app, log, genesis }) },
      receive: () => {},
      executing: (_txs, run) => run(),
      beginning: (run) => run(),
      retainHeight: () => 0,
    });
    const server = await createAbciServer({
      handlers: this.#handlers(following),
      listen: `${form === "grpc" ? "grpc" : "tcp"}://127.0.0.1:0`,
      onFault: (fault) => this.fail(fault),
    });
    this.#address = server.address;
    this.#closers.push(() => server.close());
  }

  #handlers(following: Following): AbciHandlers {
    const { queries, sender } = this.#parts;
    let response: Uint8Array = new Uint8Array(0);
    const own: Following = {
      ...following,
      finalize: (request) => {
        if (this.#prepare === undefined) throw new Error("CometBFT sends more blocks than the chain has");
        this.#prepare();
        const done = following.finalize(request);
        if (done === undefined) throw new Error("the enclave of the replay has no keys");
        if (!("refused" in done)) response = done.response;
        return done;
      },
    };
    type Calls = Parameters<typeof logSource>[0];
    const call: Calls["call"] = async (method, ...args) => (own[method] as (...given: typeof args) => never)(...args);
    const follow: Calls = { call, callWith: (_transfer, method, ...args) => call(method, ...args) };
    const blocks = blockSources([
      logSource(follow),
      rpcSource(sender.socket),
      storeSource(cometFiles(sender.home).blockStore),
    ]);
    this.#closers.push(() => blocks.close());
    const handlers = engineHandlers({
      ...{ version: "replay", follow, blocks, height: 0, appHash: new Uint8Array(0) },
      snapshots: { list: async () => [], chunk: async () => new Uint8Array(0), committed: async () => {} },
      stateSync: { offer: async () => refuse(), apply: async () => refuse(), close: () => {} },
      ready: {
        now: {
          checkTx: async () => refuse(),
          recheck: async () => refuse(),
          takeVerdicts: async () => [],
          abciQuery: async (request) => queries.query(request),
        },
      },
      onCommit: () => this.#stop(response),
    });
    return {
      ...handlers,
      checkTx: () => NOT_SERVED,
      initChain: async (request) => {
        const begun = await handlers.initChain(request);
        await this.#stop(undefined);
        return begun;
      },
    };
  }

  async #stop(response: Uint8Array | undefined): Promise<void> {
    this.#allowed = handed();
    this.#arrived.give(response);
    await this.#allowed.taken;
  }

  /**
   * Waits for the end of InitChain, or, after `go`, for the commit of a block. Returns the answer
   * to its FinalizeBlock (tendermint.abci.ResponseFinalizeBlock).
   */
  arrival(): Promise<Uint8Array | undefined> {
    return this.#arrived.taken;
  }

  /** CometBFT may go on. `prepare` runs before the next block; undefined: there is none. */
  go(prepare: (() => void) | undefined): void {
    this.#prepare = prepare;
    this.#arrived = handed();
    if (this.#failure !== undefined) this.#arrived.fail(this.#failure);
    this.#allowed.give();
  }

  /** Ends the wait for an arrival; the first failure counts. */
  fail(failure: unknown): void {
    this.#failure ??= failure;
    this.#arrived.fail(this.#failure);
  }

  /** Leaves the application open. */
  async close(): Promise<void> {
    this.#allowed.give();
    for (const close of this.#closers.reverse()) await close();
  }
}

function refuse(): never {
  throw new Error("a replay restores no snapshot and checks no transaction");
}
