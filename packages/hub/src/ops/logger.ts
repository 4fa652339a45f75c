/** The hub's log: one JSON object a line on standard error. No payload, no token and no query string ever goes into it. */

import { pino } from 'pino';

export interface Logger {
  error(fields: object, sentence: string): void;
  warn(fields: object, sentence: string): void;
  info(fields: object, sentence: string): void;
  debug(fields: object, sentence: string): void;
  /** Whether lines of this level are written at all: where they are many, what they say is not even put together. */
  isLevelEnabled(level: LogLevel): boolean;
}

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Where lines go: each is one JSON object and its line break. */
export interface LogStream {
  write(line: string): void;
}

/** @param stream standard error, unless something else is given. */
export function createLogger(
  level: LogLevel,
  hubId: string,
  stream: LogStream = pino.destination({ dest: 2, sync: true }),
): Logger {
  const serializers = { err: serialized };
  const timestamp = (): string => `,"time":"${new Date().toISOString()}"`;
  return pino(
    { level, base: { hub_id: hubId }, serializers, timestamp, formatters: { level: (label) => ({ level: label }) } },
    stream,
  );
}

/** What an error carries beside its sentence may be anybody's data; so may the sentence of a parser, which quotes what it read. */
function serialized(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error };
  const { name, message, stack = '' } = error;
  const frames = stack.slice(Math.max(0, stack.indexOf('\n    at ')));
  const code = Reflect.get(error, 'code');
  return {
    type: name,
    ...(error instanceof SyntaxError ? {} : { message }),
    ...(typeof code === 'string' ? { code } : {}),
    stack: frames.trimStart(),
    ...(error.cause instanceof Error ? { cause: serialized(error.cause) } : {}),
  };
}
