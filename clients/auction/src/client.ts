// SPDX-License-Identifier: Apache-2.0
import { hexToBytes } from "@noble/hashes/utils.js";
import { base64 } from "@scure/base";
import {
  amountText,
  ContractClient,
  type InstanceRules,
  idText,
  type LoggedLeaf,
  type RepeatOptions,
  repeat,
  SETUP_SIZE,
  searchLeaves,
  type TxSearch,
} from "@sotto/contract-client";
import type {
  AccountAnswer,
  ActAnswer,
  AuctionRow,
  AuctionsAnswer,
  BidProofAnswer,
  CreatedAnswer,
  HeadAnswer,
  HouseAnswer,
  Level,
  MyBidAnswer,
} from "./messages.ts";
import type { BidProof } from "./proof.ts";
import { type AuctionTerms, termsHash } from "./terms.ts";
import {
  type Account,
  type Auction,
  accountOf,
  auctionOf,
  auctionsOf,
  closedHeadOf,
  type Head,
  type House,
  houseOf,
  type MyBid,
  myBidOf,
} from "./views.ts";
import { checkFrozen } from "./witness.ts";

export interface WithdrawOptions {
  /** Who gets the tokens; the account itself by default. */
  readonly to?: string;
  /** Calls the token with this index alone, which everybody sees: when another token fails. */
  readonly only?: number;
}

/** The place of an act and the salt of its leaf: with `leafOf` the actor finds it in the log. */
export interface Acted {
  readonly n: bigint;
  /** base64 */
  readonly salt: string;
}

export interface Created extends Acted {
  readonly auctionId: bigint;
}

/**
 * A house of sealed-bid auctions in the view of one account. Refused acts throw ContractRefused;
 * observers cannot tell them from others.
 */
export class AuctionClient extends ContractClient {
  protected override readonly gasLimits = {
    act: 300_000,
    deposit: 300_000,
    withdraw: 500_000,
    create_auction: 300_000,
    cancel: 300_000,
    freeze: 300_000,
    confirm: 300_000,
    close: 300_000,
  };
  #tokens: House["tokens"] | undefined;
  /** Hashes of the terms that bids are for. */
  readonly #terms = new Map<bigint, string>();
  /** No auction up to this id waits for this witness, and never will. */
  #witnessed = 0n;

  async house(): Promise<House> {
    const house = houseOf(await this.query<HouseAnswer>({ house: {} }));
    this.#tokens = house.tokens;
    return house;
  }

  async auction(auctionId: bigint): Promise<Auction> {
    const query = { auction: { auction_id: idText(auctionId) } };
    return this.#seen(auctionOf((await this.query<{ readonly auction: AuctionRow }>(query)).auction));
  }

  /** Newest first, at most 30 a page. */
  async auctions(page = 0, pageSize = 30): Promise<Auction[]> {
    const auctions = auctionsOf(await this.query<AuctionsAnswer>({ auctions: { page, page_size: pageSize } }));
    return auctions.map((auction) => this.#seen(auction));
  }

  /**
   * The head right after an auction was closed or cancelled: its result was made over these acts.
   */
  async closedHead(auctionId: bigint): Promise<Head> {
    return closedHeadOf(await this.query<HeadAnswer>({ head: { auction_id: idText(auctionId) } }));
  }

  /**
   * Moves tokens into the house; the account's free balance grows. A token that a chain admin can
   * migrate is refused unless the rules allow it: its new code could show amounts.
   */
  async deposit(token: number, amount: bigint, rules: InstanceRules = {}): Promise<void> {
    await this.sendToken({ ...(await this.#token(token)), ...rules }, amount, { deposit: {} });
  }

  /** The lot leaves the free balance of the seller. */
  async createAuction(terms: AuctionTerms): Promise<Created> {
    const { title, lot, bidToken, format, minBid, reserve, startsAt, endsAt, reveal, witnesses } = terms;
    const body = {
      lot: { token: { index: lot.token, amount: amountText(lot.amount) } },
      bid_token: bidToken,
      format,
      min_bid: amountText(minBid),
      // A reserve of 0 is none, and has the same length.
      reserve: amountText(reserve ?? 0n),
      starts_at: startsAt,
      ends_at: endsAt,
      reveal,
      ...(witnesses === undefined ? {} : { witnesses }),
      title,
    };
    const answer = await this.executeSecret<CreatedAnswer>("create_auction", body, { size: SETUP_SIZE });
    return { auctionId: BigInt(answer.auction_id), ...actedOf(answer) };
  }

  /**
   * Binding; later bids of the account must be higher. The amount is locked until the close. It
   * counts for these terms alone: those that the auction had when the client first read it, or the
   * ones that are given.
   */
  async bid(auctionId: bigint, amount: bigint, terms?: Auction): Promise<Acted> {
    await this.checkInstance();
    const hash = terms === undefined ? this.#terms.get(auctionId) : termsHash(terms.seller, terms);
    return this.#act("bid", auctionId, amount, hash ?? termsOf(await this.auction(auctionId)));
  }

  /** Changes nothing, and looks like a bid or a settlement. */
  cover(auctionId: bigint): Promise<Acted> {
    return this.#act("cover", auctionId);
  }

  /** After the close: bids, lots and proceeds of the account return to its free balance. */
  settle(auctionId: bigint): Promise<Acted> {
    return this.#act("settle", auctionId);
  }

  /** Of an auction with witnesses, from the end on, by anyone, once. */
  async freeze(auctionId: bigint): Promise<void> {
    await this.executeSecret("freeze", { auction_id: idText(auctionId) });
  }

  /**
   * For a witness, whose client must use its own node: counts the leaves of the chain, and confirms
   * the frozen head if theirs is the same. Throws HeadMismatch otherwise, and sends nothing then.
   */
  async confirm(auctionId: bigint, leaves?: readonly LoggedLeaf[]): Promise<Head> {
    const auction = await this.auction(auctionId);
    const head = checkFrozen(auction, leaves ?? (await this.leaves()));
    await this.executeSecret("confirm", {
      auction_id: idText(auctionId),
      n: idText(head.n),
      head: base64.encode(hexToBytes(head.hash)),
    });
    return head;
  }

  /** All leaves of the house in the order of the chain, from the node of this client. */
  leaves(): Promise<LoggedLeaf[]> {
    // A client of secret.js has this part, which its other uses do not need.
    return searchLeaves(this.client as unknown as TxSearch, this.contract.address);
  }

  /**
   * Confirms all auctions that are frozen and wait for this witness. Answers their ids. Other
   * auctions are confirmed before an error is thrown. The first call reads all auctions, later ones
   * those from the first on that may still wait.
   */
  async confirmAll(): Promise<bigint[]> {
    const frozen = (await this.#unconfirmed()).filter(({ status }) => status === "frozen");
    if (frozen.length === 0) return [];
    const leaves = await this.leaves();
    const confirmed: bigint[] = [];
    const errors: unknown[] = [];
    for (const { id } of frozen)
      await this.confirm(id, leaves).then(
        () => confirmed.push(id),
        (error: unknown) => errors.push(error),
      );
    if (errors.length > 0) throw errors.length === 1 ? errors[0] : new AggregateError(errors, "not confirmed");
    return confirmed;
  }

  /** A witness at work: `confirmAll` again and again until the signal aborts. */
  witness(options: RepeatOptions): Promise<void> {
    return repeat(() => this.confirmAll(), options);
  }

  /** From the end on, by anyone, once; with witnesses after their confirmations or the grace. */
  async close(auctionId: bigint): Promise<void> {
    await this.executeSecret("close", { auction_id: idText(auctionId) });
  }

  /** By the seller, before the start. The lot returns with `settle`. */
  async cancel(auctionId: bigint): Promise<void> {
    await this.executeSecret("cancel", { auction_id: idText(auctionId) });
  }

  /** Pays free balances out, one amount for each token of the house. All or nothing. */
  async withdraw(amounts: readonly bigint[], options: WithdrawOptions = {}): Promise<void> {
    const { to = this.address, only } = options;
    const body = { amounts: amounts.map(amountText), to, ...(only === undefined ? {} : { only }) };
    await this.executeSecret("withdraw", body);
  }

  async account(): Promise<Account> {
    return accountOf(await this.permitQuery<AccountAnswer>("vault", { account: {} }));
  }

  async myBid(auctionId: bigint): Promise<MyBid> {
    return myBidOf(await this.permitQuery<MyBidAnswer>("bid", { my_bid: { auction_id: idText(auctionId) } }));
  }

  /** Signed by the house, for anyone the bidder shows it to: `verifyProof`. */
  async bidProof(auctionId: bigint, withAmount: boolean): Promise<BidProof> {
    const query = { bid_proof: { auction_id: idText(auctionId), with_amount: withAmount } };
    return (await this.permitQuery<BidProofAnswer>("bid", query)).bid_proof;
  }

  /** By the house's admin: stops deposits, auctions and bids for at most 14 days. */
  async setStatus(level: Level): Promise<void> {
    await this.executeSecret("set_contract_status", { level });
  }

  /** The kinds look alike: six letters, an amount, the hash of terms. */
  async #act(kind: "bid" | "settle" | "cover", auctionId: bigint, amount = 0n, terms = NO_TERMS): Promise<Acted> {
    const body = {
      do: kind.padEnd(6),
      auction_id: idText(auctionId),
      amount: amountText(amount),
      terms: base64.encode(hexToBytes(terms)),
    };
    return actedOf(await this.executeSecret<ActAnswer>("act", body));
  }

  /** Auctions that wait for this witness, now or later: of any age, as new ones cost little. */
  async #unconfirmed(): Promise<Auction[]> {
    const waits = ({ status, witnesses }: Auction): boolean =>
      (status === "open" || status === "frozen") &&
      witnesses?.addresses.includes(this.address) === true &&
      !witnesses.confirmed.includes(this.address);
    // By id: an auction that is created meanwhile moves others to the next page.
    const seen = new Map<bigint, Auction>();
    for (let page = 0, more = true; more; page++) {
      const auctions = await this.auctions(page, PAGE);
      for (const auction of auctions) if (auction.id > this.#witnessed) seen.set(auction.id, auction);
      more = auctions.length === PAGE && auctions.every(({ id }) => id > this.#witnessed);
    }
    const waiting = [...seen.values()].filter(waits);
    const below = (least: bigint, { id }: Auction): bigint => (id <= least ? id - 1n : least);
    const [newest = this.#witnessed] = seen.keys();
    this.#witnessed = waiting.reduce(below, newest);
    return waiting;
  }

  /** Later reads do not change for which terms a bid is. */
  #seen(auction: Auction): Auction {
    if (!this.#terms.has(auction.id)) this.#terms.set(auction.id, termsOf(auction));
    return auction;
  }

  async #token(index: number) {
    const tokens = this.#tokens ?? (await this.house()).tokens;
    const token = tokens[index];
    if (token === undefined) throw new RangeError(`this house has ${tokens.length} tokens, none with index ${index}`);
    return token;
  }
}

const NO_TERMS = "0".repeat(64);
/** The most that the house answers. */
const PAGE = 30;

const termsOf = (auction: Auction): string => termsHash(auction.seller, auction);

const actedOf = ({ n, salt }: { readonly n: string; readonly salt: string }): Acted => ({ n: BigInt(n), salt });
