/** What was streamed, each stream as its requester sees it: text that grows, the latest of what is replaced, or item by item. */

import type { RequestObject } from '@conduit/sdk';
import { countText } from '../../parts/durations.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { Bytes, JsonTree } from '../../parts/json-tree.tsx';
import { Scroller } from '../../parts/scroller.tsx';
import { shortId } from '../../parts/short-id.ts';
import { TakeAwayButtons } from '../../parts/take-away-buttons.tsx';
import styles from './output.module.css';
import type { Story, StreamStory } from './story.ts';

/** More items than this are had from the API. */
const maxItems = 200;

interface OutputProps {
  readonly request: RequestObject;
  readonly story: Story;
}

export function Output({ request: { requestId, finishedAt }, story }: OutputProps) {
  if (story.streams.size === 0) return <EmptyState title="Nothing was streamed" />;
  return [...story.streams].map(([name, stream]) => {
    const value = wholeOf(stream);
    return (
      <section key={name} className={styles['stream']}>
        <header className={styles['head']}>
          <h3>
            {name} <small>{stream.chunks.length === 1 ? '1 chunk' : `${countText(stream.chunks.length)} chunks`}</small>
          </h3>
          {!(value instanceof Uint8Array) && <TakeAwayButtons value={value} name={`${name}-${shortId(requestId)}`} />}
        </header>
        {stream.isCut && <p className={styles['cut']}>The beginning is left out; the API has what is kept of it.</p>}
        <Scroller label={name} isGrowing={finishedAt === undefined && story.endedAt === undefined}>
          <Stream name={name} value={value} />
        </Scroller>
      </section>
    );
  });
}

/** All chunks as what they are together: a text, bytes, the latest, or a list of items. */
function wholeOf({ mode, chunks }: StreamStory): unknown {
  if (mode === 'replace') return chunks.at(-1);
  if (mode === 'append' && chunks.every((chunk) => typeof chunk === 'string')) return chunks.join('');
  if (mode === 'append' && chunks.every((chunk) => chunk instanceof Uint8Array)) return joined(chunks);
  return chunks;
}

function Stream({ name, value }: { readonly name: string; readonly value: unknown }) {
  if (typeof value === 'string') return <p className={styles['text']}>{value}</p>;
  if (value instanceof Uint8Array) return <Bytes name={name} bytes={value} />;
  if (!Array.isArray(value)) return <JsonTree name={name} value={value} />;
  const before = Math.max(0, value.length - maxItems);
  return (
    <ol className={styles['items']}>
      {value.slice(before).map((item, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a chunk is told by its place.
        <li key={index}>
          <JsonTree name={String(before + index)} value={item} />
        </li>
      ))}
    </ol>
  );
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(chunks.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.byteLength;
  }
  return all;
}
