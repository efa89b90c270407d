// SPDX-License-Identifier: Apache-2.0
import { toHex } from "@sotto/bytes";
import { decode } from "@sotto/codec";
import { sha256 } from "@sotto/crypto";
import type { MessageKey } from "@sotto/message";
import { MsgSendSchema } from "@sotto/proto/cosmos.bank.v1beta1";
import { MsgInstantiateContractResponseSchema, MsgStoreCodeResponseSchema } from "@sotto/proto/secret.compute.v1beta1";
import { type DevAccount, signerOf } from "./accounts.ts";
import {
  addressOf,
  assertCode,
  assertContract,
  assertKnown,
  assertMemo,
  type Code,
  type Contract,
  type ContractRef,
  jsonOf,
} from "./arguments.ts";
import { DevChainError } from "./errors.ts";
import type { Execution } from "./execution.ts";
import { assertCoins } from "./options.ts";
import type { Client } from "./parts/client.ts";
import { executeMessage, instantiateMessage, migrateMessage, storeMessage } from "./parts/messages.ts";
import { type Account, type Coin, type Packed, pack } from "./parts/signing.ts";
import { type Permit, type PermitOptions, signPermit } from "./permit.ts";

export interface RunOptions {
  /** Gas limit of the transaction. Default: 5,000,000; 50,000,000 to store a code. */
  readonly gas?: number;
  readonly memo?: string;
  /** Resolves with `ok` false in place of a rejection. */
  readonly mayFail?: boolean;
}

export interface ExecuteOptions extends RunOptions {
  /** Coins that the contract receives. */
  readonly funds?: readonly Coin[];
}

export interface InstantiateOptions extends ExecuteOptions {
  /** Unique on the chain. Default: a text with a number. */
  readonly label?: string;
  /** The account that may migrate it. Default: none. */
  readonly admin?: string | DevAccount;
}

/** One message of a transaction: to a contract, a payment, or encoded by the caller. */
export type Message =
  | { readonly contract: ContractRef; readonly msg: unknown; readonly funds?: readonly Coin[] }
  | { readonly to: string | DevAccount; readonly coins: readonly Coin[] }
  | Packed;

/** A message as it is signed, with the key of its answer and a name for reports. */
export interface PreparedMessage {
  readonly packed: Packed;
  readonly key: MessageKey | undefined;
  readonly name: string;
  /** The contract it calls. */
  readonly address: string | undefined;
}

/** The functions of a chain that its actors use. */
export interface ActorChain {
  readonly chainId: string;
  readonly client: Client;
  /** The next number for a label. */
  nextLabel(): number;
  /** Records the label of a contract for reports. */
  noteContract(contract: Contract): void;
  submit(
    by: DevAccount,
    messages: readonly PreparedMessage[],
    options: RunOptions & { gas: number },
  ): Promise<Execution>;
}

const GAS = 5_000_000;
const STORE_GAS = 50_000_000;

/** Options of one transaction. */
const RUN_OPTIONS = ["gas", "memo", "mayFail"];

/** The name of a message, as in `{"transfer":{...}}`. */
function nameOf(msg: unknown): string {
  const [name] = typeof msg === "object" && msg !== null ? Object.keys(msg) : [];
  return name ?? JSON.stringify(msg) ?? "undefined";
}

/** One account that sends transactions. */
export class Actor {
  readonly account: DevAccount;
  readonly #chain: ActorChain;
  readonly #by: Account;

  constructor(chain: ActorChain, account: DevAccount) {
    this.#chain = chain;
    this.account = account;
    this.#by = signerOf(account);
  }

  get address(): string {
    return this.account.address;
  }

  async storeCode(wasm: Uint8Array, options: RunOptions = {}): Promise<Code> {
    if (!(wasm instanceof Uint8Array) || wasm.length === 0)
      throw new DevChainError("storeCode takes the bytes of a wasm file, as readFileSync returns them");
    const packed = storeMessage(this.#by, wasm);
    const prepared = { packed, key: undefined, name: "store code", address: undefined };
    const done = await this.#submit([prepared], { gas: STORE_GAS, ...options, mayFail: false });
    const { codeId } = decode(MsgStoreCodeResponseSchema, done.messages[0]?.response ?? new Uint8Array(0));
    return { codeId, codeHash: toHex(sha256(wasm)) };
  }

  async instantiate(code: Code, msg: unknown, options: InstantiateOptions = {}): Promise<Contract> {
    const { label = `contract ${this.#chain.nextLabel()}`, admin = "", funds = [], ...rest } = options;
    assertCode(code);
    assertCoins("funds", funds);
    const { wire, key } = this.#chain.client.encryptText(code.codeHash, jsonOf(msg));
    const { codeId, codeHash } = code;
    const packed = instantiateMessage(this.#by, { codeId, label, admin: addressOf(admin), funds }, wire);
    const prepared = { packed, key, name: `instantiate ${label}`, address: undefined };
    const done = await this.#submit([prepared], { ...rest, mayFail: false });
    const response = done.messages[0]?.response ?? new Uint8Array(0);
    const { address } = decode(MsgInstantiateContractResponseSchema, response);
    const contract = { address, codeHash, codeId, label };
    this.#chain.noteContract(contract);
    return contract;
  }

  /** Stores a code and instantiates it. */
  async deploy(wasm: Uint8Array, msg: unknown, options: InstantiateOptions = {}): Promise<Contract> {
    return this.instantiate(await this.storeCode(wasm), msg, options);
  }

  /** Rejects with ExecutionFailed, or with `mayFail` resolves with `ok` false. */
  async execute(contract: ContractRef, msg: unknown, options: ExecuteOptions = {}): Promise<Execution> {
    const { funds = [], ...rest } = options;
    return this.#submit([this.prepare({ contract, msg, funds })], rest);
  }

  async send(to: string | DevAccount, coins: readonly Coin[], options: RunOptions = {}): Promise<Execution> {
    return this.#submit([this.prepare({ to, coins })], options);
  }

  /** One transaction with several messages. */
  async run(messages: readonly Message[], options: RunOptions = {}): Promise<Execution> {
    if (!Array.isArray(messages) || messages.length === 0)
      throw new DevChainError("a transaction has at least one message: give run([...])");
    return this.#submit(
      messages.map((message) => this.prepare(message)),
      options,
    );
  }

  /** Moves a contract to another code; the account must be its admin. */
  async migrate(contract: Contract, code: Code, msg: unknown, options: RunOptions = {}): Promise<Contract> {
    assertContract(contract);
    assertCode(code);
    const { wire, key } = this.#chain.client.encryptText(code.codeHash, jsonOf(msg));
    const packed = migrateMessage(this.#by, contract.address, code.codeId, wire);
    await this.#submit([{ packed, key, name: "migrate", address: contract.address }], { ...options, mayFail: false });
    return { ...contract, ...code };
  }

  /** A permit for queries (SNIP-24), signed by this account. */
  permit(options: PermitOptions): Permit {
    return signPermit(this.account, this.#chain.chainId, options);
  }

  /** A message of this account, encrypted. */
  prepare(message: Message): PreparedMessage {
    if ("typeUrl" in message) return { packed: message, key: undefined, name: message.typeUrl, address: undefined };
    if ("to" in message) {
      assertCoins("coins", message.coins);
      const value = { fromAddress: this.address, toAddress: addressOf(message.to), amount: [...message.coins] };
      return { packed: pack(MsgSendSchema, value), key: undefined, name: "send", address: undefined };
    }
    const { contract, msg, funds = [] } = message;
    assertContract(contract);
    assertCoins("funds", funds);
    const { wire, key } = this.#chain.client.encryptText(contract.codeHash, jsonOf(msg));
    const packed = executeMessage(this.#by, contract.address, wire, funds);
    return { packed, key, name: nameOf(msg), address: contract.address };
  }

  #submit(messages: readonly PreparedMessage[], options: RunOptions): Promise<Execution> {
    assertKnown(options, RUN_OPTIONS);
    const { gas = GAS } = options;
    assertMemo(options.memo);
    if (!Number.isSafeInteger(gas) || gas <= 0)
      throw new DevChainError(`the gas limit is ${gas}: give a whole number above 0`);
    return this.#chain.submit(this.account, messages, { ...options, gas });
  }
}
