// SPDX-License-Identifier: Apache-2.0
/**
 * Sotto's application behind ABCI as in a node, in this thread: the server, the handlers, the
 * follower, the block log and the enclave. It stops after each commit until it may go on.
 */
import { join } from "node:path";
import { type AbciHandlers, createAbciServer } from "@sotto/abci";
import { type ChainGenesis, genesisSet, openBlockLog } from "@sotto/blocks";
import { equals, toHex } from "@sotto/bytes";
import { blockSources, cometFiles, rpcSource, storeSource } from "@sotto/cometbft";
import type { ValidatorUpdate } from "@sotto/kernel";
import { createFollowing, engineHandlers, type Following, logSource } from "@sotto/node/engine";
import { createFollower } from "@sotto/sequencer";
import { type Listeners, type Ran, VectorApp } from "../opened.ts";
import type { ReplayedChain } from "../program.ts";
import type { ScriptBlock, SdkVector } from "../vector.ts";
import { finalizedOf } from "./answers.ts";

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

export interface ServedParts {
  readonly vector: SdkVector;
  readonly replayed: ReplayedChain;
  readonly listeners: Listeners;
  readonly genesis: ChainGenesis;
  /** Those that sign the first block. */
  readonly validators: readonly ValidatorUpdate[];
  readonly form: "socket" | "grpc";
  /** Folder of the CometBFT whose block store is read, and its RPC. */
  readonly home: () => string;
  readonly rpc: () => string;
}

const NOT_SERVED = { code: 1, codespace: "node", log: "a replay checks no transactions" };

export class ServedApp {
  readonly opened: VectorApp;
  #address = "";
  #close: (() => Promise<void>)[] = [];
  #arrived = handed<Ran | undefined>();
  #allowed = handed<void>();
  #failure: unknown;
  #block: ScriptBlock | undefined;

  private constructor({ vector, replayed, listeners, validators }: ServedParts) {
    this.opened = new VectorApp(vector, replayed, listeners, genesisSet(validators));
    this.#close.push(async () => this.opened.close());
  }

  static async open(parts: ServedParts): Promise<ServedApp> {
    const served = new ServedApp(parts);
    await served.#listen(parts);
    return served;
  }

  /** In the form of `createAbciServer`. */
  get address(): string {
    return this.#address;
  }

  async #listen({ genesis, form, home, rpc }: ServedParts): Promise<void> {
    const log = openBlockLog({ path: join(home(), "node-blocks"), noSync: true });
    this.#close.push(async () => log.close());
    const { app } = this.opened;
    const following = createFollowing({
      ...{ app, log, genesis, follower: createFollower({ app, log, genesis }) },
      receive: () => {},
      executing: (_txs, run) => run(),
      beginning: (run) => run(),
      retainHeight: () => 0,
    });
    const server = await createAbciServer({
      handlers: this.#handlers(following, home, rpc),
      listen: `${form === "grpc" ? "grpc" : "tcp"}://127.0.0.1:0`,
      onFault: (fault) => this.fail(fault),
    });
    this.#address = server.address;
    this.#close.push(() => server.close());
  }

  #handlers(following: Following, home: () => string, rpc: () => string): AbciHandlers {
    let response: Uint8Array = new Uint8Array(0);
    const own: Following = {
      ...following,
      finalize: (request) => {
        if (this.#block === undefined) throw new Error("CometBFT sends more blocks than the script has");
        this.opened.prepare(this.#block);
        const done = following.finalize(request);
        response = done.response;
        return done;
      },
    };
    type Calls = Parameters<typeof logSource>[0];
    const call: Calls["call"] = async (method, ...args) => (own[method] as (...given: typeof args) => never)(...args);
    const follow: Calls = { call, callWith: (_transfer, method, ...args) => call(method, ...args) };
    const blocks = blockSources([logSource(follow), rpcSource(rpc()), storeSource(cometFiles(home()).blockStore)]);
    this.#close.push(() => blocks.release());
    const handlers = engineHandlers({
      ...{ version: "replay", follow, blocks, height: 0, appHash: new Uint8Array(0) },
      snapshots: { list: async () => [], chunk: async () => new Uint8Array(0), committed: async () => {} },
      stateSync: { offer: async () => refuse(), apply: async () => refuse() },
      ready: {
        now: {
          checkTx: async () => refuse(),
          recheck: async () => refuse(),
          takeVerdicts: async () => [],
          abciQuery: async (request) => this.opened.queries.query(request),
        },
      },
      onCommit: () => this.#stop(this.#ran(response)),
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

  /** What the answer to FinalizeBlock says, and what the commit wrote. */
  #ran(response: Uint8Array): Ran {
    const result = finalizedOf(response);
    const ran = this.opened.ran(result);
    if (!equals(result.appHash, ran.appHash))
      throw new Error(`answered application hash ${toHex(result.appHash)}, committed ${toHex(ran.appHash)}`);
    return ran;
  }

  async #stop(ran: Ran | undefined): Promise<void> {
    this.#allowed = handed();
    this.#arrived.give(ran);
    await this.#allowed.taken;
  }

  /** Waits for InitChain, or, after `go`, for the commit of its block. */
  async arrival(): Promise<Ran | undefined> {
    return this.#arrived.taken;
  }

  /** CometBFT gets its answer, and may send `block`; undefined: the script is over. */
  go(block: ScriptBlock | undefined): void {
    this.#block = block;
    this.#arrived = handed();
    if (this.#failure !== undefined) this.#arrived.fail(this.#failure);
    this.#allowed.give();
  }

  /** The first failure ends the wait for an arrival. */
  fail(failure: unknown): void {
    this.#failure ??= failure;
    this.#arrived.fail(this.#failure);
  }

  get failure(): unknown {
    return this.#failure;
  }

  async close(): Promise<void> {
    this.#allowed.give();
    for (const close of this.#close.reverse()) await close();
  }
}

function refuse(): never {
  throw new Error("a replay restores no snapshot and checks no transaction");
}
