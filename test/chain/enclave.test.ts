// SPDX-License-Identifier: Apache-2.0
/** Attacks of a host on the enclave: the same suite over every transport. */
import { fromUtf8 } from "@sotto/bytes";
import { decodeCommit } from "@sotto/comet";
import {
  type Account,
  contractOf,
  executeMessage,
  type Packed,
  pack,
  signTx,
  startEnclave,
  startRequest,
} from "@sotto/contract-test/parts";
import { sha256 } from "@sotto/crypto";
import { createEnclavePeer } from "@sotto/enclave";
import { EnvironmentFault, OutOfGas } from "@sotto/errors";
import { MsgExecuteContractSchema } from "@sotto/proto/secret.compute.v1beta1";
import {
  BoundaryError,
  CallRequest,
  type Channel,
  EnclaveError,
  enclaveClient,
  type HostService,
  Method,
  Outcome,
  QueryRequest,
} from "@sotto/protocol";
import { inlineChannel, type RecordedFrame, recordingChannel, replayingChannel, workerChannel } from "@sotto/transport";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import { BlockMaker, validatorKey, validatorSet } from "../support/blockMaker.ts";
import { type Contract, deploy } from "../support/contract.ts";
import { a, b, TestChain } from "../support/testChain.ts";
import { hashOf, wasm } from "../support/wasm.ts";

const entry = new URL("../../trusted/enclave/dist/worker.js", import.meta.url);
const workers: { close(): Promise<number> }[] = [];
const startWorker = (): Channel => {
  const worker = workerChannel(entry);
  workers.push(worker);
  return worker;
};
afterAll(async () => {
  await Promise.all(workers.map((each) => each.close()));
});

const transports: [string, () => Channel][] = [
  ["inline", () => inlineChannel(createEnclavePeer())],
  ["a worker", startWorker],
];
const refused = (factory: { codespace: string; code: number }) =>
  expect.objectContaining({ codespace: factory.codespace, code: factory.code });
const fault = (factory: { code: number }) => ({ outcome: Outcome.fault, fault: factory.code });
const thrownBy = (run: () => void): unknown => {
  try {
    run();
    return undefined;
  } catch (thrown) {
    return thrown;
  }
};
const signedParts = (bytes: Uint8Array) => {
  const { height, round, blockId, signatures } = decodeCommit(bytes);
  return {
    height,
    round,
    blockId,
    signatures: signatures.map(({ flag, signature, timestamp }) => ({ flag, signature, timestamp })),
  };
};

/** A chain with two contracts, and the requests that have crossed the boundary. */
class Bench {
  readonly frames: RecordedFrame[] = [];
  readonly chain: TestChain;
  readonly probe: Contract;
  readonly other: Contract;
  /** A genuine execute of `probe`. */
  readonly genuine: CallRequest;
  /** A genuine execute of `other`. */
  readonly genuineOther: CallRequest;
  readonly genuineQuery: QueryRequest;

  constructor(channel: Channel) {
    this.chain = new TestChain({ channel: recordingChannel(channel, (frame) => this.frames.push(frame)) });
    this.probe = deploy(this.chain, wasm.v1, { ops: [{ set: { key: "k", value: "v" } }] });
    this.other = deploy(this.chain, wasm.v1);
    this.other.execute({ noop: {} });
    this.genuineOther = CallRequest.decode(this.lastRequest(Method.call));
    this.probe.execute({ noop: {} });
    this.probe.query({ noop: {} });
    this.genuine = CallRequest.decode(this.lastRequest(Method.call));
    this.genuineQuery = QueryRequest.decode(this.lastRequest(Method.query));
  }

  lastRequest(method: number): Uint8Array {
    const found = this.frames.findLast(({ kind, bytes }) => kind === 1 && bytes[0] === method);
    return (found as RecordedFrame).bytes.slice(1);
  }

  host(address = this.probe.address, changes: Partial<HostService> = {}): HostService {
    const snapshot = this.chain.store.snapshot();
    const rows = snapshot.store("compute");
    return {
      readState: (key) => rows.get(Uint8Array.of(3, ...contractOf(address), ...key)),
      proveRow: (key, known) =>
        this.chain.store.proveRow("compute", Uint8Array.of(3, ...contractOf(address), ...key), known).proof,
      proveState: (key, known) => this.chain.store.proveRow("compute", key, known),
      proveStore: () => this.chain.store.proveStore("compute"),
      readCode: (hash) => this.chain.store.blob(hash),
      queryChain: () => {
        throw new Error("not asked");
      },
      ...changes,
    };
  }

  message(by: Account, op: unknown): Packed {
    return executeMessage(by, this.probe.address, this.chain.client.encrypt(this.probe.codeHash, op).wire);
  }

  /** A block in the chain's form, sent only to the enclave, in place of the last one. */
  submit(...txs: Uint8Array[]) {
    this.chain.restartEnclave();
    const block = this.chain.maker.make(txs);
    this.chain.enclave.submitBlock({ ...block.proof });
    return block;
  }

  call(changes: Partial<CallRequest> = {}, host = this.host()) {
    const { accountNumber } = this.chain.base(a.address);
    return this.chain.enclave.call({ ...this.genuine, accountNumber: Number(accountNumber), ...changes }, host);
  }

  /** The chain continues as before the attack. */
  expectUsable(): void {
    this.chain.restartEnclave();
    expect(this.probe.execute({ get: { key: "k" } }).outputs).toEqual(["v"]);
    expect(JSON.parse(this.probe.query({ get: { key: "k" } }))).toEqual(["v"]);
  }
}

describe.each(transports)("over %s, a host", (_name, open) => {
  const bench = new Bench(open());
  const { chain } = bench;
  const tx = (messages: Packed[], by = a) => chain.tx(by, messages, { gas: 1_000_000n });
  afterAll(() => chain.close());

  it("cannot forge a sender: another account's signature is refused", () => {
    const { accountNumber, sequence } = chain.base(a.address);
    const stolen = pack(MsgExecuteContractSchema, {
      sender: b.raw,
      contract: contractOf(bench.probe.address),
      msg: chain.client.encrypt(bench.probe.codeHash, { noop: {} }).wire,
    });
    bench.submit(signTx({ chainId: chain.chainId, messages: [stolen], signers: [{ by: a, accountNumber, sequence }] }));
    expect(bench.call()).toMatchObject(fault(EnclaveError.txSignature));
    bench.expectUsable();
  });

  it("cannot send a false account number, chain id or signature", () => {
    bench.submit(tx([bench.message(a, { noop: {} })]));
    expect(bench.call({ accountNumber: bench.genuine.accountNumber + 1 })).toMatchObject(
      fault(EnclaveError.txSignature),
    );
    const { accountNumber, sequence } = chain.base(a.address);
    const signers = [{ by: a, accountNumber, sequence }];
    bench.submit(signTx({ chainId: "other-1", messages: [bench.message(a, { noop: {} })], signers }));
    expect(bench.call()).toMatchObject(fault(EnclaveError.txSignature));
    const forge = (signatures: Uint8Array[]) =>
      signatures.map((each) => each.map((byte, i) => (i === 9 ? byte ^ 1 : byte)));
    bench.submit(signTx({ chainId: chain.chainId, messages: [bench.message(a, { noop: {} })], signers, forge }));
    expect(bench.call()).toMatchObject(fault(EnclaveError.txSignature));
    bench.expectUsable();
  });

  it("cannot run a call that is not in the block", () => {
    bench.submit(tx([bench.message(a, { noop: {} })]));
    for (const position of [{ txIndex: 1 }, { messageIndex: 1 }, { txIndex: 2 ** 40 }]) {
      expect(() => bench.call(position)).toThrow(refused(BoundaryError.notInBlock));
    }
    expect(
      bench.call({
        contract: { ...(bench.genuine.contract as object), address: contractOf(bench.other.address) } as never,
      }),
    ).toMatchObject(fault(EnclaveError.failedValidation));
    bench.submit(tx([bench.message(a, { noop: {} })]));
    expect(bench.call({ kind: 3, newCodeHash: Uint8Array.from(Buffer.from(hashOf(wasm.v1), "hex")) })).toMatchObject(
      fault(EnclaveError.failedValidation),
    );
    bench.submit();
    expect(() => bench.call()).toThrow(refused(BoundaryError.notInBlock));
    bench.expectUsable();
  });

  it("cannot run calls twice or out of order", () => {
    const signer = chain.signer(a);
    const second = chain.tx(a, [bench.message(a, { noop: {} })], {
      signers: [{ ...signer, sequence: signer.sequence + 1n }],
    });
    const first = tx([bench.message(a, { noop: {} }), bench.message(a, { noop: {} })]);
    bench.submit(first, second);
    const run = (messageIndex: number) => () => bench.call({ messageIndex });
    expect(run(1)).toThrow(refused(BoundaryError.outOfOrder)); // The first message is left out.
    for (const index of [0, 1]) expect(run(index)()).toMatchObject({ outcome: Outcome.ok });
    for (const index of [0, 1]) expect(run(index)).toThrow(refused(BoundaryError.outOfOrder));
    expect(bench.call({ txIndex: 1 })).toMatchObject({ outcome: Outcome.ok });
    expect(() => bench.call({ txIndex: 1 })).toThrow(refused(BoundaryError.outOfOrder));
    expect(() => bench.call({ messageIndex: 1 })).toThrow(refused(BoundaryError.outOfOrder));
    bench.expectUsable();
  });

  it("gets the same answers to the same block again, byte for byte", () => {
    const block = chain.maker.make([
      tx([bench.message(a, { batch: { ops: [{ random: {} }, { set: { key: "r", value: "r" } }] } })]),
    ]);
    chain.restartEnclave();
    const once = () => {
      chain.enclave.submitBlock({ ...block.proof });
      return bench.call();
    };
    const [first, second] = [once(), once()];
    expect(first.outcome).toBe(Outcome.ok);
    expect(second).toEqual(first);
    bench.expectUsable();
  });

  it("cannot submit a block that validators did not sign for this chain at this height", () => {
    const { maker } = chain;
    const other = validatorKey("other");
    const attempts = {
      "of another chain": [{ header: { chainId: "other-1" } }, BoundaryError.wrongChain],
      "of a lower height": [{ header: { height: maker.height } }, BoundaryError.wrongHeight],
      "of a higher height": [{ header: { height: maker.height + 2 } }, BoundaryError.wrongHeight],
      "after another block": [
        { header: { lastBlockId: { hash: sha256(fromUtf8("x")), parts: { total: 1, hash: sha256(fromUtf8("y")) } } } },
        BoundaryError.wrongHeight,
      ],
      "signed by another key": [{ signer: other }, BoundaryError.invalidBlock],
      "signed for another chain": [{ signedChainId: "other-1" }, BoundaryError.invalidBlock],
      "with another validator set": [{ validators: validatorSet(other), signer: other }, BoundaryError.invalidBlock],
      "with a larger validator set": [{ validators: validatorSet(validatorKey(), other) }, BoundaryError.invalidBlock],
      "with inserted transactions": [{ handedTxs: [tx([bench.message(a, { noop: {} })])] }, BoundaryError.invalidBlock],
      "without signatures": [
        { commit: (commit: object) => ({ ...commit, signatures: [] }) as never },
        BoundaryError.invalidBlock,
      ],
      "with an absent signature": [
        {
          commit: (commit: { signatures: readonly object[] }) =>
            ({ ...commit, signatures: commit.signatures.map((each) => ({ ...each, flag: 1 })) }) as never,
        },
        BoundaryError.invalidBlock,
      ],
      "with a nil vote": [
        {
          commit: (commit: { signatures: readonly object[] }) =>
            ({ ...commit, signatures: commit.signatures.map((each) => ({ ...each, flag: 3 })) }) as never,
        },
        BoundaryError.invalidBlock,
      ],
      "with a commit for another height": [
        { commit: (commit: { height: number }) => ({ ...commit, height: commit.height + 1 }) as never },
        BoundaryError.invalidBlock,
      ],
    } as const;
    for (const [name, [forgery, error]] of Object.entries(attempts)) {
      const { proof } = maker.make([], forgery);
      expect(() => chain.enclave.submitBlock({ ...proof }), name).toThrow(refused(error));
    }
    // The validators that the header names must be those that the chain knows.
    const setHash = { validatorsHash: sha256(fromUtf8("x")) };
    expect(() => chain.enclave.submitBlock({ ...maker.make([], { header: setHash }).proof })).toThrow(
      refused(BoundaryError.invalidBlock),
    );
    bench.expectUsable();
  });

  it("cannot submit a damaged proof: a change of any byte of header and commit is refused", () => {
    const { proof } = chain.maker.make([]);
    for (const field of ["header", "commit", "validators"] as const) {
      for (let i = 0; i < proof[field].length; i += 3) {
        const damaged = { ...proof, [field]: proof[field].map((byte, at) => (at === i ? byte ^ 4 : byte)) };
        const thrown = thrownBy(() => chain.enclave.submitBlock(damaged));
        if (thrown !== undefined) expect(thrown).toMatchObject({ codespace: "boundary" });
        // Fields without a hash or signature may differ: priorities of a set, the address beside a
        // signature.
        else if (field === "commit") expect(signedParts(damaged.commit)).toEqual(signedParts(proof.commit));
        else expect(field).toBe("validators");
      }
      expect(() => chain.enclave.submitBlock({ ...proof, [field]: proof[field].slice(0, -1) })).toThrow(
        expect.objectContaining({ codespace: "boundary" }),
      );
    }
    bench.expectUsable();
  });

  it("cannot invent a reply or a sub-message", () => {
    bench.submit(tx([bench.message(a, { noop: {} })]));
    const { callId } = bench.call();
    const reply = {
      parentId: callId,
      childId: 1,
      contract: bench.genuine.contract,
      gasLimit: 1_000_000,
      ok: true,
      data: undefined,
      error: "",
      events: [],
      txCounter: 0,
    };
    expect(chain.enclave.reply(reply, bench.host())).toMatchObject(fault(EnclaveError.failedValidation));
    for (const made of [callId, callId + 1, 77])
      expect(bench.call({ callId: made })).toMatchObject(fault(EnclaveError.failedValidation));
    bench.expectUsable();
  });

  it("cannot run sub-messages of one transaction after the next one has begun", () => {
    const sub = {
      call: {
        contract: bench.other.address,
        code_hash: bench.other.codeHash,
        msg: '{"noop":{}}',
        funds: [],
        sub: null,
      },
    };
    const signer = chain.signer(a);
    const next = chain.tx(a, [bench.message(a, { noop: {} })], {
      signers: [{ ...signer, sequence: signer.sequence + 1n }],
    });
    bench.submit(tx([bench.message(a, sub)]), next);
    const [message] = bench.call().messages;
    expect(message?.wasm).toBeDefined();
    const run = () =>
      bench.call({ callId: message?.id ?? 0, contract: bench.genuineOther.contract }, bench.host(bench.other.address));
    // A message that the enclave refuses also ends the message before it.
    expect(bench.call({ txIndex: 1, accountNumber: 999 })).toMatchObject(fault(EnclaveError.txSignature));
    expect(run()).toMatchObject(fault(EnclaveError.failedValidation));
    bench.submit(tx([bench.message(a, sub)]));
    bench.call();
    expect(run()).toMatchObject({ outcome: Outcome.ok });
    expect(run()).toMatchObject(fault(EnclaveError.failedValidation));
    bench.expectUsable();
  });

  it("cannot exchange keys, codes or rows of a contract", () => {
    const contract = bench.genuine.contract as NonNullable<CallRequest["contract"]>;
    const attempt = (changes: object, host = bench.host()) => {
      bench.submit(tx([bench.message(a, { get: { key: "k" } })]));
      return bench.call({ contract: { ...contract, ...changes } }, host);
    };
    const flip = (bytes: Uint8Array, at: number) => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));
    for (const at of [0, 31, 32, 63]) {
      expect(attempt({ ogKey: flip(contract.ogKey, at) })).toMatchObject(fault(EnclaveError.contractAuthentication));
    }
    expect(attempt({ ogKey: new Uint8Array(0) })).toMatchObject(fault(EnclaveError.contractAuthentication));
    expect(attempt({ codeHash: Uint8Array.from(Buffer.from(hashOf(wasm.v010), "hex")) })).toMatchObject(
      fault(EnclaveError.contractAuthentication),
    );
    expect(attempt({ currentKey: contract.ogKey, currentKeyProof: new Uint8Array(32) })).toMatchObject(
      fault(EnclaveError.contractAuthentication),
    );
    const { readState } = bench.host();
    const damaged = (key: Uint8Array) => {
      const row = readState(key);
      return row === undefined ? undefined : flip(row, row.length - 1);
    };
    for (const row of [damaged, () => new Uint8Array(3)]) {
      expect(() => attempt({}, bench.host(undefined, { readState: row }))).toThrow(refused(BoundaryError.rowRefused));
    }
    bench.expectUsable();
  });

  it("cannot send code that does not match the hash", () => {
    const fresh = enclaveClient(open());
    const sealed = chain.store.extra("enclave/sealed");
    fresh.start({
      chainId: chain.chainId,
      sealed,
      driver: "sim",
      driverOptions: new Uint8Array(0),
      validators: new Uint8Array(0),
      initialHeight: 1,
      newGenesis: false,
      trustingPeriod: 0,
      registration: undefined,
      // The code is checked in every mode, and the rows of a query would need a state.
      believesRows: true,
      answersPast: false,
    });
    const ask = (code: Uint8Array | undefined) =>
      fresh.query(bench.genuineQuery, bench.host(undefined, { readCode: () => code }));
    for (const code of [undefined, wasm.v010, new Uint8Array(0), wasm.v1.slice(1)]) {
      expect(ask(code)).toMatchObject(fault(EnclaveError.hostMisbehaved));
    }
    expect(ask(wasm.v1)).toMatchObject({ outcome: Outcome.ok });
  });

  it("gets back the error that its service threw, and the enclave stays usable", () => {
    for (const thrown of [new OutOfGas("ReadFlat"), new EnvironmentFault("disk"), new TypeError("bug of the host")]) {
      const readState = () => {
        throw thrown;
      };
      bench.submit(
        tx([
          bench.message(a, {
            batch: { ops: [{ set: { key: "x", value: "y" } }, { try: { op: { get: { key: "k" } } } }] },
          }),
        ]),
      );
      expect(() => bench.call({}, bench.host(undefined, { readState }))).toThrow(thrown);
      bench.expectUsable();
    }
  });

  it("cannot start it with sealed bytes that are damaged or of another chain", () => {
    const sealed = chain.store.extra("enclave/sealed") as Uint8Array;
    const start =
      (bytes: Uint8Array, chainId = chain.chainId) =>
      () =>
        startEnclave({ chainId, sealed: bytes, validators: chain.maker.validators }).started;
    expect(start(sealed)()).toMatchObject({ height: chain.app.height, ioPublicKey: chain.started.ioPublicKey });
    for (let i = 0; i < sealed.length; i += 7) {
      expect(start(sealed.map((byte, at) => (at === i ? byte ^ 1 : byte)))).toThrow(refused(BoundaryError.sealedState));
      expect(start(sealed.slice(0, i))).toThrow(refused(BoundaryError.sealedState));
    }
    expect(start(sealed, "other-1")).toThrow(expect.objectContaining({ codespace: "boundary" }));
  });

  it("cannot use it for production, before it is started, or without a block", () => {
    const fresh = enclaveClient(open());
    const { validators } = chain.maker;
    const request = startRequest({ chainId: "fresh-1", validators });
    const { proof } = new BlockMaker("fresh-1").make([]);
    for (const run of [
      () => fresh.commitBlock(),
      () => fresh.submitBlock({ ...proof }),
      () => fresh.call(bench.genuine, bench.host()),
      () => fresh.query(bench.genuineQuery, bench.host()),
    ]) {
      expect(run).toThrow(refused(BoundaryError.notStarted));
    }
    for (const chainId of ["secret-4", "pulsar-3"])
      expect(() => fresh.start({ ...request, chainId })).toThrow(refused(BoundaryError.chainRefused));
    expect(() => fresh.start({ ...request, validators: new Uint8Array(0) })).toThrow(
      expect.objectContaining({ codespace: "boundary" }),
    );
    fresh.start(request);
    for (const run of [() => fresh.commitBlock(), () => fresh.call(bench.genuine, bench.host())])
      expect(run).toThrow(refused(BoundaryError.notInBlock));
    fresh.submitBlock({ ...proof });
    expect(() => fresh.call(bench.genuine, bench.host())).toThrow(refused(BoundaryError.notInBlock));
    fresh.commitBlock();
    expect(() => fresh.submitBlock({ ...proof })).toThrow(refused(BoundaryError.wrongHeight));
  });

  it("learns nothing from invented clients: low-order keys are refused", () => {
    const { wire } = chain.client.encrypt(bench.probe.codeHash, { noop: {} });
    for (const low of [0, 1]) {
      const forged = wire.slice();
      forged.fill(0, 32, 64);
      forged[32] = low;
      bench.submit(tx([executeMessage(a, bench.probe.address, forged)]));
      expect(bench.call()).toMatchObject(fault(EnclaveError.decryption));
    }
    bench.expectUsable();
  });
});

describe("a recording", () => {
  it("is replayed without an enclave to the same application hash, and a changed block is detected", () => {
    const frames: RecordedFrame[] = [];
    const txs: Uint8Array[] = [];
    const hashes: Uint8Array[] = [];
    const original = new TestChain({
      channel: recordingChannel(inlineChannel(createEnclavePeer()), (frame) => frames.push(frame)),
    });
    const watch = original.block.bind(original);
    original.block = (...all) => {
      txs.push(...all);
      const result = watch(...all);
      hashes.push(original.app.appHash);
      return result;
    };
    const probe = deploy(original, wasm.v1);
    probe.execute({ set: { key: "k", value: "v" } });
    probe.execute({ get: { key: "k" } });
    const replay = (change = (tx: Uint8Array) => tx) => {
      const copy = new TestChain({ channel: replayingChannel(frames) });
      onTestFinished(() => copy.close());
      return txs.map((tx) => copy.block(change(tx)) && copy.app.appHash);
    };
    expect(replay()).toEqual(hashes);
    const changed = (tx: Uint8Array) => tx.map((byte, i) => (i === tx.length - 1 ? byte ^ 1 : byte));
    expect(() => replay(changed)).toThrow(EnvironmentFault);
    original.close();
  });
});
