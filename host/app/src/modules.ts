// SPDX-License-Identifier: Apache-2.0
import { type Modules, queryServicesOf, storesOf } from "@sotto/kernel";
import { auth } from "@sotto/x-auth";
import { authz } from "@sotto/x-authz";
import { bank } from "@sotto/x-bank";
import { circuit } from "@sotto/x-circuit";
import { compute } from "@sotto/x-compute";
import { consensus } from "@sotto/x-consensus";
import { cron } from "@sotto/x-cron";
import { distribution } from "@sotto/x-distribution";
import { emergencyButton } from "@sotto/x-emergencybutton";
import { evidence } from "@sotto/x-evidence";
import { feegrant } from "@sotto/x-feegrant";
import { genutil } from "@sotto/x-genutil";
import { gov } from "@sotto/x-gov";
import { mint } from "@sotto/x-mint";
import { params } from "@sotto/x-params";
import { registration } from "@sotto/x-registration";
import { slashing } from "@sotto/x-slashing";
import { staking } from "@sotto/x-staking";
import { upgrade } from "@sotto/x-upgrade";
import { vesting } from "@sotto/x-vesting";

/** The modules whose keepers need no other module but these. */
export const baseModules = { auth, bank, consensus, circuit, params, compute, registration } as const;

/**
 * Every module of this chain. `chain.ts` and `secretChain.ts` have the needs of each module,
 * `orders` the orders of their hooks.
 */
export const modules: typeof baseModules & Modules = {
  ...baseModules,
  staking,
  slashing,
  evidence,
  distribution,
  mint,
  vesting,
  gov,
  emergencyButton,
  cron,
  upgrade,
  feegrant,
  authz,
  genutil,
};

/** Names of the chain's stores. */
export const STORES = storesOf(modules);

/** Names of the modules with a part in the genesis file. */
export const genesisParts: readonly string[] = Object.values(modules)
  .filter(({ genesis }) => genesis !== undefined)
  .map(({ name }) => name);

/** The query services of the chain: the APIs derive their routes from the declarations. */
export const queryServices = queryServicesOf(modules);
