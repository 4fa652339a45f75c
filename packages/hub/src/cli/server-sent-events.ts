/** Reads a stream of server-sent events, such as a hub's API sends. */

interface ServerSentEvent {
  readonly name: string;
  readonly data: unknown;
}

/** Ends when the stream does. */
export async function* serverSentEvents(
  stream: AsyncIterable<Uint8Array>,
): AsyncGenerator<ServerSentEvent, undefined, undefined> {
  const decoder = new TextDecoder();
  let unread = '';
  for await (const bytes of stream) {
    const blocks = (unread + decoder.decode(bytes, { stream: true })).split('\n\n');
    unread = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = block.split('\n').map((line) => /^([a-z]+): ?(.*)$/.exec(line) ?? []);
      const of = (wanted: string): string =>
        fields.flatMap(([, name, value = '']) => (name === wanted ? [value] : [])).join('\n');
      // Comments keep the line open and say nothing.
      if (of('data') !== '') yield { name: of('event'), data: JSON.parse(of('data')) };
    }
  }
}
