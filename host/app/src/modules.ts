// SPDX-License-Identifier: Apache-2.0
import { queryServicesOf, storesOf } from "@sotto/kernel";
import { auth } from "@sotto/x-auth";
import { bank } from "@sotto/x-bank";
import { circuit } from "@sotto/x-circuit";
import { compute } from "@sotto/x-compute";
import { consensus } from "@sotto/x-consensus";
import { params } from "@sotto/x-params";
import { registration } from "@sotto/x-registration";

/**
 * Every module of this chain. `chain.ts` has the needs of each module, `orders.ts` the orders of
 * their hooks.
 */
export const modules = { auth, bank, consensus, circuit, params, compute, registration } as const;

/** Names of the chain's stores. */
export const STORES = storesOf(modules);

/** The query services of the chain: the APIs derive their routes from the declarations. */
export const queryServices = queryServicesOf(modules);
