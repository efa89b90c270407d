// SPDX-License-Identifier: Apache-2.0
import type { TxResult } from "./secretClient.ts";

/** What a user can do about an error of the chain, by codespace and code. */
const ADVICE: Readonly<Record<string, string>> = {
  "sdk/4": "the signature is for another chain id or account: check the client's chain id and wallet",
  "sdk/5": "the account has too few coins for the fee or the funds: send it some",
  "sdk/11": "the gas limit is too low: give a higher one",
  "sdk/13": "the fee is too low: give a higher gas price",
  "sdk/19": "the same transaction is waiting already: wait for it",
  "sdk/20": "too many transactions wait: send it again later",
  "sdk/30": "the transaction came too late for its timeout height: send it again",
  "sdk/32": "another transaction of this account came first: send it again",
  "compute/2": "the contract refused its set-up message: correct it",
  "compute/3": "the contract refused the message, and nothing changed: correct it",
  "compute/9": "there is no such contract or code on this chain: check the address and the chain",
  "compute/40": "this ciphertext belongs to another sender or contract: make the message again",
};

const adviceFor = (name: string): string => ADVICE[name] ?? "nothing changed but the fee: read the text, and try again";

/** What the chain and cosmwasm-std put around a contract's words. */
const AROUND = [
  /^failed to execute message; message index: \d+: /,
  /: (?:instantiate|execute|query|reply to|migrate) contract failed$/,
  /^dispatch: submessages: /,
  /^Generic error: /,
];

/** The words of a contract's error, out of the chain's text around them. */
function wordsOf(log: string): string {
  // Contracts of the older interface answer errors as JSON.
  const inner = /"msg":"((?:[^"\\]|\\.)*)"/.exec(log)?.[1];
  const words = inner ?? AROUND.reduce((text, around) => text.trim().replace(around, ""), log).trim();
  // Quotes stand as JSON has them; one at the end has lost its second half on its way out of the
  // enclave, as on the reference.
  return words.replaceAll(/\\(["\\]|$)/g, (_, escaped: string) => escaped || '"');
}

/** A transaction that the chain refused or undid. */
export class TransactionFailed extends Error {
  override readonly name = "TransactionFailed";
  readonly codespace: string;
  readonly code: number;
  /** The chain's whole text. */
  readonly rawLog: string;
  /** Of a transaction in a block. */
  readonly txHash: string | undefined;
  readonly gasUsed: number | undefined;

  constructor(
    action: string,
    failure: Pick<TxResult, "codespace" | "code" | "rawLog"> & {
      readonly transactionHash?: string;
      readonly gasUsed?: number;
      readonly gasWanted?: number;
    },
  ) {
    const { codespace, code, rawLog, transactionHash, gasUsed, gasWanted } = failure;
    const name = `${codespace}/${code}`;
    const gas = name === "sdk/11" && gasUsed !== undefined ? ` (used ${gasUsed} of ${gasWanted})` : "";
    super(`"${action}" failed: ${wordsOf(rawLog)}${gas} (${name}). ${adviceFor(name)}`);
    this.codespace = codespace;
    this.code = code;
    this.rawLog = rawLog;
    this.txHash = transactionHash;
    this.gasUsed = gasUsed;
  }
}

/** A transaction that was sent and is in no block so far. It may still take effect. */
export class TransactionPending extends Error {
  override readonly name = "TransactionPending";
  readonly txHash: string;

  constructor(action: string, txHash: string) {
    super(
      `"${action}" was sent and is in no block so far (transaction ${txHash}). It can still take effect: look for it ` +
        "before you send it again",
    );
    this.txHash = txHash;
  }
}

const REFUSED = /^Broadcasting transaction failed with code (\d+) \(codespace: (.*?)\)\. Log: (.*)$/s;
const PENDING = /^Transaction ID ([0-9A-F]{64}) was submitted/;

/** secret.js's errors of a broadcast as types; other errors as they are. */
export function broadcastError(action: string, thrown: unknown): unknown {
  if (!(thrown instanceof Error)) return thrown;
  const [, code, codespace, rawLog] = REFUSED.exec(thrown.message) ?? [];
  if (code !== undefined && codespace !== undefined && rawLog !== undefined)
    return new TransactionFailed(action, { code: Number(code), codespace, rawLog });
  const pending = PENDING.exec(thrown.message)?.[1];
  return pending === undefined ? thrown : new TransactionPending(action, pending);
}

/** A contract's answer `{"status":"refused"}`: the transaction succeeded, the act did not. */
export class ContractRefused extends Error {
  override readonly name = "ContractRefused";
  readonly action: string;
  readonly reason: string;
  /** The content of the whole answer. */
  readonly answer: object;
  readonly txHash: string;

  constructor(action: string, reason: string, answer: object, txHash: string) {
    super(`the contract refused "${action}": ${reason}`);
    this.action = action;
    this.reason = reason;
    this.answer = answer;
    this.txHash = txHash;
  }
}

/** An error that a contract answered to a query. */
export class QueryRefused extends Error {
  override readonly name = "QueryRefused";
  readonly reason: string;

  constructor(reason: string) {
    super(`the contract refused the query: ${reason}`);
    this.reason = reason;
  }

  /** Of secret.js's text for it. */
  static of(text: string): QueryRefused {
    return new QueryRefused(wordsOf(text));
  }
}

/** A contract that a secret must not be sent to. Nothing was sent. */
export class InstanceRefused extends Error {
  override readonly name = "InstanceRefused";
}

/** An answer in a form that this client does not know. */
export class UnexpectedAnswer extends Error {
  override readonly name = "UnexpectedAnswer";
}
