// SPDX-License-Identifier: Apache-2.0
/**
 * A host that answers the enclave's requests with its own requests, and that combines sealed bytes
 * of two enclaves.
 */
import { concat, equals } from "@sotto/bytes";
import { contractOf, startEnclave, startRequest } from "@sotto/contract-test/parts";
import { createEnclavePeer } from "@sotto/enclave";
import {
  BoundaryError,
  type Channel,
  type EnclaveClient,
  enclaveClient,
  type HostService,
  Outcome,
} from "@sotto/protocol";
import { inlineChannel } from "@sotto/transport";
import { describe, expect, it } from "vitest";
import { BlockMaker } from "../support/blockMaker.ts";
import { nodeRequest } from "../support/registering.ts";
import { wasm } from "../support/wasm.ts";
import { victim } from "./victim.ts";

const refused = (factory: { codespace: string; code: number }) =>
  expect.objectContaining({ codespace: factory.codespace, code: factory.code });

/** A channel whose host first makes another call, for each request. */
class MeddlingChannel implements Channel {
  readonly #inner = inlineChannel(createEnclavePeer());
  readonly enclave = enclaveClient(this.#inner);
  meddle: (() => void) | undefined;

  call: Channel["call"] = (request, serve) =>
    this.#inner.call(request, (ask) => {
      const { meddle } = this;
      this.meddle = undefined;
      meddle?.();
      return serve(ask);
    });
}

describe("while a call waits for its host", () => {
  const channel = new MeddlingChannel();
  const { chain, probe } = victim({ channel });
  const never = (): never => {
    throw new Error("nothing is asked");
  };
  const nothing = {
    readState: never,
    proveRow: never,
    proveState: never,
    proveStore: never,
    readCode: never,
    queryChain: never,
  };

  const { proof } = new BlockMaker(chain.chainId).make([]);
  const callRequest = {
    kind: 2,
    txIndex: 0,
    messageIndex: 0,
    callId: 0,
    accountNumber: 0,
    hint: undefined,
    txCounter: 0,
    contract: undefined,
    newCodeHash: new Uint8Array(0),
    codeId: 0,
    instanceId: 0,
    gasLimit: 1,
    lastFailed: false,
  };
  const replyRequest = {
    parentId: 1,
    childId: 2,
    contract: undefined,
    gasLimit: 1,
    ok: true,
    data: undefined,
    error: "",
    events: [],
    txCounter: 0,
  };
  const start = startRequest({ chainId: chain.chainId, validators: chain.maker.validators });

  it.each<[string, (enclave: EnclaveClient) => void]>([
    ["another call", (enclave) => enclave.call(callRequest, nothing)],
    ["a sub-message", (enclave) => enclave.call({ ...callRequest, callId: 3 }, nothing)],
    ["a reply", (enclave) => enclave.reply(replyRequest, nothing)],
    ["a block", (enclave) => enclave.submitBlock(proof)],
    ["a commit", (enclave) => enclave.commitBlock()],
    ["a step of the light client", (enclave) => enclave.trust({ steps: [] })],
    ["a new start", (enclave) => enclave.start(start)],
    ["a registration key", (enclave) => enclave.createNode(nodeRequest(chain.chainId))],
    ["a registration", (enclave) => enclave.admit({ txIndex: 0, messageIndex: 0 })],
  ])("%s is refused, and the call goes on as if nothing had been", (_name, run) => {
    let thrown: unknown;
    channel.meddle = () => {
      try {
        run(channel.enclave);
      } catch (error) {
        thrown = error;
      }
    };
    const { outputs } = probe.execute({
      batch: { ops: [{ get: { key: "k" } }, { set: { key: "l", value: "2" } }, { get: { key: "l" } }] },
    });
    expect(channel.meddle).toBeUndefined();
    expect(thrown).toEqual(refused(BoundaryError.callPending));
    expect(outputs).toEqual(["safe", "2"]);
  });

  it("a query may run, but no deeper than queries go, whatever depth the host claims", () => {
    const { wire } = chain.client.encrypt(probe.codeHash, { get: { key: "k" } });
    const { codeHash, ogContractKey, row, height, host } = stored();
    const ref = {
      address: contractOf(probe.address),
      codeHash,
      ogKey: ogContractKey,
      currentKey: new Uint8Array(0),
      currentKeyProof: new Uint8Array(0),
      admin: "",
      adminProof: new Uint8Array(0),
    };
    const outcomes: number[] = [];
    const dig = (): Uint8Array | undefined => {
      const answer = channel.enclave.query(
        { contract: ref, query: wire, gasLimit: 1_000_000_000, depth: 1, height, time: "1" },
        { ...host, readCode: () => wasm.v1, readState: () => (outcomes.length === 0 ? dig() : row) },
      );
      outcomes.push(answer.outcome);
      return row;
    };
    dig();
    // The innermost is refused, and all ten around it are answered.
    expect(outcomes).toEqual([Outcome.fault, ...Array.from({ length: 10 }, () => Outcome.ok)]);
  });

  /** The chain's record of the probe, and the row under its only key. */
  function stored() {
    let found: { codeHash: Uint8Array; ogContractKey: Uint8Array } | undefined;
    const original = chain.enclave.query;
    let row: Uint8Array | undefined;
    let serving: HostService = nothing;
    let height = 0;
    chain.enclave.query = (request, host) => {
      found = {
        codeHash: request.contract?.codeHash as Uint8Array,
        ogContractKey: request.contract?.ogKey as Uint8Array,
      };
      [serving, height] = [host, request.height];
      return original(request, { ...host, readState: (key) => (row = host.readState(key)) });
    };
    probe.query({ get: { key: "k" } });
    chain.enclave.query = original;
    return { ...(found as NonNullable<typeof found>), row, height, host: serving };
  }
});

describe("sealed bytes", () => {
  const startWith = ({ chainId, validators }: BlockMaker, sealed: Uint8Array | undefined) =>
    startEnclave({ chainId, sealed, validators }).started;

  it("of two enclaves cannot be joined: the network's keys never trust another genesis", () => {
    const [honest, evil] = [new BlockMaker("joined-1"), new BlockMaker("joined-1")];
    const one = startWith(honest, undefined);
    const two = startWith(evil, undefined);
    expect(startWith(evil, one.sealed).ioPublicKey).toEqual(one.ioPublicKey);
    // Every prefix of the one with every rest of the other that could be a checkpoint.
    for (let i = 1; i < one.sealed.length; i++) {
      const joined = concat(one.sealed.subarray(0, i), two.sealed.subarray(i));
      if (equals(joined, one.sealed) || equals(joined, two.sealed)) continue;
      expect(() => startWith(evil, joined), `joined at ${i}`).toThrow(refused(BoundaryError.sealedState));
    }
  });
});
