import type { HostFunction } from "@sotto/engine";
import { Abort } from "../abort.ts";
import { readRegion } from "../region.ts";
import { chargeWork, contextOf, Work } from "../work.ts";

/** Longest debug text that is looked at; a contract pays next to nothing for it. */
const MAX_DEBUG_TEXT = 65_536;

const debug: HostFunction = (instance, text) => {
  const { backend } = contextOf(instance);
  chargeWork(instance, Work.debug);
  if (backend.debug === undefined) return undefined;
  try {
    backend.debug(readRegion(instance, text as number, MAX_DEBUG_TEXT));
  } catch (thrown) {
    // Whether a node listens must not change a result: an unreadable text is simply not shown.
    if (!(thrown instanceof Abort)) throw thrown;
  }
  return undefined;
};

/** `debug_print` is the name in v0.10, `debug` in v1. */
export const debugImports = { debug_print: debug, debug };
