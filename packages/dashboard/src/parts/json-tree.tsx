/** A value that anybody may have sent, as text: folded where it is large, never as markup. Bytes can be saved, and looked at where they are a picture. */

import { useEffect, useState } from 'react';
import { bytesText, countText } from './durations.ts';
import styles from './json-tree.module.css';

/** Deeper levels begin closed: sooner where much is in them, so that neither a small value nor a large one has to be dug for. */
const openDepth = 2;
const openDepthOfFew = 4;
const few = 12;
/** Of many members those that fit a screen are there at first, each closed, with a line of what is in it. */
const most = 20;
const pageSize = 200;

export function JsonTree({ value, name }: { readonly value: unknown; readonly name: string }) {
  return (
    <div className={styles['tree']}>
      <Node value={value} name={name} depth={0} isOneOfMany={false} />
    </div>
  );
}

interface NodeProps {
  readonly value: unknown;
  readonly name: string;
  readonly depth: number;
  readonly isOneOfMany: boolean;
}

function Node({ value, name, depth, isOneOfMany }: NodeProps) {
  if (value instanceof Uint8Array) return <Bytes bytes={value} name={name} />;
  if (typeof value === 'object' && value !== null)
    return <Branch value={value} name={name} depth={depth} isOneOfMany={isOneOfMany} />;
  return (
    <div className={styles['leaf']}>
      <Name name={name} />
      <span className={styles['value']} data-type={typeof value}>
        {typeof value === 'string' ? value : String(value)}
      </span>
    </div>
  );
}

function Branch({ value, name, depth, isOneOfMany }: NodeProps & { readonly value: object }) {
  const entries = Object.entries(value);
  const [isOpen, setOpen] = useState(!isOneOfMany && depth < (entries.length <= few ? openDepthOfFew : openDepth));
  const [shown, setShown] = useState(most);
  const size = Array.isArray(value) ? `[${countText(entries.length)}]` : `{${countText(entries.length)}}`;
  return (
    <details open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <Name name={name} />
        <span className={styles['size']}>{size}</span>
        {!isOpen && <span className={styles['glimpse']}>{glimpseOf(entries, Array.isArray(value))}</span>}
      </summary>
      {isOpen && (
        <div className={styles['children']}>
          {entries.slice(0, shown).map(([key, child]) => (
            <Node key={key} name={key} value={child} depth={depth + 1} isOneOfMany={entries.length > most} />
          ))}
          {entries.length > shown && (
            <button type="button" data-kind="plain" onClick={() => setShown(shown + pageSize)}>
              {countText(entries.length - shown)} more
            </button>
          )}
        </div>
      )}
    </details>
  );
}

/** What a closed branch begins with, on one line. */
function glimpseOf(entries: readonly (readonly [name: string, value: unknown])[], isList: boolean): string {
  return entries
    .slice(0, 6)
    .map(([key, value]) => (isList ? glimpse(value) : `${key}: ${glimpse(value)}`))
    .join(', ')
    .slice(0, 160);
}

function glimpse(value: unknown): string {
  if (value instanceof Uint8Array) return bytesText(value.byteLength);
  if (Array.isArray(value)) return '[…]';
  return typeof value === 'object' && value !== null ? '{…}' : String(value).slice(0, 60);
}

function Name({ name }: { readonly name: string }) {
  return <span className={styles['name']}>{name}</span>;
}

/** What pictures begin with. SVG is left out: it is a document, with all that documents can do. */
const pictures: readonly (readonly [type: string, extension: string, start: readonly number[]])[] = [
  ['image/png', 'png', [0x89, 0x50, 0x4e, 0x47]],
  ['image/jpeg', 'jpg', [0xff, 0xd8, 0xff]],
  ['image/gif', 'gif', [0x47, 0x49, 0x46, 0x38]],
  ['image/webp', 'webp', [0x52, 0x49, 0x46, 0x46]],
];

export function Bytes({ bytes, name }: { readonly bytes: Uint8Array; readonly name: string }) {
  const [url, setUrl] = useState<string>();
  const picture = pictures.find(([, , start]) => start.every((byte, at) => bytes[at] === byte));
  const [type = 'application/octet-stream', extension = 'bin'] = picture ?? [];
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([new Uint8Array(bytes)], { type }));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [bytes, type]);
  return (
    <div className={styles['leaf']}>
      <Name name={name} />
      <span className={styles['bytes']}>
        {picture !== undefined && url !== undefined && <img src={url} alt={`${name}, ${bytesText(bytes.byteLength)}`} />}
        <a href={url} download={`${name}.${extension}`}>
          Save {bytesText(bytes.byteLength)}
        </a>
      </span>
    </div>
  );
}
