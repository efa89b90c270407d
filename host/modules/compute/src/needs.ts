import type { ReadCtx, Router, WriteCtx } from "@sotto/kernel";
import type { Coins } from "@sotto/math/coins";
import type { EnclaveClient } from "@sotto/protocol";

/** What compute asks of the rest of the chain. Nothing else is reachable from here. */
export interface ComputeNeeds {
  readonly enclave: EnclaveClient;
  readonly chainId: string;
  /**
   * Decides how much of an SDK error a contract may see: everything on a developer's network
   * (spec/modules.md 8.9).
   */
  readonly revealErrors: boolean;
  /** SDK gas of one smart query from outside (`contract-query-gas-limit`). */
  readonly queryGasLimit: number;
  /** Moves coins; throws sdk errors. Emits bank's events. */
  sendCoins(ctx: WriteCtx, from: Uint8Array, to: Uint8Array, coins: Coins): void;
  isBlocked(address: Uint8Array): boolean;
  createAccount(ctx: WriteCtx, address: Uint8Array): void;
  /** The account, undefined when there is none: a read that the caller pays for. */
  account(ctx: ReadCtx, address: Uint8Array): unknown;
  /** Throws for a message that is switched off. The router asks by itself. */
  assertExecutable(ctx: ReadCtx, typeUrl: string): void;
  /**
   * Messages and queries of all modules. Made after the keepers, so it is not there while they are
   * made.
   */
  router(): Router;
  allBalances(ctx: ReadCtx, address: Uint8Array): Coins;
  blob(hash: Uint8Array): Uint8Array | undefined;
  putBlob(bytes: Uint8Array): Uint8Array;
}
