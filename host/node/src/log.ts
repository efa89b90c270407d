// SPDX-License-Identifier: Apache-2.0
import { type Logger, pino } from "pino";
import { LOG_MODULES, type LogLevels, type LogModule } from "./logLevels.ts";

export type { Logger };

/** Bytes of lines that wait for a full disk; further lines are lost. */
const MOST_WAITING = 1_000_000;

/** The loggers of the node's modules, whose levels may change while the node runs. */
export interface Logs {
  of(module: LogModule): Logger;
  setLevels(levels: LogLevels): void;
}

/**
 * Structured logs on standard error: one JSON object a line, with the module that writes it. No
 * text here comes from inside the enclave. A log that cannot be written (a full disk, a closed
 * pipe) does not end the node.
 */
export function createLogs(levels: LogLevels): Logs {
  const destination = pino.destination({ fd: 2, sync: true, maxLength: MOST_WAITING });
  destination.on("error", () => {});
  const root = pino({ level: levels.others, base: null }, destination);
  const levelOf = (module: LogModule, { modules, others }: LogLevels): string => modules.get(module) ?? others;
  const loggers = new Map(
    LOG_MODULES.map((module) => [module, root.child({ module }, { level: levelOf(module, levels) })]),
  );
  return {
    of: (module) => loggers.get(module) ?? root,
    setLevels(next) {
      for (const [module, logger] of loggers) logger.level = levelOf(module, next);
    },
  };
}

/** The last line of a log: the reason why the node ends. */
export const cannotContinue = (fault: unknown): string =>
  `the node cannot continue: ${fault instanceof Error ? fault.message : fault}`;
