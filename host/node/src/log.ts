import { type Logger, pino } from "pino";

export type { Logger };

/** Structured logs on standard error: one JSON object a line. Nothing that enters here has seen the enclave's inside. */
export const createLog = (level: string): Logger =>
  pino({ level, base: null }, pino.destination({ fd: 2, sync: true }));
