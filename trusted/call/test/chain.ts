// SPDX-License-Identifier: Apache-2.0
import { contractAddress, formatAddress, getAddress } from "@sotto/address";
import { fromBase64, fromUtf8, toBase64, toHex, toLatin1, toUtf8 } from "@sotto/bytes";
import { Client } from "@sotto/contract-test/parts";
import { createContracts } from "@sotto/cosmwasm";
import { sha256 } from "@sotto/crypto";
import { createEngine } from "@sotto/engine";
import { ConsensusKeys, keychainOf } from "@sotto/keys";
import { decryptOutput, type MessageKey, open, openAttribute } from "@sotto/message";
import {
  type CallAnswer,
  CallKind,
  type CallRequest,
  type ContractRef,
  EnclaveError,
  type HostService,
  Outcome,
  type QueryRequest,
  ReplyOn,
  type ReplyRequest,
  type SubMessage,
  WasmKind,
} from "@sotto/protocol";
import type { CallMessage, SignedMessage } from "@sotto/verify";
import { untrusted, untrustedHost } from "../../../test/support/untrusted.ts";
import { hashOf, wasm } from "../../../test/support/wasm.ts";
import { type CallBlock, Calls, type CallsInput } from "../src/index.ts";

const NONE = new Uint8Array(0);
export const GAS = 10_000_000_000;
/** Keys of the seeds 01..01, 02..02 and so on, as in the vectors of spec/cryptography.md 9. */
export const keysOf = (...bytes: number[]): ConsensusKeys =>
  new ConsensusKeys(keychainOf(bytes.map((byte) => new Uint8Array(32).fill(byte))));

export const keys = keysOf(1, 2);
const contracts = createContracts(createEngine());

export const { v1: probeV1, v010: probeV010 } = wasm;

interface Account {
  readonly ref: ContractRef;
  readonly codeId: number;
}

/** A failed call as the chain sees it: its outcome, and the text before `... contract failed`. */
export class Failed extends Error {
  readonly answer: CallAnswer | undefined;
  readonly isContractError: boolean;

  constructor(text: string, answer?: CallAnswer, isContractError = answer !== undefined) {
    super(text);
    this.answer = answer;
    this.isContractError = isContractError;
  }
}

const faultText = (code: number): string =>
  Object.values(EnclaveError).find((error) => error.code === code)?.summary ?? "";

/** The calls of an enclave, with a host that a test controls. */
export class HostedCalls {
  readonly #calls: Calls;

  constructor(input: CallsInput) {
    this.#calls = new Calls(input);
  }

  beginBlock(block: CallBlock): void {
    this.#calls.beginBlock(block);
  }

  beginMessage(txIndex = 0, lastFailed = false): void {
    this.#calls.beginMessage(txIndex, untrusted(lastFailed));
  }

  call(request: CallRequest, signed: SignedMessage | undefined, host: HostService): CallAnswer {
    return this.#calls.call(untrusted(request), signed, untrustedHost(host));
  }

  reply(request: ReplyRequest, host: HostService): CallAnswer {
    return this.#calls.reply(untrusted(request), untrustedHost(host));
  }

  query(request: QueryRequest, host: HostService): CallAnswer {
    return this.#calls.query(untrusted(request), untrustedHost(host));
  }
}

/**
 * The host's side of calls as x/compute plays it: contracts, encrypted rows with rollback,
 * sub-messages, replies. Hooks stand where a hostile host would act.
 */
export class Chain {
  readonly calls = new HostedCalls({ keys, contracts, chainId: "secretdev-1", believesRows: true });
  readonly codes: Uint8Array[] = [];
  accounts = new Map<string, Account>();
  rows = new Map<string, Uint8Array>();
  height = 1;
  #instances = 0;
  readonly asks: { readonly kind: string; readonly bytes: Uint8Array }[] = [];
  /** The bank's answer to `bank` messages. */
  bank: (json: string) => void = () => undefined;
  /** The height and time that the host gives a query. */
  moment = (_depth: number) => ({ height: this.height, time: "1700000000000000000" });
  onRead: (row: Uint8Array | undefined, key: Uint8Array) => Uint8Array | undefined = (row) => row;
  onQuery: (answer: Uint8Array) => Uint8Array = (answer) => answer;
  beforeReply: (parentId: number, message: SubMessage) => void = () => undefined;
  readonly answers: CallAnswer[] = [];

  constructor(...codes: Uint8Array[]) {
    for (const code of codes) this.codes.push(code);
    this.nextBlock();
  }

  nextBlock(height = this.height + 1): void {
    this.height = height;
    const random = sha256(fromUtf8(`random ${height}`));
    const timeNs = 1_700_000_000_000_000_123n + BigInt(height) * 6_000_000_000n;
    // Rows are believed: trusted/call/test/rows.test.ts has those that are proven.
    this.calls.beginBlock({ height, timeNs, random, appHash: undefined });
  }

  host(contract: Uint8Array): HostService {
    return {
      readState: (key) => {
        this.asks.push({ kind: "readState", bytes: key });
        const row = this.rows.get(toLatin1(contract) + toLatin1(key));
        return this.onRead(row?.slice(), key);
      },
      proveRow: () => NONE,
      proveState: () => ({ value: undefined, proof: NONE }),
      proveStore: () => NONE,
      readCode: (hash) => this.codes.find((code) => toHex(sha256(code)) === toHex(hash))?.slice(),
      queryChain: ({ request, gasLimit, depth }) => {
        this.asks.push({ kind: "queryChain", bytes: request });
        const { answer, gasUsed } = this.#queryChain(request, gasLimit, depth);
        return { answer: this.onQuery(answer), gasUsed };
      },
    };
  }

  #queryChain(request: Uint8Array, gasLimit: number, depth: number): { answer: Uint8Array; gasUsed: number } {
    const { wasm } = JSON.parse(toUtf8(request) as string);
    const json = (value: unknown) => fromUtf8(JSON.stringify(value));
    if (wasm?.smart === undefined) return { answer: json({ Err: { unsupported_request: { kind: "x" } } }), gasUsed: 0 };
    const address = getAddress(wasm.smart.contract_addr);
    const account = address && this.accounts.get(toLatin1(address));
    if (account === undefined)
      return { answer: json({ Ok: { Err: { generic_err: { msg: "contract: not found" } } } }), gasUsed: 0 };
    const query = fromBase64(wasm.smart.msg) as Uint8Array;
    const answer = this.queryRaw(account.ref.address, query, depth, gasLimit);
    const inner =
      answer.outcome === Outcome.ok
        ? { Ok: toBase64(answer.data as Uint8Array) }
        : {
            Err: {
              generic_err: {
                msg: `${answer.error === "" ? `Execution error: Enclave: ${faultText(answer.fault)}` : answer.error}: query contract failed`,
              },
            },
          };
    return { answer: json({ Ok: inner }), gasUsed: answer.gasUsed };
  }

  queryRaw(contract: Uint8Array, query: Uint8Array, depth = 1, gasLimit = GAS): CallAnswer {
    const { ref } = this.accounts.get(toLatin1(contract)) as Account;
    const request = { contract: ref, query, gasLimit, depth, ...this.moment(depth) };
    return this.calls.query(request, this.host(contract));
  }

  ref(contract: Uint8Array): ContractRef {
    return (this.accounts.get(toLatin1(contract)) as Account).ref;
  }

  /** Runs a transaction's message; a failure reverts all of it. */
  deliver(
    message: CallMessage,
    options: { callbackSig?: Uint8Array; gas?: number } = {},
  ): { data: Uint8Array | undefined; contract: Uint8Array } {
    const signed: SignedMessage = { message, txHash: "AB".repeat(32), callbackSig: options.callbackSig ?? NONE };
    return this.#branch(() => this.#run(message, 0, signed, 1, options.gas ?? GAS));
  }

  #branch<T>(act: () => T): T {
    const rows = new Map(this.rows);
    const accounts = new Map(this.accounts);
    try {
      return act();
    } catch (thrown) {
      this.rows = rows;
      this.accounts = accounts;
      throw thrown;
    }
  }

  request(message: CallMessage, callId: number, gasLimit = GAS) {
    const target = "contract" in message ? this.accounts.get(toLatin1(message.contract)) : undefined;
    const codeId = "codeId" in message ? message.codeId : 0;
    const codeHash = codeId === 0 ? NONE : sha256(this.codes[codeId - 1] as Uint8Array);
    const fresh: ContractRef = {
      address: NONE,
      codeHash,
      ogKey: NONE,
      currentKey: NONE,
      currentKeyProof: NONE,
      admin: "",
      adminProof: NONE,
    };
    return {
      kind: CallKind[message.kind],
      txIndex: 0,
      messageIndex: 0,
      callId,
      accountNumber: 0,
      hint: undefined,
      txCounter: 3,
      contract: target?.ref ?? fresh,
      newCodeHash: message.kind === "migrate" ? codeHash : NONE,
      codeId,
      instanceId: message.kind === "instantiate" ? ++this.#instances : 0,
      gasLimit,
      lastFailed: false,
    };
  }

  #run(message: CallMessage, callId: number, signed: SignedMessage | undefined, depth: number, gas: number) {
    const request = this.request(message, callId, gas);
    const contract =
      message.kind === "instantiate"
        ? contractAddress(BigInt(message.codeId), BigInt(request.instanceId), message.sender)
        : message.contract;
    const answer = this.calls.call(request, signed, this.host(contract));
    this.#settle(contract, answer);
    if (message.kind === "instantiate") {
      const ref = { ...request.contract, address: contract, ogKey: answer.contractKey, adminProof: answer.adminProof };
      this.accounts.set(toLatin1(contract), { ref, codeId: message.codeId });
    } else if (message.kind === "migrate") {
      const ref = {
        ...request.contract,
        codeHash: request.newCodeHash,
        currentKey: answer.contractKey,
        currentKeyProof: answer.contractKeyProof,
      };
      this.accounts.set(toLatin1(contract), { ref, codeId: message.codeId });
    } else if (message.kind === "updateAdmin") {
      const ref = { ...request.contract, adminProof: answer.adminProof };
      this.accounts.set(toLatin1(contract), { ref, codeId: (this.accounts.get(toLatin1(contract)) as Account).codeId });
    }
    return { data: this.#dispatch(contract, answer, depth), contract };
  }

  #settle(contract: Uint8Array, answer: CallAnswer): void {
    this.answers.push(answer);
    if (answer.outcome === Outcome.contractError) throw new Failed(answer.error, answer);
    if (answer.outcome === Outcome.outOfGas) throw new Failed("Out of gas", answer);
    if (answer.outcome === Outcome.fault)
      throw new Failed(`Execution error: Enclave: ${faultText(answer.fault)}`, answer);
    for (const { key, value } of answer.rows) {
      const name = toLatin1(contract) + toLatin1(key);
      if (value === undefined) this.rows.delete(name);
      else this.rows.set(name, value);
    }
  }

  #dispatch(contract: Uint8Array, answer: CallAnswer, depth: number): Uint8Array | undefined {
    let { data } = answer;
    for (const message of answer.messages) {
      if (toUtf8(message.json)?.startsWith('{"finalize_tx"')) break;
      let result: Uint8Array | undefined;
      let failure: Failed | undefined;
      try {
        result = this.#branch(() => this.#runSub(contract, message, depth));
      } catch (thrown) {
        if (!(thrown instanceof Failed)) throw thrown;
        failure = thrown;
      }
      const ok = failure === undefined;
      const wanted = message.replyOn === ReplyOn.always || message.replyOn === (ok ? ReplyOn.success : ReplyOn.error);
      if (!wanted) {
        if (failure !== undefined)
          throw new Failed(`dispatch: submessages: ${failure.message}`, failure.answer, failure.isContractError);
        continue;
      }
      if (failure !== undefined && message.wasm !== undefined && !failure.isContractError) throw failure;
      this.beforeReply(answer.callId, message);
      data =
        this.reply(contract, answer.callId, message.id, { ok, data: result, error: failure?.message ?? "" }, depth) ??
        data;
    }
    return data;
  }

  reply(
    contract: Uint8Array,
    parentId: number,
    childId: number,
    report: { ok: boolean; data: Uint8Array | undefined; error: string },
    depth = 1,
  ) {
    const events = [{ type: "wasm", attributes: [{ key: "k", value: 'v"', encrypted: false }] }];
    const request = { parentId, childId, contract: this.ref(contract), gasLimit: GAS, ...report, events, txCounter: 3 };
    const answer = this.calls.reply(request, this.host(contract));
    this.#settle(contract, answer);
    return this.#dispatch(contract, answer, depth);
  }

  #runSub(contract: Uint8Array, message: SubMessage, depth: number): Uint8Array | undefined {
    const { wasm } = message;
    if (wasm === undefined) {
      this.bank(toUtf8(message.json) as string);
      return fromUtf8("bank says ok");
    }
    return this.#run(this.messageOf(contract, wasm), message.id, undefined, depth + 1, GAS).data;
  }

  messageOf(sender: Uint8Array, wasm: NonNullable<SubMessage["wasm"]>): CallMessage {
    const contract = getAddress(wasm.contract) ?? NONE;
    switch (wasm.kind) {
      case WasmKind.instantiate:
        return {
          kind: "instantiate",
          sender,
          codeId: wasm.codeId,
          label: wasm.label,
          msg: wasm.msg,
          funds: wasm.funds,
          admin: wasm.admin,
        };
      case WasmKind.execute:
        return { kind: "execute", sender, contract, msg: wasm.msg, funds: wasm.funds };
      case WasmKind.migrate:
        return { kind: "migrate", sender, contract, codeId: wasm.codeId, msg: wasm.msg };
      default:
        return { kind: "updateAdmin", sender, contract, newAdmin: wasm.admin };
    }
  }
}

/** A user with a key, as in secret.js. */
export class User {
  readonly address: Uint8Array;
  readonly text: string;
  readonly #client: Client;
  /** Key of the last message. */
  last: MessageKey | undefined;

  constructor(seed: number) {
    this.address = new Uint8Array(20).fill(seed);
    this.text = formatAddress(this.address);
    this.#client = new Client(`user ${seed}`, keys.ioPublicKey);
  }

  encrypt(code: Uint8Array | string, msg: unknown): Uint8Array {
    const hash = typeof code === "string" ? code : hashOf(code);
    const { wire, key } = this.#client.encryptText(hash, typeof msg === "string" ? msg : JSON.stringify(msg));
    this.last = key;
    return wire;
  }

  /** The data of a transaction or the answer of a query, as JSON. */
  read(data: Uint8Array | undefined): unknown {
    const bytes = decryptOutput(this.last as MessageKey, data ?? NONE);
    if (bytes === undefined) throw new Error("not for me");
    return bytes.length === 0 ? undefined : JSON.parse(toUtf8(bytes) as string);
  }

  /** The text of an encrypted error: the part after `encrypted: `. */
  readError(text: string): string {
    const at = text.indexOf("encrypted: ");
    const bytes = open((this.last as MessageKey).siv, fromBase64(text.slice(at + 11)) as Uint8Array);
    return toUtf8(bytes as Uint8Array) as string;
  }

  readAttribute(text: string): string {
    return toUtf8(openAttribute((this.last as MessageKey).siv, text) as Uint8Array) as string;
  }

  create(chain: Chain, codeId: number, ops: readonly unknown[] = [], admin = ""): Uint8Array {
    const msg = this.encrypt(chain.codes[codeId - 1] as Uint8Array, { ops });
    return chain.deliver({ kind: "instantiate", sender: this.address, codeId, label: "", msg, funds: [], admin })
      .contract;
  }

  execute(chain: Chain, contract: Uint8Array, code: Uint8Array, ...ops: readonly unknown[]): unknown {
    const msg = this.encrypt(code, { batch: { ops } });
    const { data } = chain.deliver({ kind: "execute", sender: this.address, contract, msg, funds: [] });
    return this.read(data);
  }

  query(chain: Chain, contract: Uint8Array, code: Uint8Array, ...ops: readonly unknown[]): unknown {
    const answer = chain.queryRaw(contract, this.encrypt(code, { batch: { ops } }));
    if (answer.outcome === Outcome.contractError) throw new Failed(answer.error, answer);
    if (answer.outcome !== Outcome.ok) throw new Failed(faultText(answer.fault), answer);
    return this.read(answer.data);
  }
}

/** The failure of `act`. */
export function failure(act: () => unknown): Failed {
  try {
    act();
  } catch (thrown) {
    if (thrown instanceof Failed) return thrown;
    throw thrown;
  }
  throw new Error("it did not fail");
}
