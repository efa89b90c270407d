// SPDX-License-Identifier: Apache-2.0
import { chainTypes, decodeTx } from "@sotto/tx";

/**
 * What a comparison covers. Without both sets: everything. With one of them: only the named parts,
 * for the author of a module whose neighbours do not exist yet.
 */
export interface Scope {
  /** Stores whose rows and hashes are compared. */
  readonly stores?: ReadonlySet<string> | undefined;
  /**
   * Modules whose transactions, queries, validator updates (`staking`) and parameter updates
   * (`consensus`) are compared. A transaction belongs to a module when all its messages do.
   */
  readonly modules?: ReadonlySet<string> | undefined;
  /** Modules of this chain that do not run, while one of them stops it. */
  readonly without?: ReadonlySet<string> | undefined;
}

export const isWhole = ({ stores, modules }: Scope): boolean => stores === undefined && modules === undefined;

export const hasStore = (scope: Scope, name: string): boolean => isWhole(scope) || scope.stores?.has(name) === true;

export const hasModule = (scope: Scope, name: string): boolean => isWhole(scope) || scope.modules?.has(name) === true;

/** `bank` of `/cosmos.bank.v1beta1.MsgSend`, and of a query's path. */
export const moduleOfUrl = (url: string): string => url.split(".")[1] ?? "";

/** Whether a transaction belongs to the scope. Bytes that do not decode belong to a whole one. */
export function hasTx(scope: Scope, bytes: Uint8Array): boolean {
  if (isWhole(scope)) return true;
  if (scope.modules === undefined) return false;
  try {
    const { messages } = decodeTx(bytes, chainTypes);
    return messages.length > 0 && messages.every(({ typeUrl }) => hasModule(scope, moduleOfUrl(typeUrl)));
  } catch {
    return false;
  }
}
