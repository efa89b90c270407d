// SPDX-License-Identifier: Apache-2.0
import { hexToBytes, randomBytes } from "@noble/hashes/utils.js";
import { base64 } from "@scure/base";
import {
  amountText,
  type ClientOptions,
  ContractClient,
  type ContractRef,
  ContractRefused,
  headAfter,
  type InstanceRules,
  idText,
  jsonSize,
  SETUP_SIZE,
  type SecretClient,
  searchLeaves,
  TransactionFailed,
  type TxSearch,
} from "@sotto/contract-client";
import { Credential } from "./credential.ts";
import { leavesOf } from "./head.ts";
import type { ListedVoter, Poll, PollResult, PollTerms, Recorded } from "./messages.ts";
import { type CredentialStore, MemoryStore } from "./store.ts";
import { choiceOf, termsMessage } from "./terms.ts";
import { LAG_TRIES, LogDiffers, type Witnessed, type WitnessOptions } from "./witness.ts";

export interface BallotOptions extends ClientOptions {
  /** Keeps the credentials of `register`; in memory by default. */
  readonly store?: CredentialStore;
}

export interface CoverOptions {
  /** Clients of other accounts, best fresh ones: each entry is sent by one of them, at random. */
  readonly carriers: readonly BallotClient[];
  /** The entries are sent at random times within this many milliseconds. */
  readonly withinMs: number;
  /** Waits; `setTimeout` by default. */
  readonly wait?: (ms: number) => Promise<void>;
}

const ACT_GAS = 120_000;
const TALLY_GAS = 1_000_000;
/** Between two looks of a witness for the freeze. */
const WITNESS_MS = 5_000;
/** Set-up messages that do not fit into SETUP_SIZE: only `on_pass` makes them so long. */
const LONG_SETUP_SIZE = 4_096;
const NO_CREDENTIAL = new Uint8Array(32);
const NO_VOTE = 0n;

/** An entry as the contract reads it. */
interface Entry {
  readonly credential: string;
  readonly new_credential: string;
  readonly choice: string;
}

interface Answered {
  readonly status: string;
  readonly reason: string;
  readonly n: string;
  readonly salt: string;
}

const entryOf = (credential: Uint8Array, next: Uint8Array, choice: bigint): Entry => ({
  credential: base64.encode(credential),
  new_credential: base64.encode(next),
  choice: idText(choice),
});

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A random whole number below the bound. The bias of 32 bits cannot be seen. */
const below = (bound: number): number => new DataView(randomBytes(4).buffer).getUint32(0) % bound;

/** Throws TypeError for a client without the search of secret.js. */
function searchOf(client: SecretClient): TxSearch {
  if (typeof Reflect.get(client.query, "txsQuery") !== "function")
    throw new TypeError("this client of secret.js has no query.txsQuery: give the option leaves");
  // The cast: the search was found.
  return client as unknown as TxSearch;
}

/** The ballot contract in the view of one account: organiser, voter, or carrier of entries. */
export class BallotClient extends ContractClient {
  protected override readonly gasLimits = {
    create_poll: 200_000,
    add_voters: 400_000,
    seal_list: 100_000,
    act: ACT_GAS,
    send: 250_000,
    unlock: 200_000,
    freeze: 100_000,
    confirm: 100_000,
    tally: TALLY_GAS,
    execute_outcome: 500_000,
  };
  readonly #store: CredentialStore;
  /** Open polls as this client has first shown them: entries name their start. */
  readonly #opened = new Map<bigint, Poll>();

  constructor(
    client: SecretClient,
    contract: ContractRef,
    { store = new MemoryStore(), ...options }: BallotOptions = {},
  ) {
    super(client, contract, options);
    this.#store = store;
  }

  /** Answers the id of the poll. */
  async createPoll(terms: PollTerms): Promise<bigint> {
    const body = termsMessage(terms);
    const size = jsonSize({ create_poll: { ...body, bind: this.bind(), padding: "" } });
    const padded = { size: size <= SETUP_SIZE ? SETUP_SIZE : LONG_SETUP_SIZE };
    const { poll_id } = await this.executeSecret<{ readonly poll_id: string }>("create_poll", body, padded);
    return BigInt(poll_id);
  }

  /**
   * Writes voters into a list, in messages of as many as fit. Throws TransactionFailed for an
   * address that is listed already; voters of earlier messages stay listed.
   */
  async addVoters(pollId: bigint, voters: readonly ListedVoter[]): Promise<void> {
    const listed = voters.map(({ address, weight }) => ({ address, weight: amountText(weight) }));
    const room =
      SETUP_SIZE - jsonSize({ add_voters: { poll_id: idText(pollId), voters: [], bind: this.bind(), padding: "" } });
    while (listed.length > 0) {
      let taken = 0;
      for (let used = 0; taken < listed.length; taken += 1) {
        used += jsonSize(listed[taken] ?? {}) + 1;
        if (used > room) break;
      }
      const body = { poll_id: idText(pollId), voters: listed.splice(0, taken) };
      await this.executeSecret("add_voters", body, { size: SETUP_SIZE });
    }
  }

  /** Ends the list; registering and casting begin. */
  async sealList(pollId: bigint): Promise<void> {
    await this.executeSecret("seal_list", { poll_id: idText(pollId) }, { size: SETUP_SIZE });
  }

  /** Locks tokens in the poll: before `register`, which takes their sum as weight. */
  async lock(pollId: bigint, token: ContractRef & InstanceRules, amount: bigint): Promise<void> {
    await this.sendToken(token, amount, { lock: { poll_id: idText(pollId) } });
  }

  /** Takes the locked tokens back, after the result. Throws ContractRefused when there are none. */
  async unlock(pollId: bigint): Promise<void> {
    await this.executeSecret("unlock", { poll_id: idText(pollId) });
  }

  /**
   * Registers this account with a new credential, which is stored before it is sent. Called again
   * after a failure it takes the stored one. Throws ContractRefused for an account without weight
   * or with a registration.
   */
  async register(pollId: bigint): Promise<Credential> {
    const credential = (await this.credential(pollId)) ?? Credential.random();
    await this.#store.save(this.#key(pollId), credential.expose());
    const entry = entryOf(credential.hash, NO_CREDENTIAL, NO_VOTE);
    await this.#act(pollId, "join", entry);
    return credential;
  }

  /** The stored credential of this account in a poll. */
  async credential(pollId: bigint): Promise<Credential | undefined> {
    const text = await this.#store.load(this.#key(pollId));
    return text === undefined ? undefined : Credential.from(text);
  }

  /** Keeps a credential that was changed by another client, as a carrier's. */
  async keep(pollId: bigint, credential: Credential): Promise<void> {
    await this.#store.save(this.#key(pollId), credential.expose());
  }

  /**
   * Votes with a credential of any voter: this account only carries the entry. The last vote
   * counts. Nobody learns whether it does, this client neither. While a change of the credential is
   * under way, it sends an entry for each of the two. Throws ChoiceInvalid.
   */
  async cast(pollId: bigint, credential: Credential, chosen: string | readonly string[]): Promise<Recorded> {
    const choice = choiceOf(await this.#pollOf(pollId), chosen);
    const [first = NO_CREDENTIAL, ...others] = credential.candidates();
    let recorded = await this.#vote(pollId, first, NO_CREDENTIAL, choice);
    for (const other of others) recorded = await this.#vote(pollId, other, NO_CREDENTIAL, choice);
    return recorded;
  }

  /**
   * Replaces the credential by a new one; votes with the former count no more. `save` gets its text
   * before the change is sent and after the change took effect. On TransactionPending both are
   * kept.
   */
  async changeCredential(
    pollId: bigint,
    credential: Credential,
    save: (credential: Credential) => Promise<void> | void,
  ): Promise<Recorded> {
    const [former = NO_CREDENTIAL] = credential.candidates();
    const next = credential.change();
    try {
      await save(credential);
      const recorded = await this.#vote(pollId, former, next, NO_VOTE);
      credential.settle(true);
      await save(credential);
      return recorded;
    } catch (thrown) {
      if (thrown instanceof TransactionFailed) {
        credential.settle(false);
        await save(credential);
      }
      throw thrown;
    }
  }

  /** Sends an entry that counts nothing and looks like any other. */
  async castDummy(pollId: bigint): Promise<Recorded> {
    const { options } = (await this.#pollOf(pollId)).terms;
    return this.#vote(pollId, randomBytes(32), NO_CREDENTIAL, 1n << BigInt(below(options.length)));
  }

  /**
   * Takes away the value of all proofs that the voter can show: changes the credential of this
   * account and sends two dummies, in random order, at random times, by the carriers. Answers the
   * credential, stored.
   */
  async cover(pollId: bigint, { carriers, withinMs, wait = sleep }: CoverOptions): Promise<Credential> {
    const credential = await this.credential(pollId);
    if (credential === undefined) throw new TypeError("this account has no credential in the poll: register first");
    if (carriers.length === 0) throw new TypeError("give at least one carrier: a client of another account");
    const save = (changed: Credential) => this.keep(pollId, changed);
    const change = below(3);
    const times = [0, 1, 2].map(() => below(withinMs + 1)).sort((a, b) => a - b);
    for (const [i, time] of times.entries()) {
      await wait(time - (times[i - 1] ?? 0));
      const carrier = carriers[below(carriers.length)] ?? this;
      if (i === change) await carrier.changeCredential(pollId, credential, save);
      else await carrier.castDummy(pollId);
    }
    return credential;
  }

  /** Ends the log of an ended poll; anyone may. Throws TransactionFailed before the end. */
  async freeze(pollId: bigint): Promise<void> {
    await this.executeSecret("freeze", { poll_id: idText(pollId) });
  }

  /**
   * Confirms a frozen log, as one of the poll's witnesses: `head` in 64 hex digits, from leaves and
   * never from the poll's query. `witness` does both.
   */
  async confirm(pollId: bigint, n: bigint, head: string): Promise<void> {
    const body = { poll_id: idText(pollId), n: idText(n), head: base64.encode(hexToBytes(head)) };
    await this.executeSecret("confirm", body);
  }

  /**
   * Waits until the poll is frozen, recomputes its head from the leaves of the chain, and confirms
   * it. Run it on a node of the witness's own. It looks again while the search of that node lags
   * behind its blocks. Throws LogDiffers when the node has frozen another log.
   */
  async witness(pollId: bigint, options: WitnessOptions = {}): Promise<Witnessed> {
    const { wait = sleep, everyMs = WITNESS_MS, signal } = options;
    const all = options.leaves ?? (() => searchLeaves(searchOf(this.client), this.contract.address));
    let poll = await this.poll(pollId);
    if (poll.terms.witnesses?.addresses.includes(this.address) !== true)
      throw new TypeError(`${this.address} is no witness of poll ${pollId}`);
    while (poll.status === "setup" || poll.status === "open") {
      signal?.throwIfAborted();
      await wait(everyMs);
      poll = await this.poll(pollId);
    }
    let leaves = leavesOf(await all(), pollId);
    for (let tries = 0; BigInt(leaves.length) < BigInt(poll.n) && tries < LAG_TRIES; tries++) {
      signal?.throwIfAborted();
      await wait(everyMs);
      leaves = leavesOf(await all(), pollId);
    }
    const [n, head] = [BigInt(leaves.length), headAfter(leaves, poll.start)];
    if (n !== BigInt(poll.n) || head !== poll.head)
      throw new LogDiffers(
        `the leaves of the chain give ${n} entries and the head ${head}, and this node has frozen ${BigInt(poll.n)} ` +
          `entries and the head ${poll.head}: nothing was confirmed`,
      );
    const sent = poll.status === "frozen" && poll.witnesses?.confirmed.includes(this.address) === false;
    if (sent) await this.confirm(pollId, n, head);
    return { n, head, sent };
  }

  /**
   * Freezes an ended poll and tallies until there is a result; anyone may. Throws TransactionFailed
   * before the end, and while witnesses have to confirm.
   */
  async tally(pollId: bigint): Promise<PollResult> {
    const body = { poll_id: idText(pollId) };
    const { status } = await this.poll(pollId);
    if (status === "setup" || status === "open") await this.freeze(pollId);
    for (let running = status !== "done"; running; ) {
      const step = await this.executeSecret<{ readonly status: string }>("tally", body);
      running = step.status === "running";
    }
    const { result } = await this.poll(pollId);
    if (result === undefined) throw new TypeError("the tally is done and the query shows no result yet: query again");
    return result;
  }

  /** Sends the message of a passed poll; once, by anyone. */
  async executeOutcome(pollId: bigint): Promise<void> {
    await this.executeSecret("execute_outcome", { poll_id: idText(pollId) });
  }

  /**
   * The public state. Entries of this client count in the poll that it has first shown as open, and
   * in no other of this id, whatever its node says later.
   */
  async poll(pollId: bigint): Promise<Poll> {
    const { poll } = await this.query<{ readonly poll: Poll }>({ poll: { poll_id: idText(pollId) } });
    if (poll.status !== "setup" && !this.#opened.has(pollId)) this.#opened.set(pollId, poll);
    return poll;
  }

  /** Whether this account is registered, and its weight; by a permit. */
  async registered(pollId: bigint): Promise<{ readonly registered: boolean; readonly weight: bigint }> {
    const query = { registered: { poll_id: idText(pollId) } };
    const answer = await this.permitQuery<{ registered: { registered: boolean; weight: string } }>("ballot", query);
    const { registered, weight } = answer.registered;
    return { registered, weight: BigInt(weight) };
  }

  #vote(pollId: bigint, credential: Uint8Array, next: Uint8Array, choice: bigint): Promise<Recorded> {
    return this.#act(pollId, "vote", entryOf(credential, next, choice));
  }

  async #act(pollId: bigint, what: "join" | "vote", entry: Entry): Promise<Recorded> {
    const start = base64.encode(hexToBytes((await this.#pollOf(pollId)).start));
    const body = { poll_id: idText(pollId), start, do: what, entry };
    const { answer, txHash } = await this.execute<Answered>("act", body, { mayRefuse: true });
    const { status, reason, n, salt } = answer;
    if (status !== "recorded") throw new ContractRefused(what, reason, answer, txHash);
    return { n: BigInt(n), salt };
  }

  #key(pollId: bigint): string {
    return `ballot ${this.contract.address} ${pollId} ${this.address}`;
  }

  async #pollOf(pollId: bigint): Promise<Poll> {
    return this.#opened.get(pollId) ?? this.poll(pollId);
  }
}
