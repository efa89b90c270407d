// SPDX-License-Identifier: Apache-2.0
/** A chain whose host may change what it serves to the enclave, for tests of rows in a block. */
import { contractOf } from "@sotto/contract-test/parts";
import { EnvironmentFault } from "@sotto/errors";
import type { BlockResult } from "@sotto/kernel";
import { BoundaryError, type EnclaveClient, type HostService } from "@sotto/protocol";
import { afterAll, expect } from "vitest";
import { type Contract, deploy } from "../support/contract.ts";
import { type a, type ChainSetup, TestChain } from "../support/testChain.ts";
import { wasm } from "../support/wasm.ts";

export const STORE = "compute";
export const keyOf = (contract: Contract, key: Uint8Array): Uint8Array =>
  Uint8Array.of(3, ...contractOf(contract.address), ...key);

export type Change = (host: HostService) => HostService;

/** A chain whose host changes what it serves to calls, replies and their queries. */
export class Bench {
  readonly chain: TestChain;
  readonly probe: Contract;
  readonly other: Contract;
  change: Change = (host) => host;
  /** Keys that the enclave asked for, in order; with a proof or without. */
  asked: { readonly key: Uint8Array; readonly isProven: boolean }[] = [];

  constructor(setup: ChainSetup = {}) {
    this.chain = new TestChain(setup);
    afterAll(() => this.chain.close());
    this.probe = deploy(this.chain, wasm.v1, { ops: [{ set: { key: "k", value: "one" } }] });
    this.other = deploy(this.chain, wasm.v1, { ops: [{ set: { key: "k", value: "other" } }] });
    const { call, reply, query } = this.chain.enclave;
    const served = (host: HostService): HostService => this.#listen(this.change(host));
    // The client is an object of this test: the application calls it by these fields.
    Object.assign(this.chain.enclave, {
      call: (request, host) => call(request, served(host)),
      reply: (request, host) => reply(request, served(host)),
      query: (request, host) => query(request, served(host)),
    } satisfies Partial<EnclaveClient>);
  }

  #listen(host: HostService): HostService {
    return {
      ...host,
      readState: (key) => {
        this.asked.push({ key, isProven: false });
        return host.readState(key);
      },
      proveRow: (key, known) => {
        this.asked.pop();
        this.asked.push({ key, isProven: true });
        return host.proveRow(key, known);
      },
    };
  }

  set(value: string, contract = this.probe): void {
    contract.execute({ set: { key: "k", value } });
  }

  get(contract = this.probe): string | null | undefined {
    return contract.execute({ get: { key: "k" } }).outputs[0];
  }

  /** The key of the row "k" of the probe. */
  get key(): Uint8Array {
    this.asked = [];
    this.get();
    return this.asked[0]?.key as Uint8Array;
  }

  /** The row at a height. */
  rowAt(height: number, key: Uint8Array, contract = this.probe): Uint8Array | undefined {
    const snapshot = this.chain.store.snapshot(height);
    try {
      return snapshot.store(STORE).get(keyOf(contract, key));
    } finally {
      snapshot.close();
    }
  }

  /** A block in which these accounts call the probe, one transaction each. */
  block(...ops: readonly (readonly [by: typeof a, op: unknown, gas?: bigint])[]): BlockResult {
    const txs = ops.map(([by, op, gas = 5_000_000n]) =>
      this.chain.tx(by, [this.probe.message(by, op).packed], { gas }),
    );
    return this.chain.block(...txs);
  }

  /** The node stops: the enclave refused the row, or for another reason. */
  expectStops(run: () => unknown, reason: { code: number } = BoundaryError.rowRefused): void {
    let thrown: unknown;
    try {
      run();
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(EnvironmentFault);
    expect((thrown as Error).cause).toMatchObject({ codespace: "boundary", code: reason.code });
    // The node has stopped; its enclave takes another block of this height after a start only.
    this.chain.restartEnclave();
  }
}

/** An op that fails its contract. */
export const fail = { fail: { error: { text: { text: "no" } } } };
