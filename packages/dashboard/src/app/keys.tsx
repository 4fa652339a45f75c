/** Everything by keyboard: the keys that work on every page, and the list of them all. */

import { useEffect, useRef } from 'react';
import { useLocation } from 'wouter';
import styles from './keys.module.css';

const goes: Readonly<Record<string, readonly [path: string, name: string]>> = {
  o: ['/', 'Overview'],
  r: ['/requests', 'Requests'],
  s: ['/services', 'Services'],
  p: ['/providers', 'Providers'],
  c: ['/clients', 'Clients'],
  h: ['/cluster', 'Cluster'],
};

const others: readonly (readonly [keys: readonly string[], what: string])[] = [
  [['/'], 'Search'],
  [['j'], 'Next row'],
  [['k'], 'Previous row'],
  [['Enter'], 'Open the row'],
  [['c'], 'Cancel the row'],
  [['?'], 'This list'],
  [['Esc'], 'Close'],
];

/** A pair of keys is one word as long as it is typed within this time. */
const pairMs = 1_200;

export const searchId = 'search';

/** Rows that `j` and `k` go through carry this attribute; each is or has what is focused. */
export const rowAttribute = 'data-row';

/** What `c` presses in the row where one is. */
export const cancelKeyAttribute = 'data-key-c';

/** @param onHelp opens the list. */
export function useKeys(onHelp: () => void): void {
  const [, navigate] = useLocation();
  useEffect(() => {
    let goesAt = Number.NEGATIVE_INFINITY;
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return;
      const { key } = event;
      const isSecond = performance.now() - goesAt < pairMs;
      goesAt = Number.NEGATIVE_INFINITY;
      const goal = isSecond ? goes[key] : undefined;
      if (goal !== undefined) navigate(goal[0]);
      else if (key === 'g') goesAt = performance.now();
      else if (key === '?') onHelp();
      else if (key === '/') {
        event.preventDefault();
        document.getElementById(searchId)?.focus();
      } else if (key === 'j' || key === 'k') step(key === 'j' ? 1 : -1);
      else if (key === 'c') rowAtHand()?.querySelector<HTMLElement>(`[${cancelKeyAttribute}]`)?.click();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [navigate, onHelp]);
}

function step(by: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>(`[${rowAttribute}]`)];
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const next = at === -1 ? rows.at(by === 1 ? 0 : -1) : rows[at + by];
  const target = next?.matches('a, button, [tabindex]') === true ? next : next?.querySelector<HTMLElement>('a, button');
  target?.focus();
  target?.scrollIntoView({ block: 'nearest' });
}

function rowAtHand(): Element | null | undefined {
  return document.activeElement?.closest(`[${rowAttribute}]`);
}

function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable]');
}

export function KeyList({ onClose }: { readonly onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const rows = [...Object.entries(goes).map(([key, [, name]]) => [['g', key], name] as const), ...others];
  return (
    <dialog ref={dialog} onClose={onClose} aria-labelledby="keys-title">
      <h2 id="keys-title">Keys</h2>
      <dl className={styles['keys']}>
        {rows.map(([keys, what]) => (
          <div key={what}>
            <dt>{what}</dt>
            <dd>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      <form method="dialog">
        <button type="submit">Close</button>
      </form>
    </dialog>
  );
}
