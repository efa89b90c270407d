// SPDX-License-Identifier: Apache-2.0
import type { Permission } from "@sotto/kernel";
import { openStore } from "@sotto/store";
import { auth } from "@sotto/x-auth";
import { type BankNeeds, bank } from "@sotto/x-bank";
import { onTestFinished } from "vitest";

/**
 * Auth and bank over a new empty store, without other modules, as the oracle runs the SDK's. The
 * store is closed when the test ends. `needs` replaces functions of the chain that bank calls.
 */
export function authAndBank(
  needs: Partial<BankNeeds> = {},
  moduleAccounts: ReadonlyMap<string, readonly Permission[]> = new Map([["fee_collector", []]]),
) {
  const store = openStore({ path: undefined, stores: ["acc", "bank"], pruning: { keepVersions: 1 }, noSync: true });
  onTestFinished(() => store.close());
  const authKeeper = auth.keeper({ moduleAccounts, accountKinds: [] });
  const bankKeeper = bank.keeper({
    isBlocked: () => false,
    lockedCoins: authKeeper.lockedCoins,
    hasAccount: authKeeper.hasAccount,
    createAccount: authKeeper.createAccount,
    moduleAccounts,
    ensureModule: authKeeper.ensureModule,
    account: authKeeper.account,
    trackDelegation: authKeeper.trackDelegation,
    trackUndelegation: authKeeper.trackUndelegation,
    ...needs,
  });
  return { store, authKeeper, bankKeeper };
}
