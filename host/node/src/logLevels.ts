// SPDX-License-Identifier: Apache-2.0
import { EnvironmentFault } from "@sotto/errors";

/** Levels of pino, the most important first. */
export const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace"] as const;

/** The parts of the node that write lines: the field `module` of each line. */
export const LOG_MODULES = ["node", "blocks", "abci", "index", "queries", "sockets"] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];
export type LogModule = (typeof LOG_MODULES)[number];

/** The level of each named module, and that of the others. It crosses between threads. */
export interface LogLevels {
  readonly others: LogLevel;
  readonly modules: ReadonlyMap<LogModule, LogLevel>;
}

export const DEFAULT_LOG_LEVEL: LogLevel = "warn";

const isLevel = (text: string): text is LogLevel => (LOG_LEVELS as readonly string[]).includes(text);
const isModule = (text: string): text is LogModule => (LOG_MODULES as readonly string[]).includes(text);

/**
 * `LEVEL`, `MODULE:LEVEL` or both, separated by commas: `info,abci:debug`. Without a level for all
 * modules, the others have the default. Throws EnvironmentFault.
 */
export function parseLogLevels(text: string): LogLevels {
  let others: LogLevel | undefined;
  const modules = new Map<LogModule, LogLevel>();
  for (const part of text.split(",")) {
    const [first = "", second, ...more] = part.trim().split(":");
    const level = second ?? first;
    if (!isLevel(level) || more.length > 0) {
      throw new EnvironmentFault(`"${part.slice(0, 64)}" has no level; the levels are ${LOG_LEVELS.join(", ")}`);
    }
    if (second === undefined) {
      if (others !== undefined)
        throw new EnvironmentFault("one level for all modules is enough, such as info,abci:debug");
      others = level;
    } else if (isModule(first)) modules.set(first, level);
    else
      throw new EnvironmentFault(
        `there is no module "${first.slice(0, 64)}"; the modules are ${LOG_MODULES.join(", ")}`,
      );
  }
  return { others: others ?? DEFAULT_LOG_LEVEL, modules };
}
