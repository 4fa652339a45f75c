/** Whether what is shown is of this moment. */

import { useEffect } from 'react';
import { hubLife } from '../live/hub-life.ts';
import { useStore } from '../live/store.ts';
import styles from './pill.module.css';

const words = { connecting: 'connecting', live: 'live', reconnecting: 'reconnecting', refused: 'signed out' } as const;

export function Pill() {
  const state = useStore(hubLife.state);
  // Also where a page needs nothing of it, it tells whether the hub is there.
  useEffect(() => hubLife.listen('services', { told: () => undefined }), []);
  return (
    <span className={styles['pill']} data-state={state} role="status" title="The connection of this page to the hub">
      <span aria-hidden="true" />
      {words[state]}
    </span>
  );
}
