// SPDX-License-Identifier: Apache-2.0
/**
 * Private transfers by unmodified secretjs, while nodes and links fail. A sender signs its next
 * transfer only when it knows from the chain the outcome of the last one, and sends the same bytes
 * to other nodes until then: so no transfer is lost or doubled by the client, and one that the
 * chain loses or doubles shows in the balances.
 */
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { MsgExecuteContract, type SecretNetworkClient } from "secretjs";
import { randomOf } from "../../../tools/tests/seed.mjs";
import {
  type Contract,
  clientOf,
  execute,
  make,
  must,
  store,
  tokenBalance,
  tokenInit,
  walletOf,
  withGas,
} from "../../e2e/client.ts";
import { Ledger, type Transfer } from "./ledger.ts";
import { until } from "./until.ts";

/** The nodes that a load talks to. */
export interface Servers {
  readonly chainId: string;
  readonly numbers: readonly number[];
  rest(number: number): string;
}

const ACCOUNTS = ["a", "b", "c"] as const;
/** So many settled transfers have one among them that was signed after the wait began. */
export const NEW_TRANSFER = ACCOUNTS.length + 1;
const EACH = 1_000_000n;
const KEY = "a viewing key";
const GAS = 500_000;
/** Of one request: a frozen node does not answer. */
const REQUEST_MS = 5_000;
const LOOK_MS = 150;
/** After these looks the same bytes go to another node. */
const LOOKS = 20;
const RESOLVE_MS = 240_000;

/** The answer of a node; undefined: none, or an error. */
async function json(url: string, body?: object): Promise<unknown> {
  try {
    const post = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
    const answer = await fetch(url, {
      signal: AbortSignal.timeout(REQUEST_MS),
      ...(body === undefined ? {} : post),
    });
    return answer.ok ? await answer.json() : undefined;
  } catch {
    return undefined;
  }
}

interface Found {
  readonly code: number;
  readonly height: number;
}

export class Load {
  readonly ledger: Ledger;
  readonly #servers: Servers;
  readonly #token: Contract;
  readonly #random: () => number;
  #senders: readonly Promise<void>[] = [];
  #isEnding = false;

  private constructor(servers: Servers, token: Contract, ledger: Ledger, seed: number) {
    this.#servers = servers;
    this.#token = token;
    this.ledger = ledger;
    this.#random = randomOf(seed);
  }

  /** Makes a token on the chain, of which three accounts have the same amount. */
  static async make(servers: Servers, seed: number): Promise<Load> {
    const [first = 1] = servers.numbers;
    const clients = ACCOUNTS.map((name) =>
      clientOf({ rest: servers.rest(first) }, name, { chainId: servers.chainId }),
    ) as [SecretNetworkClient, ...SecretNetworkClient[]];
    const [maker] = clients;
    const init = {
      ...tokenInit(maker.address),
      initial_balances: clients.map(({ address }) => ({ address, amount: String(EACH) })),
    };
    const token = await make(maker, await store(maker, "private-token"), init);
    await Promise.all(
      clients.map(async (client) => must(await execute(client, token, { set_viewing_key: { key: KEY } }))),
    );
    return new Load(servers, token, new Ledger(new Map(clients.map(({ address }) => [address, EACH]))), seed);
  }

  #client(number: number, name: string): SecretNetworkClient {
    return clientOf({ rest: this.#servers.rest(number) }, name, { chainId: this.#servers.chainId });
  }

  #anyNode(): number {
    const { numbers } = this.#servers;
    return numbers[Math.floor(this.#random() * numbers.length)] as number;
  }

  /** Begins to send. */
  start(): void {
    this.#isEnding = false;
    this.#senders = ACCOUNTS.map((name) => this.#send(name));
  }

  /** Ends sending, and waits until the outcome of each transfer is known. */
  async stop(): Promise<void> {
    this.#isEnding = true;
    await Promise.all(this.#senders);
    this.#senders = [];
  }

  /** Waits for so many transfers more. */
  async settles(more: number): Promise<void> {
    const target = this.ledger.settled.length + more;
    await until(`${more} transfers are settled`, async () => (this.ledger.settled.length >= target ? true : undefined));
  }

  async #send(name: string): Promise<void> {
    const client = this.#client(this.#servers.numbers[0] ?? 1, name);
    while (!this.#isEnding) {
      const to = this.#otherThan(client.address);
      // One of ten is more than anybody has: it fails on the chain.
      const amount = this.#random() < 0.1 ? EACH * 10n : BigInt(1 + Math.floor(this.#random() * 100));
      const { bytes, transfer } = await this.#sign(client, to, amount);
      const { code, height } = await this.#resolve(bytes, transfer);
      this.ledger.settle(transfer, code, height);
    }
  }

  #otherThan(address: string): string {
    const others = this.ledger.addresses.filter((each) => each !== address);
    return others[Math.floor(this.#random() * others.length)] as string;
  }

  async #sign(client: SecretNetworkClient, to: string, amount: bigint) {
    const { address } = client;
    const explicitSignerData = await this.#signerData(address);
    const message = new MsgExecuteContract({
      ...{ sender: address, ...this.#token, sent_funds: [] },
      msg: { transfer: { recipient: to, amount: String(amount) } },
    });
    // The client asks its node for the io key once.
    const bytes = await until(`a transfer of ${address} is signed`, () =>
      client.tx.signTx([message], { ...withGas(GAS), explicitSignerData }).catch(() => undefined),
    );
    const hash = createHash("sha256").update(bytes).digest("hex").toUpperCase();
    return { bytes, transfer: { from: address, to, amount, hash } satisfies Transfer };
  }

  /**
   * All earlier transactions of the account are in blocks, so any newest state has its sequence.
   */
  async #signerData(address: string) {
    const { sequence, accountNumber } = await until(`a node knows ${address}`, async () => {
      const answers = await Promise.all(
        this.#servers.numbers.map((number) =>
          json(`${this.#servers.rest(number)}/cosmos/auth/v1beta1/accounts/${address}`),
        ),
      );
      const known = answers.flatMap((answer) => {
        const { account } = (answer ?? {}) as {
          readonly account?: { readonly sequence: string; readonly account_number: string };
        };
        return account === undefined
          ? []
          : [{ sequence: Number(account.sequence), accountNumber: Number(account.account_number) }];
      });
      return known.sort((a, b) => b.sequence - a.sequence)[0];
    });
    return { accountNumber, sequence, chainId: this.#servers.chainId };
  }

  async #resolve(bytes: Uint8Array, { hash }: Transfer): Promise<Found> {
    const body = { tx_bytes: Buffer.from(bytes).toString("base64"), mode: "BROADCAST_MODE_SYNC" };
    return until(
      `transaction ${hash} has an outcome`,
      async () => {
        await json(`${this.#servers.rest(this.#anyNode())}/cosmos/tx/v1beta1/txs`, body);
        for (let looks = 0; looks < LOOKS; looks++) {
          await sleep(LOOK_MS);
          const found = await this.find(this.#anyNode(), hash);
          if (found !== undefined) return found;
        }
        return undefined;
      },
      RESOLVE_MS,
    );
  }

  /** The outcome of a transaction as a node has it. */
  async find(number: number, hash: string): Promise<Found | undefined> {
    const answer = await json(`${this.#servers.rest(number)}/cosmos/tx/v1beta1/txs/${hash}`);
    const { tx_response: found } = (answer ?? {}) as {
      readonly tx_response?: { readonly code: number; readonly height: string };
    };
    return found === undefined ? undefined : { code: found.code, height: Number(found.height) };
  }

  /**
   * Compares each balance on each node with the ledger, by private queries, and what each node says
   * of the transactions since the last check. The load must have stopped. Throws at a difference.
   */
  async check(numbers = this.#servers.numbers): Promise<void> {
    const checked = this.ledger.settled.splice(0);
    for (const number of numbers) {
      for (const { hash, code, height } of checked) {
        const found = await until(`node ${number} has transaction ${hash}`, () => this.find(number, hash));
        if (found.code !== code || found.height !== height)
          throw new Error(
            `node ${number} has transaction ${hash} in block ${found.height} with code ${found.code}; another has it in block ${height} with code ${code}`,
          );
      }
      for (const name of ACCOUNTS) await this.#checkBalance(number, name);
    }
  }

  async #checkBalance(number: number, name: (typeof ACCOUNTS)[number]): Promise<void> {
    const { address } = walletOf(name);
    const client = this.#client(number, name);
    const balance = await until(`node ${number} answers a private query`, () =>
      tokenBalance(client, this.#token, address, KEY).catch(() => undefined),
    );
    const expected = this.ledger.balance(address);
    if (balance !== expected) throw new Error(`node ${number}: account ${name} has ${balance}, the ledger ${expected}`);
  }
}
