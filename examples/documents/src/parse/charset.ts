/** Turns the bytes of a page into text, by the charset that its first bytes, its sender or the page itself names. */

import { latin1 } from './kind.ts';

/** Where a page may name its charset; browsers look no further either. */
const headBytes = 1_024;

/** @param told what the sender said it is, a `content-type` for example. */
export function decodeHtml(bytes: Uint8Array, told: string | undefined): string {
  const head = latin1(bytes.subarray(0, headBytes));
  const named = markOf(bytes) ?? charsetIn(told ?? '') ?? charsetIn(head);
  return decoderOf(named).decode(bytes);
}

function markOf(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 'utf-8' : undefined;
}

function charsetIn(text: string): string | undefined {
  return /charset\s*=\s*["']?([\w-]+)/i.exec(text)?.[1];
}

/** A charset that nobody knows is most likely a misspelt UTF-8. */
function decoderOf(charset = 'utf-8'): InstanceType<typeof TextDecoder> {
  try {
    return new TextDecoder(charset);
  } catch {
    return new TextDecoder();
  }
}
