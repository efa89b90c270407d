// SPDX-License-Identifier: Apache-2.0
import { amountText, ContractClient, type ContractRef, TransactionFailed } from "@sotto/contract-client";
import { type ActKind, type ActParts, actMessage } from "./act.ts";

export type Side = "buy" | "sell";

export interface OrderRequest {
  readonly side: Side;
  /** What is paid, in smallest units: quote of a buyer, base of a seller. */
  readonly amount: bigint;
  /**
   * Quote units for 10^priceExponent base units: the most that a buyer pays, the least that a
   * seller takes. Absent: any price, also a bad one.
   */
  readonly limit?: bigint;
  /** In how many epochs it takes part, 1 to 20,160; 10 by default. */
  readonly epochs?: number;
}

/** An act that the contract accepted. */
export interface Act {
  /** Its number, which is the id of its order. */
  readonly id: bigint;
  /** Base64; opens the public leaf of the act. */
  readonly salt: string;
}

export interface Balances {
  /** Free, in smallest units. */
  readonly base: bigint;
  readonly quote: bigint;
  readonly shares: bigint;
  /** What the next act or withdrawal collects from own orders. */
  readonly uncollected: { readonly base: bigint; readonly quote: bigint };
}

export interface Order {
  readonly id: bigint;
  readonly side: Side;
  readonly status: "open" | "finished";
  readonly remaining: bigint;
  readonly limit: bigint;
  /** Since the last collection. */
  readonly gave: bigint;
  readonly got: bigint;
  readonly firstEpoch: number;
  readonly lastEpoch: number;
}

export interface Fill {
  readonly id: bigint;
  readonly side: Side;
  readonly gave: bigint;
  readonly got: bigint;
}

export interface Liquidity {
  readonly shares: bigint;
  /** What the shares give now, rounded down to 5 digits. */
  readonly base: bigint;
  readonly quote: bigint;
  readonly removableFrom: number;
}

export interface Price {
  /** Rounded; undefined before the first. */
  readonly value: bigint | undefined;
  /** The last cleared epoch. */
  readonly epoch: number | undefined;
  /** Base units that move the pool's price by 1 %, in one digit. */
  readonly depth: bigint;
}

/** The public rules. */
export interface PairInfo {
  /** The contract says of itself that it is a preview (L1 in its README). */
  readonly preview: boolean;
  readonly base: ContractRef;
  readonly quote: ContractRef;
  /** Seconds since 1970. */
  readonly startedAt: number;
  readonly epochSeconds: number;
  /** The running one, by the time of the last block. */
  readonly epoch: number;
  /** The first epoch that is not cleared. */
  readonly nextClear: number;
  readonly priceExponent: number;
  readonly priceDigits: number;
  readonly minBase: bigint;
  readonly minQuote: bigint;
  readonly minOwners: number;
  readonly maxWait: number;
  readonly lpFeeBps: number;
  readonly protocolFeeBps: number;
  readonly capacity: number;
  readonly admin: string | undefined;
  readonly status: "normal_run" | "stop_new";
}

export interface KeeperOptions {
  /** Ends the loop. */
  readonly signal?: AbortSignal;
  /** Between two looks, in milliseconds; a second by default. */
  readonly pauseMs?: number;
  readonly onClear?: (epoch: number) => void;
}

interface RawToken {
  readonly address: string;
  readonly code_hash: string;
}

interface RawInfo {
  readonly pair_info: {
    readonly preview: boolean;
    readonly base: RawToken;
    readonly quote: RawToken;
    readonly started_at: number;
    readonly epoch_seconds: number;
    readonly epoch: number;
    readonly next_clear: number;
    readonly price_exponent: number;
    readonly price_digits: number;
    readonly min_base: string;
    readonly min_quote: string;
    readonly min_owners: number;
    readonly max_wait: number;
    readonly lp_fee_bps: number;
    readonly protocol_fee_bps: number;
    readonly capacity: number;
    readonly admin: string | null;
    readonly status: "normal_run" | "stop_new";
  };
}

interface RawPrice {
  readonly value: string | null;
  readonly epoch: number | null;
  readonly depth: string;
}

interface RawOrder {
  readonly order_id: string;
  readonly side: Side;
  readonly status: "open" | "finished";
  readonly remaining: string;
  readonly limit: string;
  readonly gave: string;
  readonly got: string;
  readonly entered: number;
  readonly last: number;
}

/** The limit of a buyer who takes any price: the largest number. */
const ANY_PRICE = 2n ** 128n - 1n;
/** The permission of every private query. */
const PERMISSION = "exchange";
/** The contract's texts when another keeper was faster. */
const CLEARED = /cleared already|not over/;

const tokenOf = ({ address, code_hash }: RawToken): ContractRef => ({ address, codeHash: code_hash });

const priceOf = ({ value, epoch, depth }: RawPrice): Price => ({
  value: value === null ? undefined : BigInt(value),
  epoch: epoch ?? undefined,
  depth: BigInt(depth),
});

function infoOf({ pair_info: raw }: RawInfo): PairInfo {
  return {
    preview: raw.preview,
    base: tokenOf(raw.base),
    quote: tokenOf(raw.quote),
    startedAt: raw.started_at,
    epochSeconds: raw.epoch_seconds,
    epoch: raw.epoch,
    nextClear: raw.next_clear,
    priceExponent: raw.price_exponent,
    priceDigits: raw.price_digits,
    minBase: BigInt(raw.min_base),
    minQuote: BigInt(raw.min_quote),
    minOwners: raw.min_owners,
    maxWait: raw.max_wait,
    lpFeeBps: raw.lp_fee_bps,
    protocolFeeBps: raw.protocol_fee_bps,
    capacity: raw.capacity,
    admin: raw.admin ?? undefined,
    status: raw.status,
  };
}

function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    }
    signal?.addEventListener("abort", done);
  });
}

/**
 * A private exchange (`contracts/exchange`) in the view of one account. Amounts, prices and shares
 * are in smallest units. A refused act throws ContractRefused, with the reason in words; observers
 * cannot tell it from an accepted one.
 */
export class ExchangeClient extends ContractClient {
  /** One for each message name, so that the limit does not tell the kind of an act. */
  protected override readonly gasLimits = {
    send: 250_000,
    act: 250_000,
    withdraw: 350_000,
    clear: 500_000,
    revoke_permit: 120_000,
  };
  #info: PairInfo | undefined;

  async info(): Promise<PairInfo> {
    return infoOf(await this.query<RawInfo>({ pair_info: {} }));
  }

  /**
   * Moves tokens of the account into its free balance here. Everybody sees that; nobody the amount.
   * Deposit first and act later: an act then says nothing about the deposit.
   */
  async deposit(side: "base" | "quote", amount: bigint): Promise<void> {
    this.#info ??= await this.info();
    const { [side]: token } = this.#info;
    await this.sendToken(token, amount, { deposit: {} });
  }

  /** Places an order for the batches of this epoch and of those after it. */
  async order({ side, amount, limit, epochs = 10 }: OrderRequest): Promise<Act> {
    return this.#act("order", { side, numbers: [amount, limit ?? (side === "buy" ? ANY_PRICE : 0n)], epochs });
  }

  /** Ends an open order; its remaining amount is free again. */
  async cancel(id: bigint): Promise<Act> {
    return this.#act("cancel", { orderId: id });
  }

  /** Collects the proceeds of own orders, and the remaining amount of finished ones. */
  sync(): Promise<Act> {
    return this.#act("sync");
  }

  /** Does nothing, and looks like every other act. */
  cover(): Promise<Act> {
    return this.#act("cover");
  }

  /** Adds at the pool's ratio from the free balance; the surplus of one token stays free. */
  async addLiquidity(offer: {
    readonly base: bigint;
    readonly quote: bigint;
    readonly minShares?: bigint;
  }): Promise<Act> {
    const { base, quote, minShares = 0n } = offer;
    return this.#act("add", { numbers: [base, quote, minShares] });
  }

  /** Turns shares into free balance, a full epoch after the last `addLiquidity`. */
  async removeLiquidity(request: {
    readonly shares: bigint;
    readonly minBase?: bigint;
    readonly minQuote?: bigint;
  }): Promise<Act> {
    const { shares, minBase = 0n, minQuote = 0n } = request;
    return this.#act("remove", { numbers: [shares, minBase, minQuote] });
  }

  /**
   * Collects, then pays out from the free balance; both tokens are called, also for 0. With `only`,
   * which is public, one token is called: when the other refuses every transfer.
   */
  async withdraw(request: {
    readonly base?: bigint;
    readonly quote?: bigint;
    readonly to?: string;
    readonly only?: "base" | "quote";
  }): Promise<Act> {
    const { base = 0n, quote = 0n, to, only } = request;
    const options = { ...(to === undefined ? {} : { to }), ...(only === undefined ? {} : { only }) };
    return this.#done("withdraw", { amounts: [amountText(base), amountText(quote)], ...options });
  }

  async price(): Promise<Price> {
    return priceOf((await this.query<{ readonly price: RawPrice }>({ price: {} })).price);
  }

  /** The newest first; at most 100 on a page. */
  async priceHistory(page = 0, pageSize = 100): Promise<{ readonly prices: readonly Price[]; readonly total: number }> {
    interface Raw {
      readonly price_history: { readonly prices: readonly RawPrice[]; readonly total: number };
    }
    const { price_history } = await this.query<Raw>({ price_history: { page, page_size: pageSize } });
    return { prices: price_history.prices.map(priceOf), total: price_history.total };
  }

  async account(): Promise<Balances> {
    const { account } = await this.#private<"account", Record<string, string>>("account");
    const amount = (name: string) => BigInt(account[name] ?? "0");
    const uncollected = { base: amount("uncollected_base"), quote: amount("uncollected_quote") };
    return { base: amount("base"), quote: amount("quote"), shares: amount("shares"), uncollected };
  }

  /** Open orders, and finished ones that are not collected. */
  async orders(): Promise<Order[]> {
    const { orders } = await this.#private<"orders", { readonly orders: readonly RawOrder[] }>("orders");
    return orders.orders.map(({ order_id, side, status, remaining, limit, gave, got, entered, last }) => ({
      id: BigInt(order_id),
      side,
      status,
      remaining: BigInt(remaining),
      limit: BigInt(limit),
      gave: BigInt(gave),
      got: BigInt(got),
      firstEpoch: entered,
      lastEpoch: last,
    }));
  }

  /** The last 8 collected, the newest first. */
  async fills(): Promise<Fill[]> {
    type Raw = Pick<RawOrder, "order_id" | "side" | "gave" | "got">;
    const { fills } = await this.#private<"fills", { readonly fills: readonly Raw[] }>("fills");
    return fills.fills.map(({ order_id, side, gave, got }) => {
      return { id: BigInt(order_id), side, gave: BigInt(gave), got: BigInt(got) };
    });
  }

  async liquidity(): Promise<Liquidity> {
    interface Raw {
      readonly shares: string;
      readonly base: string;
      readonly quote: string;
      readonly removable_from_epoch: number;
    }
    const { liquidity: raw } = await this.#private<"liquidity", Raw>("liquidity");
    const { shares, base, quote, removable_from_epoch: removableFrom } = raw;
    return { shares: BigInt(shares), base: BigInt(base), quote: BigInt(quote), removableFrom };
  }

  /** Clears the book for all epochs up to this one, which must be over. Anyone can. */
  async clear(epoch: number): Promise<void> {
    await this.executeSecret("clear", { epoch });
  }

  /**
   * Clears the last finished epoch unless it is. Answers the epoch, or undefined when there was
   * none.
   */
  async keepOnce(): Promise<number | undefined> {
    const { epoch, nextClear } = await this.info();
    if (epoch <= nextClear) return undefined;
    try {
      await this.clear(epoch - 1);
      return epoch - 1;
    } catch (error) {
      if (error instanceof TransactionFailed && CLEARED.test(error.message)) return undefined;
      throw error;
    }
  }

  /**
   * Clears each epoch after its end until the signal. Throws when a transaction or a query fails.
   */
  async keeper({ signal, pauseMs = 1_000, onClear }: KeeperOptions = {}): Promise<void> {
    while (signal?.aborted !== true) {
      const epoch = await this.keepOnce();
      if (epoch !== undefined) onClear?.(epoch);
      await sleep(pauseMs, signal);
    }
  }

  async #act(kind: ActKind, parts: ActParts = {}): Promise<Act> {
    return this.#done("act", actMessage(kind, parts));
  }

  async #done(name: string, body: object): Promise<Act> {
    const { n, salt } = await this.executeSecret<{ readonly n: string; readonly salt: string }>(name, body);
    return { id: BigInt(n), salt };
  }

  #private<Name extends string, Raw>(name: Name): Promise<{ readonly [K in Name]: Raw }> {
    return this.permitQuery(PERMISSION, { [name]: {} });
  }
}
