// SPDX-License-Identifier: Apache-2.0
import type { HostFunction } from "@sotto/engine";
import { Abort } from "../abort.ts";
import { readRegion } from "../region.ts";
import { chargeWork, contextOf, Work } from "../work.ts";

/** Longest debug text that is read; a contract pays almost no gas for it. */
const MAX_DEBUG_TEXT = 65_536;

const debug: HostFunction = (instance, text) => {
  const { backend } = contextOf(instance);
  chargeWork(instance, Work.debug);
  if (backend.debug === undefined) return undefined;
  try {
    backend.debug(readRegion(instance, text as number, MAX_DEBUG_TEXT));
  } catch (thrown) {
    // A node with debug output must have the same results: an unreadable text is only not shown.
    if (!(thrown instanceof Abort)) throw thrown;
  }
  return undefined;
};

/** `debug_print` is the name in v0.10, `debug` in v1. */
export const debugImports = { debug_print: debug, debug };
