// SPDX-License-Identifier: Apache-2.0
import { amountText, ContractClient, type InstanceRules, idText, SETUP_SIZE } from "@sotto/contract-client";
import type {
  AccountAnswer,
  ActAnswer,
  AuctionRow,
  AuctionsAnswer,
  BidProofAnswer,
  CreatedAnswer,
  Format,
  HeadAnswer,
  HouseAnswer,
  Level,
  MyBidAnswer,
} from "./messages.ts";
import type { BidProof } from "./proof.ts";
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

export interface AuctionTerms {
  /** At most 128 bytes. */
  readonly title: string;
  /** Index of a token of the house, and an amount that the seller has deposited. */
  readonly lot: { readonly token: number; readonly amount: bigint };
  readonly bidToken: number;
  readonly format: Format;
  readonly minBid: bigint;
  /** Secret; below it nothing is sold. */
  readonly reserve?: bigint;
  /** Bids count in `[startsAt, endsAt)`, seconds since 1970. */
  readonly startsAt: number;
  readonly endsAt: number;
  readonly reveal: { readonly price: boolean; readonly winner: boolean };
}

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
    close: 300_000,
  };
  #tokens: House["tokens"] | undefined;

  async house(): Promise<House> {
    const house = houseOf(await this.query<HouseAnswer>({ house: {} }));
    this.#tokens = house.tokens;
    return house;
  }

  async auction(auctionId: bigint): Promise<Auction> {
    const query = { auction: { auction_id: idText(auctionId) } };
    return auctionOf((await this.query<{ readonly auction: AuctionRow }>(query)).auction);
  }

  /** Newest first, at most 30 a page. */
  async auctions(page = 0, pageSize = 30): Promise<Auction[]> {
    return auctionsOf(await this.query<AuctionsAnswer>({ auctions: { page, page_size: pageSize } }));
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
    const { title, lot, bidToken, format, minBid, reserve, startsAt, endsAt, reveal } = terms;
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
      title,
    };
    const answer = await this.executeSecret<CreatedAnswer>("create_auction", body, { size: SETUP_SIZE });
    return { auctionId: BigInt(answer.auction_id), ...actedOf(answer) };
  }

  /** Binding; later bids of the account must be higher. The amount is locked until the close. */
  bid(auctionId: bigint, amount: bigint): Promise<Acted> {
    return this.#act({ bid: { auction_id: idText(auctionId), amount: amountText(amount) } });
  }

  /** Changes nothing, and looks like a bid or a settlement. */
  cover(auctionId: bigint): Promise<Acted> {
    return this.#act({ cover: { auction_id: idText(auctionId) } });
  }

  /** After the close: bids, lots and proceeds of the account return to its free balance. */
  settle(auctionId: bigint): Promise<Acted> {
    return this.#act({ settle: { auction_id: idText(auctionId) } });
  }

  /** From the end on, by anyone, once. */
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

  async #act(action: object): Promise<Acted> {
    return actedOf(await this.executeSecret<ActAnswer>("act", { do: action }));
  }

  async #token(index: number) {
    const tokens = this.#tokens ?? (await this.house()).tokens;
    const token = tokens[index];
    if (token === undefined) throw new RangeError(`this house has ${tokens.length} tokens, none with index ${index}`);
    return token;
  }
}

const actedOf = ({ n, salt }: { readonly n: string; readonly salt: string }): Acted => ({ n: BigInt(n), salt });
