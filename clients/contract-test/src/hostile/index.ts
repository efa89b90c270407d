// SPDX-License-Identifier: Apache-2.0
/** A hostile host of a validator or a node, in a test: docs/threats.md, "Open". */
import { formatAddress } from "@sotto/address";
import { fromBase64, toHex, toUtf8 } from "@sotto/bytes";
import { decryptError, decryptOutput, type MessageKey } from "@sotto/message";
import { type CallAnswer, Outcome } from "@sotto/protocol";
import type { Actor, Message, RunOptions } from "../actor.ts";
import type { ContractRef } from "../arguments.ts";
import type { DevChain } from "../chain.ts";
import { DevChainError } from "../errors.ts";
import type { Execution } from "../execution.ts";
import { hostileChannel, type SeenAnswer } from "./channel.ts";
import { type AskedRow, changedAt, isSame, type OlderRows, ServedRows } from "./rows.ts";

export type { AskedRow, OlderRows } from "./rows.ts";

/** An answer of the enclave, as the host gets it and a sender of the message decrypts it. */
export interface ComputedAnswer {
  /** The contract that was called: by a message, or by another contract. */
  readonly contract: string;
  readonly ok: boolean;
  /** Decrypted with the sender's key; empty when there is none or it does not decrypt. */
  readonly data: Uint8Array;
  /** Decrypted error of the contract. */
  readonly error: string | undefined;
  /** Encrypted rows that the call writes; a host can keep and serve them (`Fork.serve`). */
  readonly rows: CallAnswer["rows"];
  /** The data, parsed. Throws SyntaxError when it is no JSON. */
  json<T = unknown>(): T;
}

/** A transaction of a fork: its result on the chain, and what the enclave computed before. */
export interface ComputedRun {
  readonly execution: Execution;
  /** In the order of the calls. Those of a refused transaction are as real as others. */
  readonly answers: readonly ComputedAnswer[];
}

/** The view of a hostile host: a copy of the chain that the honest chain never sees. */
export interface Fork {
  /** From now on the enclave gets older rows, in calls, replies and queries. */
  serveOlder(rows: OlderRows): void;
  /**
   * From now on the enclave gets these rows of the contract: none, or another row. Rows that the
   * fork wrote are not asked for here.
   */
  serve(contract: ContractRef, answer: (row: AskedRow) => Uint8Array | undefined): void;
  /** Whether a block changed the row: `choose` for a mix. */
  changedAt(contract: ContractRef, height: number): (row: { readonly key: Uint8Array }) => boolean;
  /** One transaction, which may fail, with the answers of all its calls. */
  run(by: Actor, messages: readonly Message[], options?: RunOptions): Promise<ComputedRun>;
  /**
   * A query as of a height with any time, later or earlier than the chain's. Rejects with
   * QueryFailed.
   */
  query<T = unknown>(
    contract: ContractRef,
    msg: unknown,
    options?: { readonly height?: number; readonly time?: Date },
  ): Promise<T>;
}

export interface Hostile {
  /**
   * Runs `act` against a host that lies to its enclave, then reverts the chain. The enclave, its
   * code and its frames are real; what `act` returns is what the host knows. Rejects with
   * DevChainError when rows to be served older never were.
   */
  fork<T>(act: (fork: Fork) => Promise<T>): Promise<T>;
  /**
   * A fork for every mix of new and older rows: of the rows that `act` reads and that changed after
   * the height. At least one is older. Throws DevChainError for no such row, or more than 8.
   */
  mixes<T>(rows: Omit<OlderRows, "choose">, act: (fork: Fork) => Promise<T>): Promise<readonly Mix<T>[]>;
}

/** What one mix gave: what `act` returned, or why it was rejected. */
export type Mix<T> = { readonly known: T } | { readonly refused: string };

const MOST_ROWS = 8;

const NOTHING = new Uint8Array(0);
const ENCRYPTED = /^encrypted: (.+)$/;
const NS_PER_MS = 1_000_000n;

function computedOf({ contract, answer }: SeenAnswer, key: MessageKey | undefined): ComputedAnswer {
  const data = (key && answer.data && decryptOutput(key, answer.data)) ?? NOTHING;
  const found = ENCRYPTED.exec(answer.error)?.[1];
  const ciphertext = found === undefined ? undefined : fromBase64(found);
  const plain = key && ciphertext && decryptError(key, ciphertext);
  const error = answer.outcome === Outcome.ok ? undefined : ((plain && toUtf8(plain)) ?? answer.error);
  return {
    contract: formatAddress(contract),
    ok: answer.outcome === Outcome.ok,
    data,
    error,
    rows: answer.rows,
    json: <T>() => JSON.parse(toUtf8(data) ?? "") as T, // the caller names the type
  };
}

class OpenFork implements Fork {
  readonly rows: ServedRows;
  time: bigint | undefined;
  answers: SeenAnswer[] = [];
  readonly #chain: DevChain;

  constructor(chain: DevChain) {
    this.#chain = chain;
    this.rows = new ServedRows(chain);
  }

  serveOlder(rows: OlderRows): void {
    this.rows.addOlder(rows);
  }

  serve(contract: ContractRef, answer: (row: AskedRow) => Uint8Array | undefined): void {
    this.rows.add(contract, answer);
  }

  changedAt(contract: ContractRef, height: number) {
    return changedAt(this.#chain, contract, height);
  }

  async run(by: Actor, messages: readonly Message[], options: RunOptions = {}): Promise<ComputedRun> {
    const prepared = messages.map((message) => by.prepare(message));
    this.answers = [];
    const sent = await by.run(
      prepared.map(({ packed }) => packed),
      { ...options, mayFail: true },
    );
    let at = 0;
    const answers = this.answers.map((seen) => {
      at = seen.messageIndex ?? at;
      return computedOf(seen, prepared[at]?.key);
    });
    return { execution: sent, answers };
  }

  async query<T>(
    contract: ContractRef,
    msg: unknown,
    { height, time }: { readonly height?: number; readonly time?: Date } = {},
  ): Promise<T> {
    this.time = time && BigInt(time.getTime()) * NS_PER_MS;
    try {
      return await this.#chain.query<T>(contract, msg, height === undefined ? {} : { height });
    } finally {
      this.time = undefined;
    }
  }
}

async function forkOf<T>(chain: DevChain, act: (fork: OpenFork) => Promise<T>): Promise<T> {
  const mark = chain.snapshot();
  const fork = new OpenFork(chain);
  const frames = {
    rows: fork.rows,
    queryTime: () => fork.time,
    answered: (seen: SeenAnswer) => fork.answers.push(seen),
  };
  const end = chain.interpose(hostileChannel(frames));
  try {
    return await act(fork);
  } finally {
    end();
    chain.revert(mark);
  }
}

async function mixesOf<T>(
  chain: DevChain,
  { contract, height }: OlderRows,
  act: (fork: Fork) => Promise<T>,
): Promise<readonly Mix<T>[]> {
  const changed = new Set<string>();
  const mix = (isOlder: (key: string) => boolean): Promise<Mix<T>> =>
    forkOf(chain, (fork) => {
      const choose = ({ key, newer, at }: AskedRow) => {
        const name = toHex(key);
        if (!isSame(at(height), newer)) changed.add(name);
        return isOlder(name);
      };
      fork.serveOlder({ contract, height, choose });
      return act(fork).then(
        (known) => ({ known }),
        (thrown: unknown) => ({ refused: String(thrown) }),
      );
    });
  await mix(() => false);
  await mix(() => true);
  const rows = [...changed];
  if (rows.length === 0 || rows.length > MOST_ROWS)
    throw new DevChainError(
      `${rows.length} of the rows that were read changed after height ${height}: give 1 to ${MOST_ROWS}`,
    );
  const mixes: Mix<T>[] = [];
  for (let set = 1; set < 1 << rows.length; set++)
    mixes.push(await mix((key) => ((set >> rows.indexOf(key)) & 1) === 1));
  return mixes;
}

/** A hostile host over a chain of this process. */
export function hostile(chain: DevChain): Hostile {
  return {
    fork: (act) =>
      forkOf(chain, async (fork) => {
        const known = await act(fork);
        fork.rows.assertServed();
        return known;
      }),
    mixes: (rows, act) => mixesOf(chain, rows, act),
  };
}
