// SPDX-License-Identifier: Apache-2.0
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { base64 } from "@scure/base";
import { contentOf, dataOf, refusalOf } from "./answers.ts";
import { broadcastError, ContractRefused, QueryRefused, TransactionFailed } from "./errors.ts";
import { type ContractRef, checkInstance, type InstanceRules } from "./instance.ts";
import { inTurn } from "./queue.ts";
import { type Coin, chainIdOf, type SecretClient, type TxOptions, type TxResult } from "./secretClient.ts";
import { Permits, ViewingKey } from "./secrets.ts";
import { channelOf, type Notification, Receiver } from "./snip52.ts";
import type { ContractFeed } from "./socket.ts";
import { amountText, HOOK_SIZE, padded, SECRET_SIZE, SEND_SIZE } from "./text.ts";

/** The fields by which a contract refuses a copy of another's message. */
export interface Bind {
  readonly contract: string;
  readonly sender: string;
  readonly chain_id: string;
}

export interface ClientOptions extends InstanceRules {
  /** Needed only for a client of secret.js that does not show its chain id. */
  readonly chainId?: string;
  /** Gas limit for each message by its name, over those of the product's client. */
  readonly gas?: Readonly<Record<string, number>>;
  /** uscrt for a unit of gas; secret.js's 0.1 by default. */
  readonly gasPrice?: number;
  readonly feeGranter?: string;
  /** Time between looks for the transaction, in milliseconds; 500 by default. */
  readonly pollMs?: number;
  /** How long to look for it, in milliseconds; a minute by default. */
  readonly timeoutMs?: number;
  /** For notifications; may be shared by all clients of a program. */
  readonly feed?: ContractFeed;
  /** Keplr signs the permits (in a browser), not the wallet of the client. */
  readonly keplr?: boolean;
}

export interface ExecuteOptions {
  /** Bytes of the message as JSON; 768 by default. */
  readonly size?: number;
  /** Gas limit. */
  readonly gas?: number;
  readonly funds?: readonly Coin[];
  /** Resolves with a refused answer in place of ContractRefused. */
  readonly mayRefuse?: boolean;
}

export interface SendOptions extends Omit<ExecuteOptions, "size" | "funds"> {
  /** Bytes of the inner message as JSON, before base64; 384 by default. */
  readonly size?: number;
  /** Bytes of the whole message as JSON; 1,024 by default. */
  readonly sendSize?: number;
}

/** A message that took effect. */
export interface Executed<T> {
  /** The content of `{"action":{...}}`. */
  readonly answer: T;
  readonly txHash: string;
  readonly height: number;
  readonly gasUsed: number;
}

/** Gas limit of a message without an own one. */
const DEFAULT_GAS = 400_000;
const DEFAULT_POLL_MS = 500;

/** For callers without types: a missing await is the usual cause. */
function assertParts(client: SecretClient | undefined, contract: ContractRef | undefined): void {
  if (typeof client?.query !== "object")
    throw new TypeError("the first argument is no SecretNetworkClient of secret.js");
  if (typeof contract?.address !== "string" || typeof contract.codeHash !== "string")
    throw new TypeError("a contract has { address, codeHash }, as texts: was an await left out?");
}

/**
 * A contract in the view of one account. Products' clients extend it. It sends nothing secret
 * before the instance is checked, binds and pads every message, and throws errors in words.
 */
export class ContractClient {
  /**
   * Gas limits by message name, `send` for all hook messages without an own one; products set
   * theirs.
   */
  protected readonly gasLimits: Readonly<Record<string, number>> = {};
  protected readonly client: SecretClient;
  protected readonly permits: Permits;
  readonly contract: ContractRef;
  readonly #options: ClientOptions;
  readonly #chainId: string;
  /** Contracts that are as they should be; a failed check is repeated. */
  readonly #checked = new Map<string, Promise<void>>();

  /** Sends nothing yet. Throws TypeError when the chain id, client or contract is not known. */
  constructor(client: SecretClient, contract: ContractRef, options: ClientOptions = {}) {
    assertParts(client, contract);
    this.client = client;
    this.contract = contract;
    this.#options = options;
    this.#chainId = options.chainId ?? chainIdOf(client);
    this.permits = new Permits(client, contract.address, {
      chainId: this.#chainId,
      keplr: options.keplr === true,
    });
  }

  /** The account that signs. */
  get address(): string {
    return this.client.address;
  }

  /**
   * Refuses an instance with another code hash, or with a chain admin unless `allowAdmin`. Every
   * method that sends calls it first. Throws InstanceRefused.
   */
  checkInstance(): Promise<void> {
    return this.#check(this.contract, this.#options);
  }

  /** For a message of this account to this contract. */
  bind(): Bind {
    return this.#bindTo(this.contract.address);
  }

  /**
   * Sends `{name: {...body, bind, padding}}` and answers the content of the contract's answer.
   * Throws ContractRefused for a refused answer, TransactionFailed for an error of the chain,
   * TransactionPending when no block has it in time, MessageTooLong and InstanceRefused before
   * anything is sent.
   */
  async executeSecret<T extends object>(name: string, body: object, options: ExecuteOptions = {}): Promise<T> {
    return (await this.execute<T>(name, body, options)).answer;
  }

  /** As `executeSecret`, with the facts of the transaction. */
  async execute<T extends object>(name: string, body: object, options: ExecuteOptions = {}): Promise<Executed<T>> {
    const { size = SECRET_SIZE } = options;
    await this.checkInstance();
    const msg = padded(name, { ...body, bind: this.bind() }, size);
    return this.#send(this.contract, name, msg, options);
  }

  /**
   * Sends tokens to this contract with a hook message `{name: {...}}`, which gets bind and padding.
   * The token (a SNIP-20 contract) is checked, too. Answers the content of the token's answer.
   */
  async sendToken<T extends object = { readonly status: string }>(
    token: ContractRef & InstanceRules,
    amount: bigint,
    innerMessage: Readonly<Record<string, object>>,
    options: SendOptions = {},
  ): Promise<T> {
    const { size = HOOK_SIZE, sendSize = SEND_SIZE, ...rest } = options;
    const [[name, body] = [undefined, {}], ...others] = Object.entries(innerMessage);
    if (name === undefined || others.length > 0) throw new TypeError("a hook message has one action");
    await Promise.all([this.checkInstance(), this.#check(token, token)]);
    const inner = padded(name, { ...body, bind: this.bind() }, size);
    const send = {
      recipient: this.contract.address,
      recipient_code_hash: this.contract.codeHash,
      amount: amountText(amount),
      msg: base64.encode(utf8ToBytes(JSON.stringify(inner))),
      bind: this.#bindTo(token.address),
    };
    const gas = rest.gas ?? this.#gasOf(name) ?? this.#gasOf("send");
    const limited = gas === undefined ? rest : { ...rest, gas };
    const { answer } = await this.#send<T>(token, name, padded("send", send, sendSize), limited);
    return answer;
  }

  /** Asks without a permit. Throws QueryRefused with the contract's words. */
  async query<T>(query: object): Promise<T> {
    const { address: contract_address, codeHash: code_hash } = this.contract;
    const answer = await this.client.query.compute.queryContract({ contract_address, code_hash, query });
    // The way in which secret.js reports a contract's error.
    if (typeof answer === "string") throw QueryRefused.of(answer);
    // The caller names the shape: the schema of its contract.
    return answer as T;
  }

  /** Asks as this account, with a permit of one permission that is signed once and then kept. */
  async permitQuery<T>(permission: string, query: object): Promise<T> {
    await this.checkInstance();
    const permit = await this.permits.for(permission);
    return this.query<T>({ with_permit: { permit, query } });
  }

  /**
   * Makes the permits so far useless at the contract's latest state; later ones have another name.
   */
  async revokePermits(): Promise<void> {
    await this.executeSecret("revoke_permit", { permit_name: this.permits.name });
    this.permits.forget();
  }

  /** Sets a random viewing key, for tools that cannot sign permits. */
  async createViewingKey(): Promise<ViewingKey> {
    const key = ViewingKey.random();
    await this.executeSecret("set_viewing_key", { key: key.expose() });
    return key;
  }

  /**
   * Asks `{name: {...body, address, key}}` as this account. Throws QueryRefused for a wrong key.
   */
  async viewingKeyQuery<T>(key: ViewingKey, name: string, body: object = {}): Promise<T> {
    await this.checkInstance();
    const answer = await this.query<T>({ [name]: { ...body, address: this.address, key: key.expose() } });
    // The form of SNIP-20 for a wrong key.
    const { viewing_key_error: failed } = answer as { readonly viewing_key_error?: { readonly msg?: string } };
    if (failed !== undefined) throw new QueryRefused(failed.msg ?? "the viewing key is wrong");
    return answer;
  }

  /**
   * Passes the notifications of a channel (SNIP-52) to the listener, from now on; the answered
   * function ends that. Needs the feed of the options. The channel's seed is asked with a permit of
   * `permission`. In TxHash mode nothing is missed while the node is away.
   */
  async notifications(
    id: string,
    listener: (notification: Notification) => void,
    { permission = "owner" } = {},
  ): Promise<() => void> {
    const { feed } = this.#options;
    if (feed === undefined) throw new TypeError("notifications need a feed: give a ContractFeed in the options");
    const answer = await this.permitQuery(permission, { channel_info: { channels: [id] } });
    const receiver = new Receiver(channelOf(id, answer));
    return feed.follow(this.contract.address, (event) => {
      for (const notification of receiver.read(event)) listener(notification);
    });
  }

  #bindTo(contract: string): Bind {
    return { contract, sender: this.address, chain_id: this.#chainId };
  }

  #check(contract: ContractRef, rules: InstanceRules): Promise<void> {
    const key = JSON.stringify([contract.address, contract.codeHash, rules.allowAdmin === true]);
    const known = this.#checked.get(key);
    if (known !== undefined) return known;
    const check = checkInstance(this.client, contract, rules);
    this.#checked.set(key, check);
    check.catch(() => this.#checked.delete(key));
    return check;
  }

  async #send<T extends object>(
    to: ContractRef,
    action: string,
    msg: object,
    { gas, funds = [], mayRefuse = false }: ExecuteOptions,
  ): Promise<Executed<T>> {
    const params = {
      sender: this.address,
      contract_address: to.address,
      code_hash: to.codeHash,
      msg,
      sent_funds: [...funds],
    };
    const { compute } = this.client.tx;
    const tx = await inTurn(this.client, () => compute.executeContract(params, this.#txOptions(action, gas))).catch(
      (thrown: unknown): TxResult => {
        throw broadcastError(action, thrown);
      },
    );
    if (tx.code !== 0) throw new TransactionFailed(action, tx);
    const content = contentOf(dataOf(tx.data[0] ?? new Uint8Array(0)));
    const reason = refusalOf(content);
    if (reason !== undefined && !mayRefuse) throw new ContractRefused(action, reason, content, tx.transactionHash);
    const { transactionHash: txHash, height, gasUsed } = tx;
    // The caller names the shape: the schema of its contract.
    return { answer: content as T, txHash, height, gasUsed };
  }

  #gasOf(name: string): number | undefined {
    return this.#options.gas?.[name] ?? this.gasLimits[name];
  }

  #txOptions(action: string, gas: number | undefined): TxOptions {
    const { gasPrice, feeGranter, pollMs = DEFAULT_POLL_MS, timeoutMs } = this.#options;
    return {
      gasLimit: gas ?? this.#gasOf(action) ?? DEFAULT_GAS,
      broadcastCheckIntervalMs: pollMs,
      ...(gasPrice === undefined ? {} : { gasPriceInFeeDenom: gasPrice }),
      ...(feeGranter === undefined ? {} : { feeGranter }),
      ...(timeoutMs === undefined ? {} : { broadcastTimeoutMs: timeoutMs }),
    };
  }
}
