// SPDX-License-Identifier: Apache-2.0
/** A durable chain in this process with a token, for private transfers; no threads, no sockets. */
import { fromUtf8 } from "@sotto/bytes";
import {
  type Account,
  account,
  ask,
  Client,
  executeMessage,
  instantiateMessage,
  type OpenSequenced,
  openSequenced,
  type Packed,
  responseOf,
  signTx,
  storeMessage,
} from "@sotto/contract-test/parts";
import { Ed25519Key, sha256 } from "@sotto/crypto";
import type { TxResult } from "@sotto/kernel";
import { localGenesis } from "@sotto/local";
import { Query as AuthQuery } from "@sotto/proto/cosmos.auth.v1beta1";
import { MsgInstantiateContractResponseSchema, MsgStoreCodeResponseSchema } from "@sotto/proto/secret.compute.v1beta1";
import type { Changes, StateStore } from "@sotto/store";
import { hashOf, wasm } from "../../test/support/wasm.ts";

const CHAIN_ID = "secretdev-1";
const GENESIS_NS = 1_700_000_000_123_456_789n;
const SECOND = 1_000_000_000n;

interface Sender {
  readonly by: Account;
  readonly client: Client;
  readonly accountNumber: bigint;
  sequence: bigint;
}

export class TransferChain {
  /** Milliseconds of the parts of the last block. */
  readonly spent = new Map<string, number>();
  readonly #opened: OpenSequenced;
  readonly #senders: readonly Sender[];
  readonly #codeHash = hashOf(wasm.token);
  readonly #token: string;
  #now = GENESIS_NS;
  #started = 0;
  #filler: ((changes: Changes) => Changes) | undefined;

  /** `believesRows`: the enclave takes rows without proofs. */
  constructor(folder: string, senders: number, believesRows = false) {
    const key = new Ed25519Key(sha256(fromUtf8("bench validator")));
    const accounts = Array.from({ length: senders }, (_, i) => account(`sender ${i}`));
    const funded = accounts.map(({ address }) => address);
    let mark = 0;
    this.#opened = openSequenced({
      folder,
      durable: true,
      believesRows,
      key,
      genesis: localGenesis({ chainId: CHAIN_ID, timeNs: GENESIS_NS, validatorPubKey: key.publicKey, funded }),
      wrapStore: (store) => this.#filled(store),
      onPhase: (phase) => {
        const now = performance.now();
        if (phase === "made") this.spent.clear();
        this.spent.set(phase, now - (phase === "made" ? this.#started : mark));
        mark = now;
      },
    });
    this.block([]);
    this.#senders = accounts.map((by) => {
      const { info } = ask(this.#opened.queries, AuthQuery.method.accountInfo, { address: by.address });
      const client = new Client(by.name, this.#opened.started.ioPublicKey);
      return { by, client, accountNumber: info?.accountNumber ?? 0n, sequence: info?.sequence ?? 0n };
    });
    this.#token = this.#deploy();
  }

  /** A store whose next version takes rows along that nobody but the bench wants. */
  #filled(store: StateStore): StateStore {
    const prepare: StateStore["prepare"] = (changes) => {
      const filler = this.#filler;
      this.#filler = undefined;
      return store.prepare(filler === undefined ? changes : filler(changes));
    };
    return new Proxy(store, {
      get: (target, name) => {
        if (name === "prepare") return prepare;
        const value: unknown = Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  }

  fillNext(filler: (changes: Changes) => Changes): void {
    this.#filler = filler;
  }

  /** Makes, logs, executes and commits one block. Throws unless every transaction succeeds. */
  block(txs: readonly Uint8Array[]): readonly TxResult[] {
    this.#now += SECOND;
    this.#started = performance.now();
    const { txResults } = this.#opened.sequencer.produce(this.#now, txs).result;
    const bad = txResults.find(({ code }) => code !== 0);
    if (bad !== undefined) throw new Error(`a transaction failed: ${bad.codespace}/${bad.code} ${bad.log}`);
    return txResults;
  }

  #sender(index: number): Sender {
    const sender = this.#senders[index];
    if (sender === undefined) throw new Error(`there is no sender ${index}`);
    return sender;
  }

  #sign(sender: Sender, gas: bigint, message: Packed): Uint8Array {
    const { by, accountNumber, sequence } = sender;
    sender.sequence += 1n;
    return signTx({ chainId: CHAIN_ID, messages: [message], signers: [{ by, accountNumber, sequence }], gas });
  }

  /** All senders hold much of the token. */
  #deploy(): string {
    const first = this.#sender(0);
    const run = (gas: bigint, message: Packed): TxResult => {
      const [result] = this.block([this.#sign(first, gas, message)]);
      return result as TxResult;
    };
    const { codeId } = responseOf(MsgStoreCodeResponseSchema, run(20_000_000n, storeMessage(first.by, wasm.token)));
    const { wire } = first.client.encrypt(this.#codeHash, {
      name: "Token",
      symbol: "TOK",
      decimals: 6,
      prng_seed: "AAAA",
      initial_balances: this.#senders.map(({ by }) => ({ address: by.address, amount: "1000000000000" })),
    });
    const made = run(10_000_000n, instantiateMessage(first.by, { codeId, label: "bench" }, wire));
    return responseOf(MsgInstantiateContractResponseSchema, made).address;
  }

  /** A signed private transfer of one token. */
  transfer(from: number, recipient: string): Uint8Array {
    const sender = this.#sender(from);
    const { wire } = sender.client.encrypt(this.#codeHash, { transfer: { recipient, amount: "1" } });
    return this.#sign(sender, 250_000n, executeMessage(sender.by, this.#token, wire));
  }

  /** Height and application hash of the last block. */
  get version(): number {
    return this.#opened.store.version;
  }

  get appHash(): Uint8Array {
    return this.#opened.store.appHash;
  }

  close(): void {
    this.#opened.close();
  }
}
