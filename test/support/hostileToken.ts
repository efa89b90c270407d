// SPDX-License-Identifier: Apache-2.0
/** The token of `contracts/hostile-token`: it attacks the product that lists it. For DevChain. */
import type { ContractRef } from "@sotto/contract-client";
import type { Actor, Contract, DevChain, Execution } from "@sotto/contract-test";
import { wasm } from "./wasm.ts";

export interface Calls {
  readonly succeeded: number;
  readonly failed: number;
  readonly last_error: string;
}

const encode = (msg: object): string => Buffer.from(JSON.stringify(msg)).toString("base64");
const callOf = ({ address, codeHash }: ContractRef, msg: object) => ({
  contract: address,
  code_hash: codeHash,
  msg: encode(msg),
});

export class HostileToken {
  readonly contract: Contract;
  readonly #chain: DevChain;
  readonly #owner: Actor;

  private constructor(chain: DevChain, owner: Actor, contract: Contract) {
    this.#chain = chain;
    this.#owner = owner;
    this.contract = contract;
  }

  static async deploy(chain: DevChain, owner = "erin"): Promise<HostileToken> {
    const by = chain.as(owner);
    return new HostileToken(chain, by, await by.deploy(wasm.hostileToken, {}, { label: "hostile token" }));
  }

  /**
   * The product's hook is called for an amount that nobody has. `inner` is the message of the
   * deposit; its `bind` names `from`.
   */
  lie(product: ContractRef, from: string, amount: bigint | string, inner: object): Promise<Execution> {
    const receive = { sender: from, from, amount: String(amount), msg: encode(inner) };
    return this.call(product, { receive });
  }

  /** Any message in the name of the token. */
  call(product: ContractRef, msg: object): Promise<Execution> {
    return this.#send({ call: callOf(product, msg) });
  }

  /** Messages to the product that the next payment makes, in the name of the token. */
  armCalls(product: ContractRef, ...messages: readonly object[]): Promise<Execution> {
    return this.#send({ arm: { calls: messages.map((msg) => callOf(product, msg)), fail: false } });
  }

  /** The next payments fail, until something else is armed. */
  armRefusal(): Promise<Execution> {
    return this.#send({ arm: { calls: [], fail: true } });
  }

  /** What products have paid to an address. */
  async paid(address: string): Promise<bigint> {
    const query = { paid: { address } };
    return BigInt((await this.#chain.query<{ paid: { amount: string } }>(this.contract, query)).paid.amount);
  }

  /** How the armed calls ended. */
  async calls(): Promise<Calls> {
    return (await this.#chain.query<{ calls: Calls }>(this.contract, { calls: {} })).calls;
  }

  #send(msg: object): Promise<Execution> {
    return this.#owner.execute(this.contract, msg, { mayFail: true, gas: 1_000_000 });
  }
}
