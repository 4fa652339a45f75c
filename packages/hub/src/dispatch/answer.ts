/** Makes of an HTTP answer what a handler returns or throws: by its status, and by the type of what it brings. */

import type { IncomingMessage } from 'node:http';
import { type ServiceContext, ServiceError } from '@conduit/sdk';
import { isFields } from '@conduit/sdk/protocol/fields';
import { namePattern } from '@conduit/sdk/protocol/limits';
import { type Bounds, piecesOf } from './exchange.ts';
import { jsonLines, serverSentEvents } from './lines.ts';
import { tellOn } from './telling.ts';

/** The target does not take it now; another may. */
export class Overloaded extends Error {
  override readonly name = 'Overloaded';
  /** Milliseconds. */
  readonly retryAfterMs: number;

  constructor(sentence: string, retryAfterMs: number) {
    super(sentence);
    this.retryAfterMs = retryAfterMs;
  }
}

/** What a target is spared that does not say how long. Milliseconds. */
const usualPauseMs = 1_000;
/** Longer than this nobody is left out on a word of its own. Milliseconds. */
const longestPauseMs = 60_000;
/** What is read of an answer that tells of a failure; what is shown of it has to fit into a sentence. */
const maxFailureBytes = 64 * 1024;
const maxExcerpt = 300;

const jsonType = /^application\/(?:json|[^;]+\+json)$/;
const lineTypes = new Set(['application/x-ndjson', 'application/ndjson', 'application/jsonl', 'application/json-lines']);

/** @throws Overloaded, ServiceError */
export async function resultOf(response: IncomingMessage, context: ServiceContext, bounds: Bounds): Promise<unknown> {
  const status = response.statusCode ?? 0;
  if (status < 200 || status >= 300) throw await failureOf(response, bounds);
  if (response.headers['content-encoding'] !== undefined) {
    response.destroy();
    throw new ServiceError('target_nonsense', 'the answer is compressed although it was asked for as it is');
  }
  const written = response.headers['content-type'] ?? 'application/octet-stream';
  const type = written.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const pieces = piecesOf(response, bounds);
  if (lineTypes.has(type)) return await tellOn(jsonLines(pieces), context);
  if (type === 'text/event-stream') return await tellOn(serverSentEvents(pieces), context);
  const bytes = await wholeOf(pieces);
  if (bytes.byteLength === 0) return undefined;
  if (!jsonType.test(type)) return type.startsWith('text/') ? bytes.toString('utf8') : { content_type: written, data: bytes };
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch {
    throw new ServiceError('target_nonsense', `the answer says it is JSON and is none: ${excerpt(bytes)}`);
  }
}

async function wholeOf(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}

async function failureOf(response: IncomingMessage, { idleTimeoutMs }: Bounds): Promise<Error> {
  const status = response.statusCode ?? 0;
  const body = await wholeOf(piecesOf(response, { idleTimeoutMs, maxAnswerBytes: maxFailureBytes })).catch(() => Buffer.of());
  const sentence = `it answered ${status}${body.byteLength === 0 ? '' : `: ${excerpt(body)}`}`;
  if (status === 429 || status === 503) return new Overloaded(sentence, pauseOf(response.headers['retry-after']));
  if (status >= 300 && status < 400)
    return new ServiceError('target_moved', `it answered ${status} and is somewhere else: say its address with --to`);
  return ownError(body) ?? new ServiceError(codeOf(status), sentence, { details: { status } });
}

function codeOf(status: number): string {
  if (status === 401 || status === 403) return 'target_refused';
  if (status === 404 || status === 405) return 'action_not_found';
  return status >= 400 && status < 500 ? 'invalid_payload' : 'target_failed';
}

/** `{ "error": { "code", "message" } }`, as Conduit itself says it. */
function ownError(body: Buffer): ServiceError | undefined {
  let said: unknown;
  try {
    said = JSON.parse(body.toString('utf8'));
  } catch {
    return undefined; // It speaks in its own way, and is quoted.
  }
  const error = isFields(said) ? said['error'] : undefined;
  if (!isFields(error)) return undefined;
  const { code, message, retryable } = error;
  if (typeof code !== 'string' || !namePattern.test(code) || typeof message !== 'string') return undefined;
  return new ServiceError(code, message, { retryable: retryable === true });
}

/** Seconds, or a date. @returns milliseconds. */
function pauseOf(retryAfter: string | undefined): number {
  if (retryAfter === undefined) return usualPauseMs;
  const ms = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1_000 : Date.parse(retryAfter) - Date.now();
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), longestPauseMs) : usualPauseMs;
}

function excerpt(bytes: Buffer): string {
  return bytes
    .toString('utf8', 0, maxExcerpt * 4)
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, maxExcerpt);
}
