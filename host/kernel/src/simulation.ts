// SPDX-License-Identifier: Apache-2.0
import { create, type DescMessage, type MessageInitShape } from "@bufbuild/protobuf";
import type { Any } from "@bufbuild/protobuf/wkt";
import { formatAddress, moduleAddress } from "@sotto/address";
import { packAny } from "@sotto/codec";
import type { WireCoin as Coin } from "@sotto/math/coins";
import type { ReadCtx } from "./ctx.ts";

// A separate entry point (`@sotto/kernel/simulation`): a node loads neither this file nor the
// operations of modules (ADR 79).

/** Numbers that follow from a seed: equal on every machine. */
export interface Random {
  /** A whole number, at least 0 and below `bound`. */
  below(bound: number): number;
  /** An entry of a list that is not empty. */
  pick<T>(list: readonly T[]): T;
}

/** An account that the simulation can sign for. */
export interface SimulatedAccount {
  /** Bech32. */
  readonly address: string;
  readonly raw: Uint8Array;
}

/**
 * The name of a value that operations need and the state does not contain, e.g. the code of
 * contracts.
 */
export interface Fixture<T> {
  readonly name: string;
  /** Absent at run time: the type of the value. */
  readonly type?: T;
}

/** The inputs of an operation, which keeps no state between two calls. */
export interface World {
  readonly random: Random;
  readonly accounts: readonly SimulatedAccount[];
  /** The account whose turn it is: the signer of most operations. */
  readonly turn: SimulatedAccount;
  /** The last committed state. */
  readonly ctx: ReadCtx;
  /** Denoms of the coins that accounts have, in byte order. */
  readonly denoms: readonly string[];
  /** Undefined when the simulation has no such value: the operation then has nothing to do. */
  fixture<T>(fixture: Fixture<T>): T | undefined;
}

export interface SimulatedMessage {
  readonly signer: SimulatedAccount;
  readonly message: Any;
}

/** Random messages of one kind, good and bad. */
export interface Operation {
  readonly name: string;
  /** Its share among the weights of all operations of the chain: a whole number above 0. */
  readonly weight: number;
  /** Undefined: nothing to do in this state. `world.random` is the only source of numbers. */
  make(world: World): SimulatedMessage | undefined;
}

/** A message that an account signs. */
export const signedBy = <D extends DescMessage>(
  signer: SimulatedAccount,
  schema: D,
  init: MessageInitShape<D>,
): SimulatedMessage => ({ signer, message: packAny(schema, create(schema, init)) });

/** One of a few addresses without a known key. */
export const someStranger = ({ random }: World): string => formatAddress(new Uint8Array(20).fill(1 + random.below(64)));

/**
 * Usually an account or a stranger; sometimes one of `others`, or a text that is not an address.
 */
export function someAddress(world: World, others: readonly string[]): string {
  const { random, accounts } = world;
  const kind = random.below(20);
  if (kind < 12) return random.pick(accounts).address;
  if (kind < 16) return someStranger(world);
  if (kind < 19 && others.length > 0) return random.pick(others);
  return random.pick(["secret1nobody", ""]);
}

/** Edge cases of amounts, and texts that are not amounts. */
const EDGES = [
  "0",
  "1",
  "17",
  "1000",
  "999999",
  "1000000000000",
  "-5",
  "340282366920938463463374607431768211456",
  "01",
] as const;

/**
 * Coins in the order that the chain requires, sometimes reversed. `most`: 1 for few denoms, 4 for
 * all.
 */
export function someCoins({ random, denoms }: World, most: 1 | 2 | 3 | 4 = 3): Coin[] {
  const chosen = denoms
    .filter(() => random.below(4) < most)
    .map((denom) => ({ denom, amount: random.below(25) === 0 ? random.pick(EDGES) : String(1 + random.below(5000)) }));
  if (random.below(30) === 0) chosen.reverse();
  const [denom] = denoms;
  return chosen.length > 0 || denom === undefined || random.below(20) === 0 ? chosen : [{ denom, amount: "3" }];
}

/** Bech32 of the account in whose name proposals run. */
export const governance: string = formatAddress(moduleAddress("gov"));

/** Random messages that only governance may send: the content of proposals, good and bad. */
export interface GovernedOperation {
  readonly name: string;
  /** Its share among those of the chain: a whole number above 0. */
  readonly weight: number;
  /** Undefined: nothing to propose in this state. */
  make(world: World): Any | undefined;
}

/** A random message of a random module, for a proposal. */
export const proposed: Fixture<(world: World) => Any | undefined> = { name: "proposed messages" };

/** Packs a message of governance. */
export const governed = <D extends DescMessage>(schema: D, init: MessageInitShape<D>): Any =>
  packAny(schema, create(schema, init));
