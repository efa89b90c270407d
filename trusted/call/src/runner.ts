// SPDX-License-Identifier: Apache-2.0
import { toBase64 } from "@sotto/bytes";
import {
  Abort,
  type Attribute,
  type CallResult,
  type Coin,
  type ContractResponse,
  type ContractResult,
  type Contracts,
  type Entry,
  formatEnv,
  MAX_CALL_GAS,
  parseResult,
} from "@sotto/cosmwasm";
import { type CallAnswer, EnclaveError, type UntrustedHost } from "@sotto/protocol";
import type { BlockRows, RowSource } from "@sotto/verify";
import { EMPTY_ANSWER, errorAnswer, faultAnswer, sealQueryError, sealResponse, sealText } from "./answer.ts";
import { type BackendInput, CallBackend } from "./callBackend.ts";
import { type KnownContract, loadCode } from "./contracts.ts";
import type { IoSession } from "./io.ts";
import { MAX_ATTRIBUTE_BYTES, MAX_ATTRIBUTES, MAX_MESSAGES, MAX_RESULT } from "./limits.ts";
import type { PendingCalls } from "./pendingCalls.ts";
import { callRandoms } from "./random.ts";
import { saltHead, saltOf } from "./state.ts";
import type { CallNode, CallTree } from "./tree.ts";

/** The random of queries (spec/cryptography.md 8.3): one zero byte. */
const QUERY_RANDOM = "AA==";
const NOTHING = new Uint8Array(0);

/** The verified block that calls run in. */
export interface CallBlock {
  readonly height: number;
  readonly timeNs: bigint;
  /** The block's secret random (spec/cryptography.md 8.1), 32 bytes. */
  readonly random: Uint8Array;
  /** Application hash of the state before it; undefined: rows are believed. */
  readonly appHash: Uint8Array | undefined;
}

interface CurrentBlock extends CallBlock {
  /** Decimal nanoseconds. */
  readonly time: string;
  readonly saltHead: Uint8Array;
  readonly randomOf: ReturnType<typeof callRandoms>;
}

/** One run of a contract; all fields are authentic. */
export interface Run {
  readonly node: CallNode;
  readonly session: IoSession;
  readonly contract: KnownContract;
  readonly entry: Entry;
  readonly msg: Uint8Array;
  /** Bech32; empty in replies. */
  readonly sender: string;
  readonly funds: readonly Coin[];
  readonly gasLimit: number;
  readonly txCounter: number;
}

/** The block that a contract sees in its environment. */
export interface Moment {
  readonly height: number;
  /** Decimal nanoseconds; of a query from outside another text from the host, which is refused. */
  readonly time: string;
}

export interface QueryRun extends Moment {
  readonly session: IoSession;
  readonly contract: KnownContract;
  readonly rows: RowSource;
  readonly msg: Uint8Array;
  readonly depth: number;
  readonly gasLimit: number;
}

interface RunnerParts {
  readonly contracts: Contracts;
  readonly chainId: string;
  readonly tree: CallTree;
  readonly pendingCalls: PendingCalls;
  readonly rows: BlockRows;
}

/** Runs contracts: env, random, storage, result. */
export class Runner {
  readonly #contracts: Contracts;
  readonly #chainId: string;
  readonly #tree: CallTree;
  readonly #pendingCalls: PendingCalls;
  readonly #rows: BlockRows;
  #block: CurrentBlock | undefined;
  /** Runs of this block so far. */
  #count = 0;

  constructor({ contracts, chainId, tree, pendingCalls, rows }: RunnerParts) {
    this.#contracts = contracts;
    this.#chainId = chainId;
    this.#tree = tree;
    this.#pendingCalls = pendingCalls;
    this.#rows = rows;
  }

  beginBlock(block: CallBlock): void {
    const { timeNs, height, random } = block;
    this.#block = {
      ...block,
      time: String(timeNs),
      saltHead: saltHead(timeNs, height),
      randomOf: callRandoms(random, height),
    };
    this.#count = 0;
  }

  get height(): number {
    return this.#mustBlock().height;
  }

  /** Of the block that calls run in, if there is one. */
  get moment(): Moment | undefined {
    return this.#block;
  }

  #mustBlock(): CurrentBlock {
    if (this.#block === undefined) throw EnclaveError.failedValidation();
    return this.#block;
  }

  run(run: Run, host: UntrustedHost): CallAnswer {
    const { node, session, contract, entry } = run;
    const block = this.#mustBlock();
    node.codeHash = contract.codeHashText;
    const code = loadCode(this.#contracts, contract.codeHash, host);
    const { dialect, features, isBoundOnly } = code.code;
    // A reply goes to the contract that sent the message: it was allowed before, or migrated since.
    if (isBoundOnly && !session.isBound && entry !== "reply") throw EnclaveError.unboundMessage();
    // Compat in form only: the reference counts just the runs that derive a random
    // (spec/cryptography.md 8.2).
    const counter = this.#count++;
    const wantsRandom = dialect === "v1" && features.has("random");
    const input = formatEnv(dialect, {
      block: { height: block.height, time: block.time, chainId: this.#chainId },
      random: wantsRandom ? toBase64(block.randomOf(contract.latestKey, counter)) : undefined,
      transaction: { index: run.txCounter, hash: node.txHash },
      contract: contract.addressText,
      codeHash: contract.codeHashText,
      sender: run.sender,
      // Compat: coins of cw20 origin are no funds (x/compute keeper.go Execute).
      funds: run.funds.filter(({ denom }) => !denom.startsWith("cw20:")),
    });
    const salt = saltOf(block.saltHead, counter + 1);
    const backend = this.#backend({ host, contract, rows: this.#rows, session, dialect, depth: 1, salt });
    const result = code.call(entry, { ...input, msg: run.msg }, backend, gasOf(run.gasLimit));
    return this.#answer(run, result, backend, dialect === "v1");
  }

  #backend(input: Omit<BackendInput, "pendingCalls" | "chainId">): CallBackend {
    return new CallBackend({ ...input, pendingCalls: this.#pendingCalls, chainId: this.#chainId });
  }

  #answer(run: Run, { abort, data, gasUsed }: CallResult, backend: CallBackend, isV1: boolean): CallAnswer {
    const { node, session, contract } = run;
    const parsed = abort === undefined ? parsedOf(data) : abort;
    if (typeof parsed === "string") {
      node.ending = "fault";
      return { ...faultAnswer(node.id, gasUsed, parsed), isV1 };
    }
    if (parsed.kind === "error") return { ...errorAnswer(node, session, gasUsed, parsed.error), isV1 };
    if (parsed.kind !== "response") {
      node.ending = "fault";
      return { ...faultAnswer(node.id, gasUsed, "failedDeserialize"), isV1 };
    }
    const { form, response } = parsed;
    const { codeHashText } = contract;
    const size = data?.length ?? 0;
    const sealed = sealResponse({ node, session, tree: this.#tree, codeHashText, form, response, size });
    if (sealed === undefined) {
      node.ending = "fault";
      return { ...faultAnswer(node.id, gasUsed, "memoryAllocation"), isV1 };
    }
    return { ...EMPTY_ANSWER, ...sealed, callId: node.id, gasUsed, rows: backend.flush(), isV1 };
  }

  query(run: QueryRun, host: UntrustedHost): CallAnswer {
    const { session, contract, rows, msg, depth, height, time, gasLimit } = run;
    if (!isDecimal(time)) throw EnclaveError.failedDeserialize();
    const code = loadCode(this.#contracts, contract.codeHash, host);
    const { dialect, isBoundOnly } = code.code;
    if (isBoundOnly && !session.isBound) throw EnclaveError.unboundMessage();
    const input = formatEnv(dialect, {
      block: { height, time, chainId: this.#chainId },
      random: QUERY_RANDOM,
      contract: contract.addressText,
      codeHash: contract.codeHashText,
      sender: "",
      funds: [],
    });
    const backend = this.#backend({ host, contract, rows, session, dialect, depth, salt: undefined });
    const { abort, data, gasUsed } = code.call("query", { ...input, msg }, backend, gasOf(gasLimit));
    const parsed = abort === undefined ? parsedOf(data) : abort;
    if (typeof parsed === "string") return faultAnswer(0, gasUsed, parsed);
    const isV1 = dialect === "v1";
    if (parsed.kind === "error") return { ...sealQueryError(session, gasUsed, parsed.error), isV1 };
    if (parsed.kind !== "answer") return faultAnswer(0, gasUsed, "failedDeserialize");
    return { ...EMPTY_ANSWER, gasUsed, data: sealText(session, parsed.answer, undefined), isV1 };
  }
}

const gasOf = (limit: number): number => Math.min(limit, MAX_CALL_GAS);

/** The result, or the reason of its absence. */
function parsedOf(data: Uint8Array | undefined): ContractResult | "memoryRead" | "failedDeserialize" {
  if (data !== undefined && data.length > MAX_RESULT) return "memoryRead";
  try {
    const result = parseResult(data ?? NOTHING);
    return result.kind === "response" && isTooMuch(result.response) ? "memoryRead" : result;
  } catch (thrown) {
    if (thrown instanceof Abort) return "failedDeserialize";
    throw thrown;
  }
}

function isTooMuch({ messages, attributes, events }: ContractResponse): boolean {
  if (messages.length > MAX_MESSAGES) return true;
  let count = 0;
  let bytes = 0;
  const add = (list: readonly Attribute[]): void => {
    count += list.length;
    for (const { key, value } of list) bytes += key.length + value.length;
  };
  add(attributes);
  for (const { type, attributes: own } of events) {
    count++;
    bytes += type.length;
    add(own);
  }
  return count > MAX_ATTRIBUTES || bytes > MAX_ATTRIBUTE_BYTES;
}

/** Decimal nanoseconds: the text goes unchanged into the contract's env. */
function isDecimal(text: string): boolean {
  if (text.length === 0 || text.length > 20) return false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 48 || code > 57) return false;
  }
  return true;
}
