// SPDX-License-Identifier: Apache-2.0
import { getAddress } from "@sotto/address";
import { fromUtf8, toHex } from "@sotto/bytes";
import { compactJson } from "@sotto/codec";
import type { AccountKey } from "./accounts.ts";
import { signPayment } from "./send.ts";

/** The functions of the node that the faucet uses. */
export interface FaucetBackend {
  /** The state of the paying account; undefined when the chain does not know it. */
  account(address: string): Promise<{ readonly accountNumber: bigint; readonly sequence: bigint } | undefined>;
  /**
   * Adds a transaction to the mempool; resolves to the result of the check, or to the reason why it
   * was not checked.
   */
  broadcast(tx: Uint8Array): Promise<
    | {
        readonly hash: Uint8Array;
        readonly result: { readonly code: number; readonly log: string };
        readonly refused: undefined;
      }
    | { readonly hash: Uint8Array; readonly result: undefined; readonly refused: string }
  >;
}

export interface FaucetOptions {
  readonly chainId: string;
  /** The account that pays; called at the first request, because deriving a key takes a while. */
  readonly key: () => AccountKey;
  /** Its address, for `/status`. */
  readonly address: string;
  readonly backend: FaucetBackend;
  /** Default: 1000 SCRT. */
  readonly amount?: bigint;
  readonly denom?: string;
  /** Called with faults of the node; the client gets only "internal error". */
  readonly onFault?: (thrown: unknown) => void;
}

export interface FaucetResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Gas of one bank send is about a third of it. */
const GAS_LIMIT = 60_000n;
/** 0.25 uscrt per gas, the price that LocalSecret's faucet pays. */
const FEE = GAS_LIMIT / 4n;
/**
 * Most waiting payments: further ones are refused, so that they do not take the slots of other
 * requests.
 */
const MOST_WAITING = 100;
/** Attempts for one payment: other clients may use the account's sequence at the same time. */
const TRIES = 5;
/** Code of SdkError.wrongSequence, and the pattern of its text with the expected sequence. */
const WRONG_SEQUENCE = 32;
const EXPECTED = /account sequence mismatch, expected ([0-9]{1,15})/;

/** A failed payment; its text goes to the client. */
class FaucetFailure extends Error {
  override readonly name = "FaucetFailure";
}

class Faucet {
  readonly #options: FaucetOptions;
  readonly #amount: bigint;
  #key: AccountKey | undefined;
  /** The account as of the last payment that was accepted, which may not be in a block yet. */
  #account: { readonly accountNumber: bigint; readonly sequence: bigint } | undefined;
  /**
   * Payments are sent one after the other: each needs the sequence that follows from the one
   * before.
   */
  #queue: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(options: FaucetOptions) {
    this.#options = options;
    this.#amount = options.amount ?? 1_000_000_000n;
  }

  async handle(method: string, url: string): Promise<FaucetResponse> {
    const [path, query = ""] = url.split("?");
    if (method !== "GET" && method !== "HEAD") return plain(404, "Invalid Request!");
    if (path === "/" || path === "/status") {
      return json(200, [
        ["faucet_address", this.#options.address],
        ["amount", String(this.#amount)],
      ]);
    }
    if (path !== "/faucet") return plain(404, "Invalid Request!");
    const address = new URLSearchParams(query).get("address") ?? "";
    if (address === "") return failed(400, "address is required");
    if (getAddress(address) === undefined) return failed(400, "address is not a secret1... address");
    if (this.#waiting >= MOST_WAITING) return failed(429, `${MOST_WAITING} payments are waiting; try again later`);
    this.#waiting++;
    const payment = this.#queue.then(() => this.#pay(address)).finally(() => this.#waiting--);
    // The queue continues after a failed payment; its client gets the failure below.
    this.#queue = payment.catch(() => undefined);
    try {
      return json(200, [["txhash", await payment]]);
    } catch (thrown) {
      if (thrown instanceof FaucetFailure) return failed(500, thrown.message);
      this.#options.onFault?.(thrown);
      return failed(500, "internal error");
    }
  }

  async #pay(to: string): Promise<string> {
    const { backend, chainId, denom = "uscrt" } = this.#options;
    this.#key ??= this.#options.key();
    const from = this.#key;
    for (let left = TRIES; ; left--) {
      this.#account ??= await backend.account(from.text);
      if (this.#account === undefined) throw new FaucetFailure("the faucet's account has no funds on this chain");
      const { accountNumber, sequence } = this.#account;
      const tx = signPayment({
        chainId,
        from,
        to,
        denom,
        amount: this.#amount,
        gasLimit: GAS_LIMIT,
        fee: FEE,
        accountNumber,
        sequence,
      });
      const { hash, result, refused } = await backend.broadcast(tx);
      if (result?.code === 0) {
        this.#account = { accountNumber, sequence: sequence + 1n };
        return toHex(hash).toUpperCase();
      }
      const log = refused ?? result?.log ?? "";
      // Another client used the account, or the node dropped the waiting transactions.
      const expected = EXPECTED.exec(log)?.[1];
      this.#account = expected === undefined ? undefined : { accountNumber, sequence: BigInt(expected) };
      if (left <= 1 || result?.code !== WRONG_SEQUENCE) throw new FaucetFailure(log);
    }
  }
}

const json = (status: number, fields: readonly (readonly [string, string])[]): FaucetResponse => ({
  status,
  headers: { "content-type": "application/json" },
  body: fromUtf8(compactJson(new Map(fields))),
});

const failed = (status: number, error: string): FaucetResponse => json(status, [["error", error]]);

const plain = (status: number, text: string): FaucetResponse => ({
  status,
  headers: { "content-type": "text/plain; charset=utf-8" },
  body: fromUtf8(text),
});

/** The response to a request that the faucet does not serve. */
export const refuseFaucet = (refusal: { readonly status: number; readonly message: string }): FaucetResponse =>
  failed(refusal.status, refusal.message);

/** LocalSecret's faucet (spec/services.md 3). Requests wait for each other. Never rejects. */
export function createFaucet(options: FaucetOptions): (method: string, url: string) => Promise<FaucetResponse> {
  const faucet = new Faucet(options);
  return (method, url) => faucet.handle(method, url);
}
