// SPDX-License-Identifier: Apache-2.0
import { moduleAddress } from "@sotto/address";
import { toLatin1 } from "@sotto/bytes";
import { moduleAccounts } from "./modules.ts";

/**
 * Names of accounts of the network's modules that this chain does not have yet: users may not send
 * to them either.
 */
const RESERVED = [
  "mint",
  "bonded_tokens_pool",
  "not_bonded_tokens_pool",
  "gov",
  "transfer",
  "interchainaccounts",
  "feeibc",
  "emergencybutton",
  "cron",
] as const;

/** The one module account that users may send to. */
const RECEIVING = "distribution";

/** Addresses that `MsgSend` refuses as recipients, as latin1 text. */
export const blockedAddresses: ReadonlySet<string> = new Set(
  [...moduleAccounts.keys(), ...RESERVED]
    .filter((name) => name !== RECEIVING)
    .map((name) => toLatin1(moduleAddress(name))),
);
