// SPDX-License-Identifier: Apache-2.0
/**
 * A host that answers a client's query over another state than the newest one: older rows, none,
 * rows of several heights, states that it invents. The queries run in a lane of their own, as in a
 * node, which has executed no block.
 */
import { headerKey, timeKey } from "@sotto/app";
import { readBeU64 } from "@sotto/bytes";
import { decodeCommit, decodeHeader, decodeValidatorSet, encodeLightBlock } from "@sotto/comet";
import { startEnclave, startRequest } from "@sotto/contract-test/parts";
import { createEnclave } from "@sotto/enclave";
import { ChainError, EnvironmentFault } from "@sotto/errors";
import { createSim } from "@sotto/platform";
import {
  BoundaryError,
  type EnclaveClient,
  enclaveClient,
  type HostService,
  Outcome,
  type QueryRequest,
  type ShowStateRequest,
  type SubmitBlockRequest,
  serveEnclave,
} from "@sotto/protocol";
import { inlineChannel } from "@sotto/transport";
import { afterAll, describe, expect, it } from "vitest";
import { type Contract, deploy, thenDo } from "../support/contract.ts";
import { a, b, TestChain } from "../support/testChain.ts";
import { hashOf, wasm } from "../support/wasm.ts";

type Change<T> = (value: T) => T;
const same = <T>(value: T): T => value;

/** The state of a height, as the host showed it at that time. */
interface Moment {
  readonly show: ShowStateRequest;
  readonly request: QueryRequest;
  readonly host: HostService;
}

/** A chain with a query lane that answers over the newest state only, and its host's lies. */
class Bench {
  readonly chain = new TestChain({ answersPast: false });
  readonly probe: Contract;
  lane: EnclaveClient;
  change: Change<HostService> = same;
  changeShow: Change<ShowStateRequest> = same;
  changeQuery: Change<QueryRequest> = same;
  /** Whether each row was asked for with a proof, since the test emptied the list. */
  asked: boolean[] = [];
  last!: Moment;

  constructor() {
    afterAll(() => this.chain.close());
    this.probe = deploy(this.chain, wasm.v1, {
      ops: [{ set: { key: "k", value: "one" } }, { set: { key: "l", value: "one" } }],
    });
    this.lane = this.startLane();
    let show: ShowStateRequest;
    Object.assign(this.chain.enclave, {
      showState: (request) => {
        show = request;
        return this.lane.showState(this.changeShow(request));
      },
      query: (request, host) => {
        this.last = { show, request, host };
        return this.lane.query(this.changeQuery(request), this.#listen(this.change(host)));
      },
    } satisfies Partial<EnclaveClient>);
  }

  startLane(sealed = this.chain.store.extra("enclave/sealed")): EnclaveClient {
    const { chainId, maker } = this.chain;
    return startEnclave({ chainId, validators: maker.validators, sealed, answersPast: false }).enclave;
  }

  #listen(host: HostService): HostService {
    return {
      ...host,
      readState: (key) => {
        this.asked.push(false);
        return host.readState(key);
      },
      proveRow: (key, known) => {
        this.asked[this.asked.length - 1] = true;
        return host.proveRow(key, known);
      },
    };
  }

  set(value: string, key = "k"): void {
    this.probe.execute({ set: { key, value } });
  }

  get(...keys: readonly string[]): (string | null)[] {
    const ops = (keys.length === 0 ? ["k"] : keys).map((key) => ({ get: { key } }));
    return JSON.parse(this.probe.query({ batch: { ops } })) as (string | null)[];
  }

  /** Decimal nanoseconds. */
  timeAt(height: number): string {
    return String(readBeU64(this.chain.store.extra(timeKey(height)) as Uint8Array));
  }

  /** The moment of the newest state. */
  now(): Moment {
    this.get();
    return this.last;
  }

  /** The query ends, and the enclave gave no answer. */
  expectRefused(refusal: { readonly code: number } = BoundaryError.rowRefused, run: () => unknown = () => this.get()) {
    let thrown: unknown;
    try {
      run();
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(Error);
    const cause = thrown instanceof EnvironmentFault || thrown instanceof ChainError ? thrown.cause : undefined;
    expect(cause ?? thrown).toMatchObject({ codespace: "boundary", code: refusal.code });
  }
}

const flip = (bytes: Uint8Array, at: number): Uint8Array =>
  bytes.map((byte, i) => (i === (at + bytes.length) % bytes.length ? byte ^ 1 : byte));

describe("a client's query sees", () => {
  it("what the last block wrote, and what earlier ones wrote, at once", () => {
    const bench = new Bench();
    expect(bench.get("k", "l", "none")).toEqual(["one", "one", null]);
    bench.set("two");
    bench.asked = [];
    expect(bench.get("k", "l")).toEqual(["two", "one"]);
    // The enclave that executed the block says what it wrote; the other row is proven.
    expect(bench.asked).toEqual([false, true]);
    bench.probe.execute({ remove: { key: "k" } });
    expect(bench.get("k", "l")).toEqual([null, "one"]);
  });

  it("rows with one proof each, which stays while contracts write nothing", () => {
    const bench = new Bench();
    bench.chain.block();
    bench.get("k", "l", "none");
    bench.asked = [];
    bench.get("k", "l", "none");
    expect(bench.asked).toEqual([false, false, false]);
    bench.chain.block();
    bench.chain.block();
    // The first proof shows that the store of contracts is the same.
    bench.asked = [];
    expect(bench.get("k", "l", "none")).toEqual(["one", "one", null]);
    expect(bench.asked).toEqual([false, false, false]);
    bench.set("two", "l");
    bench.chain.block();
    bench.asked = [];
    expect(bench.get("k", "l")).toEqual(["one", "two"]);
    expect(bench.asked).toEqual([true, true]);
  });

  it("nothing of a transaction that failed, also at the end of a block", () => {
    const bench = new Bench();
    const { chain, probe } = bench;
    const lost = {
      batch: { ops: [{ set: { key: "k", value: "lost" } }, { self_call: { depth: 1, ...thenDo(fail) } }] },
    };
    const txs = [
      chain.tx(a, [probe.message(a, { set: { key: "l", value: "two" } }).packed], { gas: 5_000_000n }),
      chain.tx(b, [probe.message(b, lost).packed], { gas: 5_000_000n }),
    ];
    expect(chain.block(...txs).txResults.map(({ code }) => code === 0)).toEqual([true, false]);
    expect(bench.get("k", "l")).toEqual(["one", "two"]);
  });

  it("a restored state, by the header behind it that the lane verified itself", () => {
    const bench = new Bench();
    const { chain } = bench;
    const height = chain.store.version;
    const lane = bench.startLane();
    const { submitBlock } = chain.enclave;
    let lightBlock = new Uint8Array(0);
    const submit = (request: SubmitBlockRequest): void => {
      const [header, commit] = [decodeHeader(request.header), decodeCommit(request.commit)];
      lightBlock = new Uint8Array(
        encodeLightBlock({ header, commit, validators: decodeValidatorSet(request.validators) }),
      );
      submitBlock(request);
    };
    Object.assign(chain.enclave, { submitBlock: submit } satisfies Partial<EnclaveClient>);
    chain.block();
    const unproven = (of: number) => ({ height: of, time: "", appHash: new Uint8Array(0), proof: new Uint8Array(0) });
    const show = { height, writes: undefined, header: unproven(height), next: unproven(height + 1) };
    expect(() => lane.showState(show)).toThrow(BoundaryError.stateRefused().message);
    lane.trust({ steps: [{ lightBlock, trusted: new Uint8Array(0) }] });
    expect(lane.showState(show)).toEqual({ base: height });
  });

  it("a contract of the last block, and the answers of other contracts", () => {
    const bench = new Bench();
    const other = deploy(bench.chain, wasm.v1, { ops: [{ set: { key: "k", value: "other" } }] });
    expect(other.query({ get: { key: "k" } })).toContain("other");
    const { address: contract, codeHash: code_hash } = bench.probe;
    const ask = { smart: { contract, code_hash, msg: JSON.stringify({ get: { key: "k" } }) } };
    expect(other.query(ask)).toContain("one");
  });
});

const fail = { fail: { error: { text: { text: "no" } } } };

describe("a host cannot answer a client's query with", () => {
  it("the row from before the last block, with or without its proof", () => {
    const bench = new Bench();
    const { request, host } = bench.now();
    const old = new Map<string, Uint8Array | undefined>();
    bench.change = (honest) => ({ ...honest, readState: (key) => keep(old, key, honest.readState(key)) });
    bench.get();
    expect(request.height).toBe(bench.chain.store.version);
    bench.set("two");
    bench.change = (honest) => ({ ...honest, readState: (key) => old.get(key.join()) });
    bench.expectRefused();
    bench.change = (honest) => ({ ...host, readState: (key) => old.get(key.join()), readCode: honest.readCode });
    bench.expectRefused();
  });

  it("an older row, or rows of two heights, with the proofs of their heights", () => {
    const bench = new Bench();
    bench.chain.block();
    const old = new Map<string, Uint8Array | undefined>();
    const proofs = new Map<string, Uint8Array>();
    bench.change = (honest) => ({
      ...honest,
      readState: (key) => keep(old, key, honest.readState(key)),
      // A whole way, which ends at the root.
      proveRow: (key) => keep(proofs, key, honest.proveRow(key, 0)),
    });
    bench.get("k", "l");
    bench.set("two");
    bench.chain.block();
    bench.change = (honest) => ({
      ...honest,
      readState: (key) => old.get(key.join()),
      proveRow: (key) => proofs.get(key.join()) as Uint8Array,
    });
    bench.expectRefused();
    // One row is of this height, the other one of then.
    let reads = 0;
    bench.change = (honest) => ({
      ...honest,
      readState: (key) => (++reads === 1 ? honest.readState(key) : old.get(key.join())),
      proveRow: (key, known) => (reads === 1 ? honest.proveRow(key, known) : (proofs.get(key.join()) as Uint8Array)),
    });
    bench.expectRefused(BoundaryError.rowRefused, () => bench.get("l", "k"));
    expect(reads).toBe(2);
  });

  it("no row where there is one, of the last block or of an earlier one", () => {
    const bench = new Bench();
    bench.change = (honest) => ({ ...honest, readState: () => undefined });
    bench.set("two");
    bench.expectRefused();
    bench.expectRefused(BoundaryError.rowRefused, () => bench.get("l"));
    bench.change = (honest) => ({
      ...honest,
      readState: () => undefined,
      proveRow: (key) => honest.proveRow(Uint8Array.of(...key, 1), 0),
    });
    bench.expectRefused(BoundaryError.rowRefused, () => bench.get("l"));
  });

  it("a row that was removed", () => {
    const bench = new Bench();
    const old = new Map<string, Uint8Array | undefined>();
    bench.change = (honest) => ({ ...honest, readState: (key) => keep(old, key, honest.readState(key)) });
    bench.get();
    bench.probe.execute({ remove: { key: "k" } });
    bench.change = (honest) => ({ ...honest, readState: (key) => old.get(key.join()) });
    bench.expectRefused();
    bench.chain.block();
    bench.expectRefused();
  });

  it("the code of a contract from before its migration", () => {
    const bench = new Bench();
    const { chain } = bench;
    const owned = deploy(chain, wasm.v1, { ops: [] }, { admin: a.address });
    owned.query({ noop: {} });
    const { contract } = bench.last.request;
    const codeId = chain.storeCode(wasm.v010);
    expect(owned.migrate({ ops: [] }, codeId, hashOf(wasm.v010)).result.log).toBe("");
    bench.changeQuery = (request) => ({ ...request, contract });
    bench.expectRefused(BoundaryError.rowRefused, () => owned.query({ noop: {} }));
    chain.block();
    bench.expectRefused(BoundaryError.rowRefused, () => owned.query({ noop: {} }));
  });

  it("the state of a height that the lane has passed", () => {
    const bench = new Bench();
    const then = bench.now().show;
    bench.set("two");
    expect(bench.get()).toEqual(["two"]);
    expect(() => bench.lane.showState(then)).toThrow(BoundaryError.pastRefused().message);
    // Nor by the headers of that height, which an honest host has too.
    expect(() => bench.probe.chain.query(bench.probe.address, bench.probe.codeHash, { noop: {} }, then.height)).toThrow(
      "ask a node that runs with --answer-past",
    );
    // Nor in a lane that starts from the last commit.
    expect(() => bench.startLane().showState(then)).toThrow(BoundaryError.pastRefused().message);
  });

  it("a state that it invents", () => {
    const bench = new Bench();
    const { show, request, host } = bench.now();
    const { height } = show;
    const writes = show.writes as Uint8Array;
    bench.set("two");
    const forged: readonly ShowStateRequest[] = [
      { ...show, writes: flip(writes, 40) },
      { ...show, writes: flip(writes, -1) },
      { ...show, writes: new Uint8Array(0) },
      // The sealed state of the enclave is for another purpose.
      { ...show, writes: bench.chain.store.extra("enclave/sealed") },
      // What the last block wrote, as that of a later one.
      { ...show, height: height + 1 },
      { height, writes: undefined, header: undefined, next: undefined },
    ];
    const refused = BoundaryError.stateRefused().message;
    for (const each of forged) expect(() => bench.lane.showState(each)).toThrow(refused);
    // Without a state there is no answer, nor over another one than that shown.
    expect(() => bench.startLane().query(request, host)).toThrow(BoundaryError.stateNotShown().message);
    bench.get();
    for (const other of [height, height + 2]) {
      expect(() => bench.lane.query({ ...request, height: other }, host)).toThrow(
        BoundaryError.stateNotShown().message,
      );
    }
  });

  it("headers that no enclave has verified, or of other heights", () => {
    const bench = new Bench();
    const { chain } = bench;
    const height = chain.store.version;
    chain.block();
    chain.block();
    const past = startEnclave({
      chainId: chain.chainId,
      validators: chain.maker.validators,
      sealed: chain.store.extra("enclave/sealed"),
    }).enclave;
    const header = (of: number) => {
      const row = chain.store.extra(headerKey(of)) as Uint8Array;
      return { height: of, time: bench.timeAt(of), proof: row.slice(0, 32), appHash: row.slice(32) };
    };
    const [first, next] = [header(height), header(height + 1)];
    const show = { height, writes: undefined, header: first, next };
    const forged: readonly ShowStateRequest[] = [
      { ...show, header: { ...first, time: `${first.time}0` } },
      { ...show, header: { ...first, height: height + 1 } },
      { ...show, header: { ...first, proof: new Uint8Array(0) } },
      { ...show, header: undefined },
      { ...show, next: undefined },
      { ...show, next: { ...next, appHash: flip(next.appHash, 0) } },
      { ...show, next: { ...next, proof: flip(next.proof, 0) } },
      { ...show, next: header(height + 2) },
      { ...show, next: { ...header(height + 2), height: height + 1 } },
      { ...show, height: height + 1 },
    ];
    for (const each of forged) expect(() => past.showState(each)).toThrow(BoundaryError.stateRefused().message);
    expect(past.showState(show)).toEqual({ base: height });
  });

  it("a height or time of its choice", () => {
    const bench = new Bench();
    bench.changeQuery = (request) => ({ ...request, time: "1" });
    const [env] = JSON.parse(bench.probe.query({ env: {} })) as string[];
    const { height, time } = (JSON.parse(env as string) as { block: { height: number; time: string } }).block;
    expect([height, time]).toEqual([bench.chain.store.version, bench.timeAt(bench.chain.store.version)]);
  });

  it("an enclave over older states, with a driver that refuses that", () => {
    const { chain } = new Bench();
    const strict = enclaveClient(
      inlineChannel(
        serveEnclave(
          createEnclave((_driver, chainId) => ({
            ...createSim({ chainId, sealingKey: new Uint8Array(32) }),
            mayAnswerPast: false,
          })),
        ),
      ),
    );
    const parts = { chainId: chain.chainId, validators: chain.maker.validators };
    const request = { ...startRequest(parts), answersPast: true };
    expect(() => strict.start(request)).toThrow(BoundaryError.pastNotAllowed().message);
    strict.start({ ...request, answersPast: false });
  });
});

describe("(debt) a host can", () => {
  it("keep a lane at a state, or start one from older sealed bytes", () => {
    const bench = new Bench();
    const old = new Map<string, Uint8Array | undefined>();
    bench.change = (honest) => ({ ...honest, readState: (key) => keep(old, key, honest.readState(key)) });
    const then = bench.now();
    const sealed = bench.chain.store.extra("enclave/sealed");
    bench.set("two");
    const late = bench.startLane(sealed);
    late.showState(then.show);
    const host = { ...then.host, readState: (key: Uint8Array) => old.get(key.join()) };
    expect(late.query(then.request, host).outcome).toBe(Outcome.ok);
  });

  it("lie about the outcome of the last transaction, until the next block", () => {
    const bench = new Bench();
    const { enclave } = bench.chain;
    const { commitBlock } = enclave;
    Object.assign(enclave, { commitBlock: () => commitBlock({ lastFailed: true }) } satisfies Partial<EnclaveClient>);
    const old = new Map<string, Uint8Array | undefined>();
    bench.change = (honest) => ({ ...honest, readState: (key) => keep(old, key, honest.readState(key)) });
    bench.get();
    bench.set("two");
    bench.change = (honest) => ({ ...honest, readState: (key) => old.get(key.join()) });
    expect(bench.get()).toEqual(["one"]);
    bench.chain.block();
    bench.expectRefused();
    bench.change = same;
    expect(bench.get()).toEqual(["two"]);
  });
});

/** Remembers a value for a key, and returns it. */
function keep<T>(map: Map<string, T>, key: Uint8Array, value: T): T {
  map.set(key.join(), value);
  return value;
}
