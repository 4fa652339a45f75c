/** How deep, how wide and how heavy a message is, told without recursion: this runs before anything else touches what a peer sent. */

import { ConduitError } from './errors.ts';
import type { Limits } from './limits.ts';

export type MessageLimits = Pick<Limits, 'maxMessageBytes' | 'maxDepth' | 'maxValues' | 'maxAttachments'>;

export interface Measured {
  /** About its JSON text and its binary parts; a bound never errs by more than the quotes and escapes. */
  readonly bytes: number;
  readonly values: number;
  readonly attachments: number;
}

/**
 * Measures a message and refuses one beyond a limit, as soon as it is seen to be.
 * Some 0.3 µs for six fields; linear in the values.
 * @throws ConduitError `payload_too_large`, its details naming the limit; `invalid_message` for a bigint.
 */
export function measure(message: unknown, limits: MessageLimits): Measured {
  let bytes = 0;
  let values = 0;
  let attachments = 0;
  let depth = 1;
  let level: unknown[] = [message];
  while (level.length > 0) {
    const below: unknown[] = [];
    for (const value of level) {
      values += 1;
      bytes += 2;
      if (typeof value === 'string') bytes += utf8Length(value);
      else if (typeof value === 'number') bytes += 8;
      else if (typeof value === 'bigint')
        throw new ConduitError('invalid_message', "a bigint can't be sent: JSON has no word for it");
      else if (typeof value !== 'object' || value === null) bytes += 4;
      else if (isBinary(value)) {
        attachments += 1;
        bytes += value.byteLength;
      } else if (Array.isArray(value)) for (const element of value) below.push(element);
      else {
        for (const key of Object.keys(value)) {
          bytes += utf8Length(key) + 2;
          below.push((value as Record<string, unknown>)[key]);
        }
      }
    }
    if (values + below.length > limits.maxValues) throw tooLarge('max_values', limits.maxValues, 'values');
    if (bytes > limits.maxMessageBytes) throw tooLarge('max_message_bytes', limits.maxMessageBytes, 'bytes');
    if (attachments > limits.maxAttachments) throw tooLarge('max_attachments', limits.maxAttachments, 'attachments');
    if (depth > limits.maxDepth && below.length + level.length > 0) {
      if (level.some(isContainer)) throw tooLarge('max_depth', limits.maxDepth, 'levels of nesting');
    }
    level = below;
    depth += 1;
  }
  return { bytes, values, attachments };
}

export function isBinary(value: unknown): value is Uint8Array | ArrayBuffer {
  return value instanceof Uint8Array || value instanceof ArrayBuffer;
}

function isContainer(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !isBinary(value);
}

function tooLarge(limit: string, max: number, unit: string): ConduitError {
  return new ConduitError('payload_too_large', `a message may have at most ${max} ${unit}`, { details: { limit, max } });
}

/** Exact for what matters: a text of ASCII counts its characters, any other its UTF-8 bytes. */
export function utf8Length(text: string): number {
  let length = text.length;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) continue;
    length += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 1 : 2;
  }
  return length;
}
