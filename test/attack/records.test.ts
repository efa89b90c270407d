// SPDX-License-Identifier: Apache-2.0
/**
 * A host that gives the running block a contract's record from before a change: its code, its
 * admin; or that gives a new contract the address of another one.
 */
import { executeMessage, migrateMessage, pack } from "@sotto/contract-test/parts";
import { EnvironmentFault } from "@sotto/errors";
import { MsgUpdateAdminSchema } from "@sotto/proto/secret.compute.v1beta1";
import { BoundaryError, type CallRequest, type EnclaveClient, type HostService, Outcome } from "@sotto/protocol";
import { afterAll, describe, expect, it } from "vitest";
import { type Contract, deploy, instantiate } from "../support/contract.ts";
import { a, b, TestChain } from "../support/testChain.ts";
import { hashOf, wasm } from "../support/wasm.ts";

const refused = expect.objectContaining({ codespace: "boundary", code: BoundaryError.rowRefused.code });

/** A chain, and the last call that its host made. */
class Bench {
  readonly chain = new TestChain();
  change: (request: CallRequest) => CallRequest = (request) => request;
  last: { readonly request: CallRequest; readonly host: HostService } | undefined;

  constructor() {
    afterAll(() => this.chain.close());
    const { call } = this.chain.enclave;
    Object.assign(this.chain.enclave, {
      call: (request, host) => {
        this.last = { request, host };
        return call(this.change(request), host);
      },
    } satisfies Partial<EnclaveClient>);
  }

  /** The host's record of the contract now. */
  recordOf(contract: Contract): NonNullable<CallRequest["contract"]> {
    contract.execute({ noop: {} });
    return this.last?.request.contract as NonNullable<CallRequest["contract"]>;
  }

  setAdmin(contract: Contract, by: typeof a, newAdmin: string): void {
    const message = { sender: by.address, contract: contract.address, newAdmin };
    expect(this.chain.run(by, pack(MsgUpdateAdminSchema, message), { gas: 1_000_000n }).log).toBe("");
  }
}

const owned = (bench: Bench): Contract => deploy(bench.chain, wasm.v1, { ops: [] }, { admin: a.address });

describe("while a block runs, a host cannot", () => {
  it("run the code of a contract from before its migration", () => {
    const bench = new Bench();
    const { chain } = bench;
    const contract = owned(bench);
    const old = bench.recordOf(contract);
    const codeId = chain.storeCode(wasm.v010);
    expect(contract.migrate({ ops: [] }, codeId, hashOf(wasm.v010)).result.log).toBe("");
    // A message for the old code, of a client that has not heard of the migration.
    const { wire } = chain.client.encrypt(hashOf(wasm.v1), { noop: {} });
    const tx = chain.tx(a, [executeMessage(a, contract.address, wire)], { gas: 1_000_000n });
    bench.change = (request) => ({ ...request, contract: old });
    expect(() => chain.deliver(tx)).toThrow(EnvironmentFault);
    chain.restartEnclave();
    expect(() => chain.deliver(tx)).toThrow("the row is not the one of the verified state");
    chain.restartEnclave();
  });

  it("run the migrated code in the block of a migration that was not yet, and the honest host can at once", () => {
    const bench = new Bench();
    const { chain } = bench;
    const contract = owned(bench);
    const old = bench.recordOf(contract);
    const codeId = chain.storeCode(wasm.v010);
    const [first, second] = [
      chain.client.encrypt(hashOf(wasm.v010), { ops: [] }).wire,
      contract.message(b, { noop: {} }),
    ];
    const after = chain.client.encrypt(hashOf(wasm.v010), { noop: {} }).wire;
    const migrate = chain.tx(a, [migrateMessage(a, contract.address, codeId, first)], { gas: 5_000_000n });
    const run = chain.tx(b, [executeMessage(b, contract.address, after)], { gas: 5_000_000n });
    const stale = chain.tx(b, [second.packed], { gas: 5_000_000n });
    bench.change = (request) => (request.txIndex === 1 ? { ...request, contract: old } : request);
    expect(() => chain.block(migrate, stale)).toThrow("the row is not the one of the verified state");
    chain.restartEnclave();
    bench.change = (request) => request;
    expect(chain.block(migrate, run).txResults.map(({ log }) => log)).toEqual(["", ""]);
  });

  it("let a former admin migrate a contract", () => {
    const bench = new Bench();
    const { chain } = bench;
    const contract = owned(bench);
    const old = bench.recordOf(contract);
    bench.setAdmin(contract, a, b.address);
    const codeId = chain.storeCode(wasm.v010);
    const { wire } = chain.client.encrypt(hashOf(wasm.v010), { ops: [] });
    const tx = chain.tx(a, [migrateMessage(a, contract.address, codeId, wire)], { gas: 5_000_000n });
    chain.enclave.submitBlock({ ...chain.maker.make([tx]).proof });
    const { request, host } = bench.last as NonNullable<typeof bench.last>;
    const accountNumber = Number(chain.base(a.address).accountNumber);
    const newCodeHash = Uint8Array.from(Buffer.from(hashOf(wasm.v010), "hex"));
    const migrate = {
      ...request,
      kind: 3,
      txIndex: 0,
      accountNumber,
      contract: old,
      newCodeHash,
      codeId: Number(codeId),
    };
    expect(() => chain.enclave.call(migrate, host)).toThrow(refused);
    chain.restartEnclave();
    // The new admin can.
    const theirs = chain.tx(b, [migrateMessage(b, contract.address, codeId, wire)], { gas: 5_000_000n });
    expect(chain.deliver(theirs).log).toBe("");
  });

  it("let a former admin migrate in the block of the change, and the new admin can at once", () => {
    const bench = new Bench();
    const { chain } = bench;
    const contract = owned(bench);
    const old = bench.recordOf(contract);
    const codeId = chain.storeCode(wasm.v010);
    const { wire } = chain.client.encrypt(hashOf(wasm.v010), { ops: [] });
    const update = pack(MsgUpdateAdminSchema, { sender: a.address, contract: contract.address, newAdmin: b.address });
    const give = chain.tx(a, [update, migrateMessage(a, contract.address, codeId, wire)], { gas: 5_000_000n });
    const decided = chain.maker.make([give]);
    chain.enclave.submitBlock({ ...decided.proof });
    const { request, host } = bench.last as NonNullable<typeof bench.last>;
    const accountNumber = Number(chain.base(a.address).accountNumber);
    const base = { ...request, txIndex: 0, accountNumber, contract: old };
    expect(chain.enclave.call({ ...base, kind: 4 }, host).outcome).toBe(Outcome.ok);
    const newCodeHash = Uint8Array.from(Buffer.from(hashOf(wasm.v010), "hex"));
    const migrate = { ...base, kind: 3, messageIndex: 1, newCodeHash, codeId: Number(codeId) };
    expect(() => chain.enclave.call(migrate, host)).toThrow(refused);
    chain.restartEnclave();
    const first = chain.tx(a, [update], { gas: 1_000_000n });
    const second = chain.tx(b, [migrateMessage(b, contract.address, codeId, wire)], { gas: 5_000_000n });
    expect(chain.block(first, second).txResults.map(({ log }) => log)).toEqual(["", ""]);
  });

  it("give a new contract the address of one that exists", () => {
    const bench = new Bench();
    const { chain } = bench;
    const first = deploy(chain, wasm.v1);
    const { instanceId } = (bench.last as NonNullable<typeof bench.last>).request;
    bench.change = (request) => (request.kind === 1 ? { ...request, instanceId } : request);
    expect(() => instantiate(chain, first.codeId, wasm.v1, { ops: [] })).toThrow(
      "the row is not the one of the verified state",
    );
  });
});
