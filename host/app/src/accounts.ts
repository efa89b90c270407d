// SPDX-License-Identifier: Apache-2.0
import { moduleAddress } from "@sotto/address";
import { toLatin1 } from "@sotto/bytes";
import { firstHeight, type Modules } from "@sotto/kernel";
import { modules } from "./modules.ts";

/**
 * Names of accounts of the network's modules that this chain does not have yet: users may not send
 * to them either. Hazard: a name stays here when its module begins at a later height, because
 * earlier blocks refuse it too.
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

/**
 * Addresses that `MsgSend` refuses as recipients, as latin1 text, each with the height of the first
 * block that refuses it.
 */
export function blockedFrom(modules: Modules): ReadonlyMap<string, number> {
  const heights = new Map<string, number>();
  for (const module of Object.values(modules)) {
    for (const name of Object.keys(module.accounts ?? {})) heights.set(name, firstHeight(module));
  }
  for (const name of RESERVED) heights.set(name, 0);
  heights.delete(RECEIVING);
  return new Map([...heights].map(([name, height]) => [toLatin1(moduleAddress(name)), height]));
}

/** All addresses that the network's chain refuses as recipients, at any height. */
export const blockedAddresses: ReadonlySet<string> = new Set(blockedFrom(modules).keys());
