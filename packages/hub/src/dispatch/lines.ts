/** Cuts an answer into what was said, however its bytes were cut on their way: lines of JSON, or server-sent events. */

import { ServiceError } from '@conduit/sdk';

/** One thing that was said, and under which name, where it has one. */
export interface Said {
  readonly value: unknown;
  readonly name?: string;
}

/** Each line as JSON; the last one may lack its end. @throws ServiceError for one that is none. */
export async function* jsonLines(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Said, void, undefined> {
  for await (const line of linesOf(pieces)) {
    if (line.trim() === '') continue;
    try {
      yield { value: JSON.parse(line) as unknown };
    } catch {
      throw new ServiceError('target_nonsense', `a line of the answer is not JSON: ${line.slice(0, 200)}`);
    }
  }
}

/** Each event's data as JSON, or as text where it is none, up to `[DONE]`. What is left unfinished at the end is no event. */
export async function* serverSentEvents(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Said, void, undefined> {
  let name: string | undefined;
  let data: string[] = [];
  for await (const line of linesOf(pieces)) {
    if (line === '') {
      const text = data.join('\n');
      if (text === '[DONE]') return;
      if (data.length > 0) yield name === undefined ? { value: jsonOr(text) } : { value: jsonOr(text), name };
      name = undefined;
      data = [];
      continue;
    }
    const [, field, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (field === 'event') name = value;
    if (field === 'data') data.push(value);
  }
}

/** Looks at each piece once, so that a line which comes in many costs no more than others. */
async function* linesOf(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  let begun: string[] = [];
  for await (const piece of pieces) {
    const [first = '', ...others] = decoder.decode(piece, { stream: true }).split('\n');
    begun.push(first);
    for (const other of others) {
      yield begun.join('').replace(/\r$/, '');
      begun = [other];
    }
  }
  const last = begun.join('');
  if (last !== '') yield last;
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
