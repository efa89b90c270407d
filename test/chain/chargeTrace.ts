// SPDX-License-Identifier: Apache-2.0
import { onTestFinished } from "vitest";
import { type ChargeTrace, listenToCharges } from "../support/charges.ts";

/** Listens to all meters and stores of this thread until the test ends. */
export function traceCharges(): ChargeTrace {
  const trace = listenToCharges();
  onTestFinished(trace.stop);
  return trace;
}
