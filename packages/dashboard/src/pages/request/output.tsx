/** What was streamed, each stream as its requester sees it: text that grows, the latest of what is replaced, or item by item. */

import { countText } from '../../parts/durations.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { Bytes, JsonTree } from '../../parts/json-tree.tsx';
import styles from './output.module.css';
import type { Story, StreamStory } from './story.ts';

/** More items than this are had from the API. */
const maxItems = 200;

export function Output({ story }: { readonly story: Story }) {
  if (story.streams.size === 0) return <EmptyState title="Nothing was streamed" />;
  return [...story.streams].map(([name, stream]) => (
    <section key={name} className={styles['stream']}>
      <h3>
        {name} <small>{countText(stream.chunks.length)} chunks</small>
      </h3>
      {stream.isCut && <p className={styles['cut']}>The beginning is left out; the API has what is kept of it.</p>}
      <Stream name={name} stream={stream} />
    </section>
  ));
}

function Stream({ name, stream: { mode, chunks } }: { readonly name: string; readonly stream: StreamStory }) {
  if (mode === 'append' && chunks.every((chunk) => typeof chunk === 'string'))
    return <p className={styles['text']}>{chunks.join('')}</p>;
  if (mode === 'append' && chunks.every((chunk) => chunk instanceof Uint8Array))
    return <Bytes name={name} bytes={joined(chunks)} />;
  return (
    <ol className={styles['items']}>
      {chunks.slice(-maxItems).map((chunk, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a chunk is told by its place.
        <li key={index}>
          <JsonTree name={String(Math.max(0, chunks.length - maxItems) + index)} value={chunk} />
        </li>
      ))}
    </ol>
  );
}

function joined(chunks: readonly unknown[]): Uint8Array {
  const parts = chunks.filter((chunk) => chunk instanceof Uint8Array);
  const all = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.byteLength;
  }
  return all;
}
