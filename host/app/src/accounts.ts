import { moduleAddress } from "@sotto/address";
import { toLatin1 } from "@sotto/bytes";
import type { ModuleAccountRule } from "@sotto/x-auth";

/** Module accounts of this chain's modules and what they may do with coins (spec/modules.md 1.2). */
export const moduleAccounts: readonly ModuleAccountRule[] = [
  { name: "fee_collector", permissions: [] },
  { name: "compute", permissions: ["burner"] },
];

/** Names of all module accounts of the network: no user may send to them, whether the module is built yet or not. */
const RESERVED = [
  "fee_collector",
  "mint",
  "bonded_tokens_pool",
  "not_bonded_tokens_pool",
  "gov",
  "transfer",
  "interchainaccounts",
  "feeibc",
  "emergencybutton",
  "compute",
  "cron",
] as const;

/** Addresses that `MsgSend` refuses as recipients, as latin1 text. `distribution` alone may receive. */
export const blockedAddresses: ReadonlySet<string> = new Set(RESERVED.map((name) => toLatin1(moduleAddress(name))));
