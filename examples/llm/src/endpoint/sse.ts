/** Reads a stream of server-sent events, however its bytes were cut on their way. */

import { createParser } from 'eventsource-parser';

/** A token takes a hundred bytes; whoever sends this much without an end of line sends no events. Characters. */
const longestEvent = 1_048_576;

/** The data of each event. What is left unfinished at the end is no event. @throws RangeError for an event without an end. */
export async function* eventData(body: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  const ready: string[] = [];
  let isTooLong = false;
  const parser = createParser({
    maxBufferSize: longestEvent,
    onEvent: ({ data }) => ready.push(data),
    // A field that nobody knows is to be passed over, says the standard.
    onError: ({ type }) => {
      isTooLong ||= type === 'max-buffer-size-exceeded';
    },
  });
  for await (const bytes of body) {
    parser.feed(decoder.decode(bytes, { stream: true }));
    yield* ready.splice(0);
    if (isTooLong) throw new RangeError(`an event is longer than ${longestEvent} characters`);
  }
}
