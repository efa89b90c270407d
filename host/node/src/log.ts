// SPDX-License-Identifier: Apache-2.0
import { type Logger, pino } from "pino";

export type { Logger };

/** Bytes of lines that wait for a full disk; further lines are lost. */
const MOST_WAITING = 1_000_000;

/**
 * Structured logs on standard error: one JSON object a line. No text here comes from inside the
 * enclave. A log that cannot be written (a full disk, a closed pipe) does not end the node.
 */
export function createLog(level: string): Logger {
  const destination = pino.destination({ fd: 2, sync: true, maxLength: MOST_WAITING });
  destination.on("error", () => {});
  return pino({ level, base: null }, destination);
}

/** The last line of a log: the reason why the node ends. */
export const cannotContinue = (fault: unknown): string =>
  `the node cannot continue: ${fault instanceof Error ? fault.message : fault}`;
