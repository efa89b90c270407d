// SPDX-License-Identifier: Apache-2.0
import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import { EnvironmentFault } from "@sotto/errors";
import {
  type RequestEcho,
  ResponseProcessProposal_ProposalStatus,
  ResponseVerifyVoteExtension_VerifyStatus,
} from "@sotto/proto/tendermint.abci";
import { AbciError } from "./errors.ts";
import type { AbciHandlers } from "./handlers.ts";
import { MOST_TXS } from "./limits.ts";
import { METHODS, type Method } from "./methods.ts";
import { decodeRequest, hasTooManyTxs } from "./requests.ts";
import { type AnyResponse, encodeResponse } from "./responses.ts";

type Run = (request: MessageShape<DescMessage>) => AnyResponse | Promise<AnyResponse>;

/** The end of a call: the bytes of its answer, or the text of an exception. */
export type Outcome = { readonly encoded: Uint8Array } | { readonly exception: string };

interface Call {
  readonly method: Method;
  readonly run: () => AnyResponse | Promise<AnyResponse>;
  /** Called once, unless the lane is closed before. */
  readonly done: (outcome: Outcome) => void;
}

/** The calls of one connection, in their order. */
export interface Lane {
  /** Throws ChainError of AbciError when the connection must not carry the method. */
  admit(method: Method): void;
  /** Takes a request. Throws ChainError of AbciError for a malformed one. */
  add(method: Method, body: Uint8Array, done: (outcome: Outcome) => void): void;
  /** Starts no more calls until `resume`. */
  pause(): void;
  resume(): void;
  /** Calls that wait are dropped; one that runs ends without an answer. */
  close(): void;
}

export interface CallsOptions {
  readonly handlers: AbciHandlers;
  /** A handler failed: CometBFT stops, and the node must. */
  readonly onFault: (fault: unknown) => void;
  /** The server refused a proposal; the text says why. */
  readonly onRefusal: (text: string) => void;
  /**
   * Whether each connection carries requests of one kind, and only one connection those of
   * consensus. CometBFT keeps to it.
   */
  readonly separate: boolean;
}

const OWN: Partial<Record<Method["name"], Run>> = {
  echo: (request) => ({ message: (request as RequestEcho).message }),
  flush: () => ({}),
  extendVote: () => ({}),
  verifyVoteExtension: () => ({ status: ResponseVerifyVoteExtension_VerifyStatus.ACCEPT }),
};

const REJECT: AnyResponse = { status: ResponseProcessProposal_ProposalStatus.REJECT };

/** Of all lanes: who carries consensus, and whose call of consensus runs. */
interface Gate {
  readonly options: CallsOptions;
  readonly runs: ReadonlyMap<string, Run>;
  readonly waiting: Set<CallLane>;
  owner: CallLane | undefined;
  running: CallLane | undefined;
}

/**
 * The text of an exception: CometBFT prints it and stops. Faults of the environment say what to do;
 * of others only the node's log has the text.
 */
function exceptionText(method: Method, fault: unknown): string {
  const why = fault instanceof EnvironmentFault ? fault.message : "see the log of the node";
  return `${method.goName} failed: ${why}`;
}

class CallLane implements Lane {
  readonly #gate: Gate;
  #kind: Method["kind"];
  #queue: Call[] = [];
  #running = 0;
  /** Whether the running calls are of CheckTx, beside which another may start. */
  #overlaps = false;
  #isPaused = false;
  #isGoing = false;
  isClosed = false;

  constructor(gate: Gate) {
    this.#gate = gate;
  }

  admit({ kind, goName }: Method): void {
    const gate = this.#gate;
    if (!gate.options.separate || kind === undefined) return;
    if (this.#kind !== undefined && this.#kind !== kind) {
      throw AbciError.wrongConnection(`${goName} on a connection of ${this.#kind}`);
    }
    if (kind === "consensus" && gate.owner !== this) {
      if (gate.owner !== undefined) throw AbciError.wrongConnection(`${goName} of a second CometBFT`);
      gate.owner = this;
    }
    this.#kind = kind;
  }

  add(method: Method, body: Uint8Array, done: Call["done"]): void {
    const { options, runs } = this.#gate;
    if (hasTooManyTxs(method, body)) {
      options.onRefusal(`a proposal with over ${MOST_TXS} transactions is refused`);
      this.#queue.push({ method, run: () => REJECT, done });
    } else {
      const request = decodeRequest(method, body);
      const run = runs.get(method.name) as Run;
      this.#queue.push({ method, run: () => run(request), done });
    }
    this.go();
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.go();
  }

  close(): void {
    this.isClosed = true;
    this.#queue = [];
    this.#gate.waiting.delete(this);
    if (this.#gate.owner === this) this.#gate.owner = undefined;
  }

  #mayStart({ method }: Call): boolean {
    if (this.#isPaused) return false;
    if (this.#running > 0 && !(this.#overlaps && method.name === "checkTx")) return false;
    const { running, waiting } = this.#gate;
    const mustWait = method.kind === "consensus" || (method.name === "info" && running?.isClosed === true);
    if (running === undefined || !mustWait) return true;
    waiting.add(this);
    return false;
  }

  go(): void {
    if (this.#isGoing) return;
    this.#isGoing = true;
    for (let next = this.#queue[0]; next !== undefined && this.#mayStart(next); next = this.#queue[0]) {
      this.#queue.shift();
      this.#start(next);
    }
    this.#isGoing = false;
  }

  #start(call: Call): void {
    this.#running++;
    this.#overlaps = call.method.name === "checkTx";
    if (call.method.kind === "consensus") this.#gate.running = this;
    let response: AnyResponse | Promise<AnyResponse>;
    try {
      response = call.run();
    } catch (fault) {
      this.#fail(call, fault);
      return;
    }
    if (response instanceof Promise) {
      response.then(
        (late) => this.#answer(call, late),
        (fault: unknown) => this.#fail(call, fault),
      );
    } else this.#answer(call, response);
  }

  #answer(call: Call, response: AnyResponse): void {
    let encoded: Uint8Array;
    try {
      encoded = encodeResponse(call.method, response);
    } catch (fault) {
      this.#fail(call, fault);
      return;
    }
    this.#end(call, { encoded });
  }

  #fail(call: Call, fault: unknown): void {
    this.#end(call, { exception: exceptionText(call.method, fault) });
    this.#gate.options.onFault(fault);
  }

  #end(call: Call, outcome: Outcome): void {
    this.#running--;
    if (!this.isClosed) call.done(outcome);
    if (call.method.kind === "consensus") {
      const { waiting } = this.#gate;
      this.#gate.running = undefined;
      const lanes = [...waiting];
      waiting.clear();
      for (const lane of lanes) lane.go();
    }
    this.go();
  }
}

/** Runs the handlers for all connections, in the order that AbciHandlers states. */
export function createCalls(options: CallsOptions): () => Lane {
  const { handlers } = options;
  const runOf = (name: Method["name"]): Run =>
    OWN[name] ?? ((request) => handlers[name as keyof AbciHandlers](request as never) as ReturnType<Run>);
  const runs = new Map(METHODS.map(({ name }) => [name, runOf(name)]));
  const gate: Gate = { options, runs, waiting: new Set(), owner: undefined, running: undefined };
  return () => new CallLane(gate);
}
