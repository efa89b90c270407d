import { getAddress } from "@sotto/address";
import { fromUtf8, toHex } from "@sotto/bytes";
import { compactJson } from "@sotto/codec";
import type { AccountKey } from "./accounts.ts";
import { signPayment } from "./send.ts";

/** What the faucet asks of the node. */
export interface FaucetBackend {
  /** The state of the paying account; undefined when the chain does not know it. */
  account(address: string): Promise<{ readonly accountNumber: bigint; readonly sequence: bigint } | undefined>;
  /**
   * Puts a transaction into the mempool; resolves to the check's verdict, or to why it was not
   * checked.
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
  /** Hears of what went wrong inside the node; the client is told only "internal error". */
  readonly onFault?: (thrown: unknown) => void;
}

export interface FaucetResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Gas of one bank send is about a third of it. */
const GAS_LIMIT = 60_000n;
/** 0.25 uscrt per gas, what LocalSecret's faucet pays. */
const FEE = GAS_LIMIT / 4n;
/**
 * Most payments that wait for each other: further ones are refused, so that they take no places of
 * other requests.
 */
const MOST_WAITING = 100;
/** Tries of one payment: others may use the account's sequence at the same time. */
const TRIES = 5;
/** SdkError.wrongSequence, and the text that names the right one. */
const WRONG_SEQUENCE = 32;
const EXPECTED = /account sequence mismatch, expected ([0-9]{1,15})/;

/** A payment that did not work; its text goes to the client. */
class FaucetFailure extends Error {
  override readonly name = "FaucetFailure";
}

class Faucet {
  readonly #options: FaucetOptions;
  readonly #amount: bigint;
  #key: AccountKey | undefined;
  /** The account as of the last payment that was accepted, which may not be in a block yet. */
  #account: { readonly accountNumber: bigint; readonly sequence: bigint } | undefined;
  /** Payments go out one after the other: each needs the sequence that the one before it leaves. */
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
    if (this.#waiting >= MOST_WAITING) return failed(429, `${MOST_WAITING} payments wait already; try again later`);
    this.#waiting++;
    const payment = this.#queue.then(() => this.#pay(address)).finally(() => this.#waiting--);
    // The queue goes on after a payment that failed; whoever asked for it is told below.
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
      // Someone else used the account, or the node forgot what was waiting.
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

/** Why a request is not served at all. */
export const refuseFaucet = (refusal: { readonly status: number; readonly message: string }): FaucetResponse =>
  failed(refusal.status, refusal.message);

/** LocalSecret's faucet (spec/services.md 3). Requests wait for each other. Never rejects. */
export function createFaucet(options: FaucetOptions): (method: string, url: string) => Promise<FaucetResponse> {
  const faucet = new Faucet(options);
  return (method, url) => faucet.handle(method, url);
}
