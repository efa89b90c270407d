// SPDX-License-Identifier: Apache-2.0
import { afterAll, expect } from "vitest";
import { type Contract, deploy } from "../support/contract.ts";
import { type ChainSetup, TestChain } from "../support/testChain.ts";
import { wasm } from "../support/wasm.ts";

/**
 * A chain that an attack is run on, until the test file ends, and a contract that it must not hurt.
 */
export interface Victim {
  readonly chain: TestChain;
  /** Keeps "safe" under the key "k". */
  readonly probe: Contract;
  /** The contract runs, and its row is unchanged. */
  readonly expectIntact: () => void;
}

export function victim(setup: ChainSetup = {}): Victim {
  const chain = new TestChain(setup);
  afterAll(() => chain.close());
  const probe = deploy(chain, wasm.v1, { ops: [{ set: { key: "k", value: "safe" } }] });
  const expectIntact = () => expect(probe.execute({ get: { key: "k" } }).outputs).toEqual(["safe"]);
  return { chain, probe, expectIntact };
}
