// SPDX-License-Identifier: Apache-2.0
import { createRest, createRoutes, type Rest } from "@sotto/api";
import { fromTime } from "@sotto/blocks";
import { toHex, toLatin1, toUtf8 } from "@sotto/bytes";
import { decode } from "@sotto/codec";
import { sha256Latin1 } from "@sotto/crypto";
import { ChainError } from "@sotto/errors";
import type { TxResult } from "@sotto/kernel";
import { decryptError, decryptOutput, findQueryError } from "@sotto/message";
import { Query as AuthQuery, BaseAccountSchema } from "@sotto/proto/cosmos.auth.v1beta1";
import { Query as BankQuery } from "@sotto/proto/cosmos.bank.v1beta1";
import { Query as ComputeQuery } from "@sotto/proto/secret.compute.v1beta1";
import type { Channel } from "@sotto/protocol";
import { MemoryDisk, type MemoryMark } from "@sotto/store";
import { accountNamed, assertFree, type DevAccount, signerOf } from "./accounts.ts";
import { Actor, type PreparedMessage, type RunOptions } from "./actor.ts";
import { addressOf, assertContract, assertHeight, assertKnown, type ContractRef, jsonOf } from "./arguments.ts";
import { type DevEnclave, openDevEnclave } from "./enclave/channel.ts";
import { DevChainError, ExecutionFailed, QueryFailed } from "./errors.ts";
import { type Execution, executionOf, type SentTx } from "./execution.ts";
import { failureText, queryFailureText } from "./failure.ts";
import { GasReport, type GasRow } from "./gas.ts";
import { listen } from "./network.ts";
import { FUNDS, type Opening, openingOf, SECOND } from "./opening.ts";
import { type CheckedOptions, checkOptions, type DevChainOptions } from "./options.ts";
import { ask } from "./parts/application.ts";
import { Client } from "./parts/client.ts";
import { listeningStore } from "./parts/listening.ts";
import { type OpenNode, openNode } from "./parts/node.ts";
import { signTx } from "./parts/signing.ts";
import { DROPPED, ended, REFUSED } from "./refused.ts";
import { assertMoment, parseDuration, parseMoment } from "./time.ts";
import { type ChainObserver, Watch } from "./watch.ts";

/** Numbers of an account for its next transaction. */
interface Numbers {
  readonly accountNumber: bigint;
  sequence: bigint;
}

/** A transaction of an actor that waits for its block. */
interface Waiting {
  readonly address: string;
  readonly tx: SentTx;
  settle(result: TxResult, height: number, debug: readonly string[]): void;
}

const MS = 1_000_000n;

/** A moment of a chain, for `revert`. */
export interface ChainSnapshot {
  /** URL of the chain. */
  readonly chain: string;
  readonly height: number;
}

interface KeptMoment {
  readonly mark: MemoryMark;
  readonly nonces: number;
  readonly labels: number;
  readonly funded: ReadonlySet<string>;
}

/** The clock of a chain: the time of its next block. */
export interface ChainTime {
  now(): Date;
  /**
   * Moves the time forward, by seconds or a text as "3 days". It makes an empty block, because a
   * block's time is agreed on with the block before it.
   */
  advance(duration: string | number): void;
  /** Moves the time of the next block to a moment that is not before `now`. */
  set(moment: Date): void;
}

/** A chain in this process: the real application, enclave code and engine, in memory. */
export class DevChain {
  readonly chainId: string;
  /** Answers secret.js and `fetch` of this process as a node's REST endpoint does. */
  readonly url: string;
  readonly time: ChainTime;
  readonly #options: CheckedOptions;
  readonly #opening: Opening;
  readonly #enclave: DevEnclave;
  readonly #endpoint: { close(): void };
  readonly #client: Client;
  readonly #actors = new Map<string, Actor>();
  readonly #waiting = new Map<string, Waiting>();
  readonly #numbers = new Map<string, Numbers>();
  readonly #labels = new Map<string, string>();
  readonly #gas = new GasReport();
  readonly #watch = new Watch();
  readonly #disk = new MemoryDisk();
  /** Stands between the node and its enclave. */
  #host: Channel | undefined;
  readonly #snapshots = new WeakMap<ChainSnapshot, KeptMoment>();
  #funded: ReadonlySet<string>;
  #node: OpenNode;
  #rest: Rest | undefined;
  #nonces = 0;
  #nextLabel = 1;
  /** Debug texts of the running transaction or query. */
  #texts: string[] = [];
  /** Those of a block's transactions, by their place. */
  #ofTxs: string[][] = [];
  #closed = false;

  /** Takes below 150 ms in a process that made one before. Throws DevChainError for bad options. */
  static async create(options: DevChainOptions = {}): Promise<DevChain> {
    return new DevChain(checkOptions(options));
  }

  private constructor(options: CheckedOptions) {
    this.#options = options;
    this.chainId = options.chainId;
    // First: its thread loads its code while this one prepares the rest.
    this.#enclave = openDevEnclave((text) => this.#texts.push(text));
    this.#opening = openingOf(options);
    this.#funded = this.#opening.funded;
    this.#node = this.#open();
    this.#client = new Client(
      `contract-test ${options.seed}`,
      this.#node.chain.started.ioPublicKey,
      () => this.#nonces++,
    );
    this.time = {
      now: () => new Date(Number(this.#node.chain.sequencer.nextTime / MS)),
      advance: (duration) => this.#moveTo(this.time.now().getTime() + parseDuration(duration)),
      set: (moment) => this.#moveTo(parseMoment(moment)),
    };
    const endpoint = listen((request) => this.#mustRest()(request));
    this.#endpoint = endpoint;
    this.url = endpoint.url;
    this.#produce([], this.#opening.begin);
  }

  get #boundary(): Channel {
    return this.#watch.channel(this.#enclave.channel);
  }

  #open(): OpenNode {
    const boundary = this.#boundary;
    const { genesis, validator, secret } = this.#opening;
    return openNode({
      genesis,
      key: validator,
      memory: this.#disk,
      seed: secret,
      channel: { call: (request, serve) => (this.#host ?? boundary).call(request, serve) },
      wrapStore: (store) => listeningStore(store, (changes) => this.#watch.heard(changes)),
      ...this.#options.node,
      sharesVerdicts: true,
      onTransaction: (index) => {
        this.#texts = [];
        this.#ofTxs[index] = this.#texts;
      },
    });
  }

  /** Height of the last block. */
  get height(): number {
    return this.#node.chain.sequencer.height;
  }

  /** Of the state after the last block, upper case hex. */
  get appHash(): string {
    return toHex(this.#node.chain.sequencer.appHash).toUpperCase();
  }

  /**
   * An account with funds. A name that is not `a` to `d`, `alice`, `bob` ... or in the options gets
   * its funds now, in a block of its own.
   */
  account(name: string): DevAccount {
    return this.#actor(name).account;
  }

  /** The actor that signs with an account of this chain, or with one that the caller made. */
  as(account: DevAccount | string): Actor {
    if (typeof account === "string") return this.#actor(account);
    if (typeof account?.address !== "string")
      throw new DevChainError('chain.as takes an account: chain.as(chain.account("alice")) or chain.as("alice")');
    const own = this.#actors.get(account.name);
    return own?.address === account.address ? this.#actor(account.name) : this.#actorOf(account);
  }

  #actor(name: string): Actor {
    this.#assertOpen();
    assertFree(name);
    const known = this.#actors.get(name);
    const actor = known ?? this.#actorOf(accountNamed(this.#options.seed, name));
    this.#actors.set(name, actor);
    if (!this.#funded.has(name)) this.#fund(actor.account);
    return actor;
  }

  #actorOf(account: DevAccount): Actor {
    return new Actor(
      {
        chainId: this.chainId,
        client: this.#client,
        nextLabel: () => this.#nextLabel++,
        noteContract: (contract) => this.#labels.set(contract.address, contract.label),
        submit: (by, messages, options) => this.#submit(by, messages, options),
      },
      account,
    );
  }

  #fund({ name, address }: DevAccount): void {
    const { faucet } = this.#opening;
    this.#funded = new Set([...this.#funded, name]);
    const actor = this.#actorOf(faucet);
    const messages = [actor.prepare({ to: address, coins: [FUNDS] })];
    const tx = this.#sign(faucet, messages, { gas: 200_000 });
    this.#produce([tx.bytes]);
    this.#numbers.delete(faucet.address);
  }

  /** The balance of an account or a contract. */
  balance(of: string | { readonly address: string }, denom = "uscrt"): bigint {
    this.#assertOpen();
    const address = addressOf(of);
    const { balance } = ask(this.#node.queries, BankQuery.method.balance, { address, denom });
    return BigInt(balance?.amount ?? "0");
  }

  /**
   * Asks a contract, as any client can. Rejects with QueryFailed. `height`: an earlier block, whose
   * state the query reads.
   */
  async query<T = unknown>(
    contract: ContractRef,
    msg: unknown,
    options: { readonly height?: number } = {},
  ): Promise<T> {
    this.#assertOpen();
    const { height = 0 } = options;
    assertContract(contract);
    assertKnown(options, ["height"]);
    assertHeight(height, this.height);
    const { wire, key } = this.#client.encryptText(contract.codeHash, jsonOf(msg));
    this.#texts = [];
    const asked = { contractAddress: contract.address, query: wire };
    try {
      const { data } = ask(this.#node.queries, ComputeQuery.method.querySecretContract, asked, height);
      return JSON.parse(toUtf8(decryptOutput(key, data) ?? data) ?? "") as T; // the caller names the type
    } catch (thrown) {
      if (!(thrown instanceof ChainError)) throw thrown;
      const found = findQueryError(thrown.message);
      const plain = found && decryptError(key, found);
      const error = (plain && toUtf8(plain)) ?? thrown.message;
      throw new QueryFailed(queryFailureText(msg, error, this.#texts), error, this.#texts);
    }
  }

  /** Makes blocks: with `blocks: "manual"` the first ones take the waiting transactions. */
  mine(n = 1): number {
    this.#assertOpen();
    if (!Number.isSafeInteger(n) || n < 1) throw new DevChainError(`mine(${n}): give a whole number of blocks above 0`);
    for (let i = 0; i < n; i++) this.#produce();
    return this.height;
  }

  /** One block of signed transactions, without the check of the mempool. Returns their results. */
  deliver(txs: readonly Uint8Array[]): readonly TxResult[] {
    this.#assertOpen();
    if (!Array.isArray(txs) || !txs.every((tx) => tx instanceof Uint8Array))
      throw new DevChainError("deliver takes a list of signed transactions, each as bytes");
    this.#numbers.clear();
    return this.#produce(txs);
  }

  /** Transactions that wait for a block. */
  get pending(): number {
    return this.#node.pool().size;
  }

  /** Shows an observer all that happens from now on. Returns the function that ends it. */
  watch(observer: ChainObserver): () => void {
    this.#assertOpen();
    return this.#watch.add(observer);
  }

  /**
   * Puts a host of the test between the node and its enclave; the watch sees its frames. Returns
   * the function that ends it. Throws DevChainError while there is one.
   */
  interpose(host: (enclave: Channel) => Channel): () => void {
    this.#assertOpen();
    if (this.#host !== undefined) throw new DevChainError("a host is in place already: end it before the next one");
    this.#host = host(this.#boundary);
    return () => {
      this.#host = undefined;
    };
  }

  /** A row of the state after a block, encrypted if it is a contract's. Throws StoreError. */
  rowAt(height: number, store: string, key: Uint8Array): Uint8Array | undefined {
    this.#assertOpen();
    const snapshot = this.#node.chain.store.snapshot(height);
    try {
      return snapshot.store(store).get(key);
    } finally {
      snapshot.close();
    }
  }

  /** Gas of the actors' transactions so far, by contract and message; also of reverted ones. */
  gasReport(): GasRow[] {
    return this.#gas.rows();
  }

  /**
   * A mark of this moment: blocks, state, index, time and the enclave. Cost: none. Throws
   * DevChainError while transactions wait for a block.
   */
  snapshot(): ChainSnapshot {
    this.#assertOpen();
    if (this.pending > 0)
      throw new DevChainError(`${this.pending} transactions wait for a block: mine() before a snapshot`);
    const { height } = this;
    const kept = { mark: this.#disk.mark(), nonces: this.#nonces, labels: this.#nextLabel, funded: this.#funded };
    const snapshot = Object.freeze({ chain: this.url, height });
    this.#snapshots.set(snapshot, kept);
    return snapshot;
  }

  /**
   * Back to a snapshot of this chain, as a node that starts with the state of that moment. It may
   * be repeated; snapshots that were taken later end. Transactions that wait are refused. Cost:
   * below 5 ms, independent of the number of rows. Throws DevChainError.
   */
  revert(snapshot: ChainSnapshot): void {
    this.#assertOpen();
    const kept = this.#snapshots.get(snapshot);
    if (kept === undefined) {
      const chain = snapshot?.chain ?? this.url;
      const from = chain === this.url ? "an unknown snapshot" : "a snapshot of another chain";
      throw new DevChainError(`this is ${from}: give what snapshot() of this chain returned`);
    }
    if (!this.#disk.has(kept.mark))
      throw new DevChainError("this snapshot was taken after one to which the chain was reverted: take it again");
    this.#node.close();
    this.#disk.revert(kept.mark);
    this.#refuseWaiting("reverted");
    this.#numbers.clear();
    this.#rest = undefined;
    this.#nonces = kept.nonces;
    this.#nextLabel = kept.labels;
    this.#funded = kept.funded;
    this.#node = this.#open();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#refuseWaiting("closed");
    this.#endpoint.close();
    this.#node.close();
    this.#enclave.close();
  }

  #refuseWaiting(how: string): void {
    for (const waiting of this.#waiting.values()) waiting.settle(ended(how), 0, []);
    this.#waiting.clear();
  }

  #assertOpen(): void {
    if (this.#closed) throw new DevChainError("the chain is closed: make another with DevChain.create()");
  }

  #moveTo(ms: number): void {
    this.#assertOpen();
    const now = this.time.now().getTime();
    if (ms < now) {
      const [asked, is] = [new Date(ms), new Date(now)].map((date) => date.toISOString());
      throw new DevChainError(`time never goes backwards: the next block is at ${is}, which is after ${asked}`);
    }
    assertMoment(ms, `${ms / 1_000} seconds since 1970`);
    if (ms > now) this.#produce([], BigInt(ms) * MS);
  }

  #sign(by: DevAccount, messages: readonly PreparedMessage[], options: RunOptions & { gas: number }): SentTx {
    const { gas, memo = "" } = options;
    const { accountNumber, sequence } = this.#numbersOf(by.address);
    const price = this.#options.gasPrice;
    const amount = price && (price.perMillion * BigInt(gas) + 999_999n) / 1_000_000n;
    const bytes = signTx({
      chainId: this.chainId,
      messages: messages.map(({ packed }) => packed),
      signers: [{ by: signerOf(by), accountNumber, sequence }],
      gas: BigInt(gas),
      fee: price === undefined ? [] : [{ denom: price.denom, amount: String(amount) }],
      memo,
    });
    return { bytes, keys: messages.map(({ key }) => key) };
  }

  #numbersOf(address: string): Numbers {
    const known = this.#numbers.get(address);
    if (known !== undefined) return known;
    const { account } = this.#found(address);
    const { accountNumber, sequence } = decode(BaseAccountSchema, account?.value ?? new Uint8Array(0));
    const waiting = [...this.#waiting.values()].filter((each) => each.address === address).length;
    const numbers = { accountNumber, sequence: sequence + BigInt(waiting) };
    this.#numbers.set(address, numbers);
    return numbers;
  }

  #found(address: string) {
    try {
      return ask(this.#node.queries, AuthQuery.method.account, { address });
    } catch (thrown) {
      if (!(thrown instanceof ChainError)) throw thrown;
      throw new DevChainError(
        `this chain does not know the account ${address}: send coins to it first, or take chain.as("a name")`,
      );
    }
  }

  async #submit(
    by: DevAccount,
    messages: readonly PreparedMessage[],
    options: RunOptions & { gas: number },
  ): Promise<Execution> {
    this.#assertOpen();
    // After a revert to a moment before its funds.
    if (this.#actors.get(by.name)?.address === by.address && !this.#funded.has(by.name)) this.#fund(by);
    const tx = this.#sign(by, messages, options);
    const added = this.#node.pool().add(tx.bytes);
    if (added.result === undefined || added.result.code !== 0) {
      this.#numbers.delete(by.address);
      const result = added.result ?? { ...REFUSED, log: added.refused ?? "", gasWanted: BigInt(options.gas) };
      return this.#finish(messages, options, executionOf(tx, result, 0, []));
    }
    this.#numbersOf(by.address).sequence++;
    const settled = new Promise<Execution>((resolve) => {
      const settle: Waiting["settle"] = (...parts) => resolve(executionOf(tx, ...parts));
      this.#waiting.set(toLatin1(added.hash), { address: by.address, tx, settle });
    });
    if (this.#options.blocks === "automatic") this.#produce();
    return this.#finish(messages, options, await settled);
  }

  #finish(messages: readonly PreparedMessage[], options: RunOptions, execution: Execution): Execution {
    const name = messages.map((each) => each.name).join(" + ");
    const labels = new Set(messages.flatMap(({ address }) => (address === undefined ? [] : [this.#labelOf(address)])));
    const contract = [...labels].join(" + ");
    this.#gas.add(contract, name, execution.ok, execution.gasUsed);
    if (execution.ok || options.mayFail === true) return execution;
    const what = contract === "" ? name : `${name} of ${contract}`;
    throw new ExecutionFailed(failureText(what, execution), execution);
  }

  #labelOf(address: string): string {
    return this.#labels.get(address) ?? address;
  }

  #produce(txs?: readonly Uint8Array[], now = this.#node.chain.sequencer.nextTime + SECOND): readonly TxResult[] {
    this.#ofTxs = [];
    const done = this.#node.produce(txs, now);
    const { block, result } = done;
    const { height, time } = block.header;
    const { txResults } = result;
    const isWaited = this.#waiting.size > 0;
    txResults.forEach((each, i) => {
      if (!isWaited) return;
      const hash = sha256Latin1(block.txs[i] as Uint8Array);
      const waiting = this.#waiting.get(hash);
      if (waiting === undefined) return;
      this.#waiting.delete(hash);
      if (each.code !== 0) this.#numbers.delete(waiting.address);
      waiting.settle(each, height, this.#ofTxs[i] ?? []);
    });
    for (const [hash, waiting] of this.#waiting) {
      if (this.#node.pool().get(hash) !== undefined) continue;
      this.#waiting.delete(hash);
      this.#numbers.delete(waiting.address);
      waiting.settle(DROPPED, 0, []);
    }
    this.#watch.produced(done, fromTime(time));
    // Behind the chain's own transactions.
    return txs === undefined ? txResults : txResults.slice(block.txs.length - txs.length);
  }

  #mustRest(): Rest {
    this.#assertOpen();
    const { backend } = this.#node;
    const broadcast: typeof backend.broadcast = async (tx) => {
      const added = await backend.broadcast(tx);
      this.#numbers.clear();
      if (added.result?.code === 0 && this.#options.blocks === "automatic") this.#produce();
      return added;
    };
    const own = { ...backend, broadcast };
    this.#rest ??= createRest(own, createRoutes(own));
    return this.#rest;
  }
}
