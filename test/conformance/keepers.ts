import type { Permission } from "@sotto/kernel";
import { openStore } from "@sotto/store";
import { auth } from "@sotto/x-auth";
import { type BankNeeds, bank } from "@sotto/x-bank";
import { onTestFinished } from "vitest";

/**
 * Auth and bank over an empty store of their own, as the oracle runs the SDK's: without any other
 * module. Until the test ends. `needs` takes the place of what bank asks of the chain.
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
    ...needs,
  });
  return { store, authKeeper, bankKeeper };
}
