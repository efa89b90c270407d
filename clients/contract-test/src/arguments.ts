// SPDX-License-Identifier: Apache-2.0
/** Checks of arguments of actors and chains, for callers in JavaScript: all throw DevChainError. */
import { DevChainError } from "./errors.ts";

/** A stored code. */
export interface Code {
  readonly codeId: bigint;
  /** SHA-256 of the wasm, lower case hex. */
  readonly codeHash: string;
}

/** An instantiated contract. */
export interface Contract extends Code {
  /** Bech32. */
  readonly address: string;
  readonly label: string;
}

/** The address and code hash of a contract: enough to call it. */
export type ContractRef = Pick<Contract, "address" | "codeHash">;

const AFTER_AWAIT = "resolved with, after await";

export function assertContract(contract: ContractRef | undefined): asserts contract is ContractRef {
  if (typeof contract?.address !== "string" || typeof contract.codeHash !== "string")
    throw new DevChainError(
      `a contract has { address, codeHash }: give the one that instantiate or deploy ${AFTER_AWAIT}`,
    );
}

export function assertCode(code: Code | undefined): asserts code is Code {
  if (typeof code?.codeId !== "bigint" || typeof code.codeHash !== "string")
    throw new DevChainError(`a code has { codeId, codeHash }: give the one that storeCode ${AFTER_AWAIT}`);
}

/** A message as JSON. */
export function jsonOf(msg: unknown): string {
  const form = "give an object of texts, numbers, lists and objects; large numbers are texts";
  try {
    const json: string | undefined = JSON.stringify(msg);
    if (json !== undefined) return json;
  } catch (thrown) {
    throw new DevChainError(`a message cannot be written as JSON (${String(thrown).split("\n")[0]}): ${form}`);
  }
  throw new DevChainError(`a message is ${typeof msg}, which JSON does not have: ${form}`);
}

/** An address, or that of an account, an actor or a contract. */
export function addressOf(of: string | { readonly address: string }): string {
  const address: unknown = typeof of === "string" ? of : (of as typeof of | undefined)?.address; // callers without types
  if (typeof address !== "string")
    throw new DevChainError("an address is missing: give a text, an account or a contract");
  return address;
}

/** `height` of a query; 0 is the latest. The state says which heights it has. */
export function assertHeight(height: number, latest: number): void {
  if (Number.isSafeInteger(height) && height >= 0) return;
  throw new DevChainError(
    `height ${String(height)} is no block of this chain: give a whole number from 1 to ${latest}`,
  );
}

/** Refuses misspelt options, which would have no effect. */
export function assertKnown(options: object, known: readonly string[]): void {
  const unknown = Object.keys(options).filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new DevChainError(`unknown option ${unknown.join(", ")}: known are ${known.join(", ")}`);
}

const MEMO = 256;

export function assertMemo(memo: string | undefined): void {
  if (memo !== undefined && (typeof memo !== "string" || memo.length > MEMO))
    throw new DevChainError(`the memo is no text of at most ${MEMO} characters`);
}
