// SPDX-License-Identifier: Apache-2.0
import type { ReadCtx, Router, WriteCtx } from "@sotto/kernel";
import type { Coins } from "@sotto/math/coins";
import type { EnclaveClient } from "@sotto/protocol";
import type { ModuleViews } from "./answers/views.ts";

/** The committed state over which the enclave answers clients. */
export interface CommittedProofs {
  /**
   * Shows the enclave the state of a height, which proofs are of from now on. Throws sdk/18 for a
   * state that nothing proves, and sdk/37 for an older one where only the latest is answered.
   */
  show(height: number): void;
  /** A row of this module's store, or its absence, with its proof under the hash that was shown. */
  proveRow(key: Uint8Array, known: number): { readonly value: Uint8Array | undefined; readonly proof: Uint8Array };
  proveStore(): Uint8Array;
}

/** The functions of the chain that compute calls. It reaches nothing else. */
export interface ComputeNeeds {
  readonly enclave: EnclaveClient;
  readonly chainId: string;
  /**
   * Whether a contract sees the full text of an SDK error: only on a developer's network
   * (spec/modules.md 8.9).
   */
  readonly revealErrors: boolean;
  /** SDK gas limit of one client's smart query (`contract-query-gas-limit`). */
  readonly queryGasLimit: number;
  /** Moves coins; throws sdk errors. Emits bank's events. */
  sendCoins(ctx: WriteCtx, from: Uint8Array, to: Uint8Array, coins: Coins): void;
  isBlocked(ctx: ReadCtx, address: Uint8Array): boolean;
  createAccount(ctx: WriteCtx, address: Uint8Array): void;
  /** The account, undefined when it does not exist. The caller pays for the read. */
  account(ctx: ReadCtx, address: Uint8Array): unknown;
  /** Throws for a disabled message. The router calls it itself for the messages that it runs. */
  assertExecutable(ctx: ReadCtx, typeUrl: string): void;
  /**
   * Messages and queries of all modules. It is created after the keepers, so keepers may not call
   * it while they are created.
   */
  router(): Router;
  /** Rows of modules that the chain may lack; called like `router`. */
  views(): ModuleViews | undefined;
  allBalances(ctx: ReadCtx, address: Uint8Array): Coins;
  /**
   * A row of this module's store in the state before the block with its proof, and the proof of
   * the store.
   * `known`: as for `StateStore.proveRow`.
   */
  proveRow(key: Uint8Array, known: number): { readonly value: Uint8Array | undefined; readonly proof: Uint8Array };
  proveStore(): Uint8Array;
  readonly committed: CommittedProofs;
  blob(hash: Uint8Array): Uint8Array | undefined;
  putBlob(bytes: Uint8Array): Uint8Array;
}
