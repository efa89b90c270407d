// SPDX-License-Identifier: Apache-2.0

import { base64, hex } from "@scure/base";
import {
  amountText,
  type ClientOptions,
  ContractClient,
  type ContractRef,
  idText,
  SETUP_SIZE,
  type SecretClient,
} from "@sotto/contract-client";
import { type ItemInfo, open, openAll, type Published } from "./container.ts";
import { evidenceText, type Found } from "./evidence.ts";
import { type Device, type KeySet, unwrapKeys } from "./keys.ts";
import type {
  Accused,
  Config,
  Currency,
  KeysAnswer,
  Licence,
  LicenceAnswer,
  ListedItem,
  PendingAnswer,
  Sales,
  Terms,
} from "./messages.ts";

/** The permission of permits. */
const PERMISSION = "content";
const TRACE_SIZE = 1_024;
const CONFIRM_SIZE = 4_096;
const NO_DEVICE = new Uint8Array(32);

/** The search of transactions, as secret.js has it. */
export interface SearchingClient extends SecretClient {
  readonly query: SecretClient["query"] & {
    txsQuery(query: string): Promise<readonly { readonly code: number }[]>;
  };
}

/** The contract gives no keys, for the reason in words. */
export class KeysRefused extends Error {
  override readonly name = "KeysRefused";
}

const licenceOf = ({ licence, item_id, leaf, offer, ...rest }: LicenceAnswer): Licence => ({
  ...rest,
  licence: BigInt(licence),
  itemId: BigInt(item_id),
  offer: BigInt(offer),
  leaf: hex.encode(base64.decode(leaf)),
});

/** A shop of digital content in the view of one account. */
export class ContentClient extends ContractClient {
  protected override readonly gasLimits = GAS;
  readonly #search: SearchingClient["query"];
  /** Licences below this number are not pending, and never will be. */
  #settled = 1n;

  constructor(client: SearchingClient, contract: ContractRef, options: ClientOptions = {}) {
    super(client, contract, options);
    this.#search = client.query;
  }

  async config(): Promise<Config> {
    return (await this.query<{ config: Config }>({ config: {} })).config;
  }

  /** The whole catalogue: a query for one item would show a host which one. */
  async items(): Promise<readonly ListedItem[]> {
    const { items } = await this.query<{ items: readonly (ListedItem & { item_id: string })[] }>({ items: {} });
    return items.map((item) => ({ ...item, itemId: BigInt(item.item_id) }));
  }

  /** Offers a sealed file; answers the item's id. The master goes to the contract only. */
  async list(item: ItemInfo, master: Uint8Array, terms: Terms): Promise<bigint> {
    const price = terms.price === undefined ? null : { ...terms.price, amount: amountText(terms.price.amount) };
    const body = {
      item,
      master: base64.encode(master),
      price,
      supply: terms.supply ?? null,
      licence: terms.rentSeconds === undefined ? "own" : { rent: { seconds: terms.rentSeconds } },
      transfer: terms.transfer ?? "none",
      revocable: terms.revocable ?? false,
      royalties: terms.royalties ?? [],
      delivery: terms.instant === true ? "instant" : { confirmed: { refund_after: terms.refundAfter ?? 86_400 } },
    };
    const { item_id } = await this.executeSecret<{ item_id: string }>("list_item", body, { size: SETUP_SIZE });
    return BigInt(item_id);
  }

  /** Replaces the file of an item; licences stay and get other keys. */
  async newVersion(itemId: bigint, item: ItemInfo, master: Uint8Array): Promise<void> {
    const { uri, sha256 } = item;
    const body = { item_id: idText(itemId), uri, sha256, master: base64.encode(master) };
    await this.executeSecret("new_version", body);
  }

  /**
   * Buys and answers the new licence: pending until it is confirmed. The amount must be the price.
   */
  async buy(itemId: bigint, currency: Currency, amount: bigint, device: Device): Promise<Licence> {
    const body = { item_id: idText(itemId), device: base64.encode(device.publicKey) };
    await this.#pay(currency, amount, "buy", body);
    return this.#newest(itemId);
  }

  /** Takes over an offered licence; the amount must be the offer. */
  async buyResale(
    offered: { licence: bigint; itemId: bigint },
    currency: Currency,
    amount: bigint,
    device: Device,
  ): Promise<Licence> {
    const ids = { licence: idText(offered.licence), item_id: idText(offered.itemId) };
    await this.#pay(currency, amount, "buy_resale", { ...ids, device: base64.encode(device.publicKey) });
    return this.#newest(offered.itemId);
  }

  /** Gives a licence without payment; its owner may set the device later. */
  async grant(itemId: bigint, to: string, device?: Device): Promise<bigint> {
    const given = device === undefined ? {} : { device: base64.encode(device.publicKey) };
    const body = { item_id: idText(itemId), to, ...given };
    return BigInt((await this.executeSecret<{ licence: string }>("grant", body)).licence);
  }

  /** Ends a licence; the money goes to its owner. */
  async revoke(licence: bigint, currency: Currency, amount: bigint): Promise<void> {
    await this.#pay(currency, amount, "revoke", { licence: idText(licence) });
  }

  /** `only`: see `collect`. */
  async refund(licence: bigint, { only }: { readonly only?: number } = {}): Promise<void> {
    await this.executeSecret("refund", { licence: idText(licence), only: only ?? null });
  }

  /**
   * Pays out everything that this account earned, by all tokens, so that nobody sees by which. A
   * token that refuses its payments blocks the others: `only` asks the token of one place alone
   * (the coin has the place after the tokens), and everybody sees which.
   */
  async collect({ only }: { readonly only?: number } = {}): Promise<void> {
    await this.executeSecret("collect", { only: only ?? null });
  }

  async setDevice(licence: bigint, device: Device): Promise<void> {
    await this.#act(licence, "device", { publicKey: device.publicKey });
  }

  /** For rented licences, once within their time. */
  async openSession(licence: bigint): Promise<void> {
    await this.#act(licence, "access");
  }

  /** An amount of 0 withdraws the offer. */
  async offerResale(licence: bigint, amount: bigint): Promise<void> {
    await this.#act(licence, "resale", { amount });
  }

  /** Ends a licence for ever: no keys any more. Keys that were fetched stay. */
  async burn(licence: bigint): Promise<void> {
    await this.#act(licence, "delete");
  }

  /** Gives a licence away; answers the number that it has at its new owner. */
  async transfer(licence: bigint, to: string): Promise<bigint> {
    const body = { licence: idText(licence), to };
    return BigInt((await this.executeSecret<{ licence: string }>("transfer", body)).licence);
  }

  /** The latest 32 licences of this account, the newest first. */
  async licences(): Promise<readonly Licence[]> {
    const { licences } = await this.permitQuery<{ licences: readonly LicenceAnswer[] }>(PERMISSION, { licences: {} });
    return licences.map(licenceOf);
  }

  /** What `collect` would pay: by token, then the coins. */
  async balance(): Promise<readonly bigint[]> {
    const { balance } = await this.permitQuery<{ balance: readonly string[] }>(PERMISSION, { balance: {} });
    return balance.map(BigInt);
  }

  /** Of the items of this publisher. */
  async sales(): Promise<readonly Sales[]> {
    type Answer = { sales: readonly { item_id: string; sold: number; earned: string; traces_left: number }[] };
    const { sales } = await this.permitQuery<Answer>(PERMISSION, { sales: {} });
    return sales.map(({ item_id, sold, earned, traces_left }) => ({
      itemId: BigInt(item_id),
      sold,
      earned: BigInt(earned),
      tracesLeft: traces_left,
    }));
  }

  /** The keys of a licence, unwrapped by the device. Throws KeysRefused or WrongDevice. */
  async keys(licence: bigint, device: Device): Promise<KeySet> {
    const query = { keys: { licence: idText(licence) } };
    const { keys } = await this.permitQuery<{ keys: KeysAnswer }>(PERMISSION, query);
    if (keys.refused !== null) throw new KeysRefused(`no keys of licence ${licence}: ${keys.refused}`);
    const { version } = keys;
    const wrapped = { enc: base64.decode(keys.enc), ct: base64.decode(keys.ct) };
    return unwrapKeys(device, wrapped, { contract: this.contract.address, licence, version });
  }

  /** Decrypts a container with the keys of a licence, as a stream. */
  async *open(
    container: Uint8Array | AsyncIterable<Uint8Array>,
    licence: bigint,
    device: Device,
    published: Published,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    yield* open(container, await this.keys(licence, device), published);
  }

  async openAll(container: Uint8Array, licence: bigint, device: Device, published: Published): Promise<Uint8Array> {
    return openAll(container, await this.keys(licence, device), published);
  }

  /**
   * Names the owners whose keys or copies were found. One of the 64 traces in 30 days for each 256
   * licences of the contract.
   */
  async trace(itemId: bigint, evidence: readonly Found[]): Promise<Accused> {
    type Answer = { accused: readonly [string, string][]; more: string; next: string };
    const accused: { licence: bigint; owner: string }[] = [];
    let [from, more] = [1n, 0];
    while (from !== 0n) {
      const body = { item_id: idText(itemId), evidence: evidenceText(evidence), from: idText(from) };
      const answer: Answer = await this.executeSecret<Answer>("trace", body, { size: TRACE_SIZE });
      accused.push(...answer.accused.map(([licence, owner]) => ({ licence: BigInt(licence), owner })));
      more += Number(answer.more);
      from = BigInt(answer.next);
    }
    return { accused, more };
  }

  /**
   * For a confirmer: confirms the pending purchases whose leaf stands in a block of its own node;
   * answers how many. `isInBlock` replaces the search for transactions of secret.js. The first call
   * reads all licences; later ones begin with the first that was still pending, or with `from`.
   */
  async confirmPending({
    isInBlock = (leaf: string) => this.#isInBlock(leaf),
    from = this.#settled,
  }: {
    isInBlock?: (leaf: string) => Promise<boolean>;
    from?: bigint;
  } = {}): Promise<number> {
    let [confirmed, more] = [0, true];
    let waiting: bigint | undefined;
    while (more) {
      const query = { pending: { from: idText(from) } };
      const { pending }: { pending: PendingAnswer } = await this.permitQuery(PERMISSION, query);
      const seen: PendingAnswer["purchases"][number][] = [];
      for (const purchase of pending.purchases)
        if (await isInBlock(hex.encode(base64.decode(purchase.leaf)))) seen.push(purchase);
        else waiting ??= BigInt(purchase.licence);
      if (seen.length > 0) {
        const made = await this.#confirm(seen);
        confirmed += made;
        // A leaf of another history: the purchase stays pending.
        if (made < seen.length) waiting ??= from;
      }
      ({ more } = pending);
      from = BigInt(pending.next);
    }
    this.#settled = waiting ?? from;
    return confirmed;
  }

  /** Confirms again and again until the signal aborts. A failed round is reported and repeated. */
  async confirmer(options: {
    readonly signal: AbortSignal;
    readonly everyMs?: number;
    readonly onError?: (error: unknown) => void;
  }): Promise<void> {
    const { signal, everyMs = 6_000, onError } = options;
    while (!signal.aborted) {
      await this.confirmPending().catch((error: unknown) => onError?.(error));
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, everyMs);
        const end = (): void => {
          clearTimeout(timer);
          resolve();
        };
        signal.addEventListener("abort", end, { once: true });
      });
    }
  }

  /** One message for all, so that nobody sees which it is. */
  async #act(
    licence: bigint,
    what: "device" | "access" | "resale" | "delete",
    { publicKey = NO_DEVICE, amount = 0n }: { publicKey?: Uint8Array; amount?: bigint } = {},
  ): Promise<void> {
    const [device, offered] = [base64.encode(publicKey), amountText(amount)];
    await this.executeSecret("act", { licence: idText(licence), do: what, device, amount: offered });
  }

  async #pay(currency: Currency, amount: bigint, name: string, body: object): Promise<void> {
    if (!("denom" in currency)) {
      await this.sendToken(currency, amount, { [name]: body });
      return;
    }
    const funds = amount === 0n ? [] : [{ denom: currency.denom, amount: String(amount) }];
    await this.executeSecret(name, body, { funds });
  }

  async #confirm(purchases: PendingAnswer["purchases"]): Promise<number> {
    const answer = await this.executeSecret<{ confirmed: string }>("confirm", { purchases }, { size: CONFIRM_SIZE });
    return BigInt(answer.confirmed).toString(2).replaceAll("0", "").length;
  }

  async #isInBlock(leaf: string): Promise<boolean> {
    const txs = await this.#search.txsQuery(`wasm.leaf='${leaf}'`);
    return txs.some(({ code }) => code === 0);
  }

  async #newest(itemId: bigint): Promise<Licence> {
    const found = (await this.licences()).find((licence) => licence.itemId === itemId);
    if (found === undefined) throw new Error("the purchase is in a block, but this node does not show its licence yet");
    return found;
  }
}

/** Gas limits by message; the README has what they use. */
const GAS: Readonly<Record<string, number>> = {
  send: 600_000,
  list_item: 400_000,
  grant: 400_000,
  confirm: 900_000,
  refund: 500_000,
  collect: 500_000,
  trace: 2_500_000,
};
