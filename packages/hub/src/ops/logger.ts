/** The hub's log: one JSON object a line on standard error. No payload, no token and no query string ever goes into it. */

import { pino } from 'pino';

export interface Logger {
  error(fields: object, sentence: string): void;
  warn(fields: object, sentence: string): void;
  info(fields: object, sentence: string): void;
  debug(fields: object, sentence: string): void;
}

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

export function createLogger(level: LogLevel, hubId: string): Logger {
  return pino({ level, base: { hub_id: hubId } }, pino.destination({ dest: 2, sync: true }));
}
