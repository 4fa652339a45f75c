/** What an action came to, said once and politely; the latest few, until they are read or replaced. */

import { X } from 'lucide-react';
import { Store, useStore } from '../live/store.ts';
import styles from './notices.module.css';

interface Notice {
  readonly id: number;
  readonly text: string;
  readonly isBad: boolean;
}

const most = 3;
const shownMs = 8_000;
const notices = new Store<readonly Notice[]>([]);
let lastId = 0;

function notify(text: string, { isBad = false }: { readonly isBad?: boolean } = {}): void {
  lastId += 1;
  const id = lastId;
  notices.set([...notices.value, { id, text, isBad }].slice(-most));
  // What went wrong stays until somebody has read it.
  if (!isBad) setTimeout(() => dismiss(id), shownMs);
}

/** Does what was asked for, and says what came of it. */
export async function act(what: () => Promise<string>): Promise<void> {
  try {
    notify(await what());
  } catch (error) {
    notify(error instanceof Error ? error.message : String(error), { isBad: true });
  }
}

function dismiss(id: number): void {
  notices.set(notices.value.filter((notice) => notice.id !== id));
}

export function Notices() {
  const shown = useStore(notices);
  return (
    <div className={styles['notices']} role="status">
      {shown.map(({ id, text, isBad }) => (
        <p key={id} data-bad={isBad}>
          <span>{text}</span>
          <button type="button" data-kind="plain" aria-label="Dismiss" onClick={() => dismiss(id)}>
            <X size={14} aria-hidden="true" />
          </button>
        </p>
      ))}
    </div>
  );
}
