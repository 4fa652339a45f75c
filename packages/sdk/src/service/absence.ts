/** Tells a service's log that no hub answers, and when one does: a worker that waits in silence looks as if it hung. */

import type { Connection, ConnectionState } from '../connection/connection.ts';

/** A hub that restarts is back sooner, mostly. */
const patienceMs = 2_000;

export function tellOfAbsence(connection: Connection, log: (sentence: string) => void): void {
  let isTold = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tell = (): void => {
    isTold = true;
    log(`no hub answers at ${connection.url}; waiting for one`);
  };
  const look = (state: ConnectionState): void => {
    clearTimeout(timer);
    if (state === 'connecting' || state === 'reconnecting') {
      if (!isTold) timer = setTimeout(tell, patienceMs);
    } else {
      if (isTold && state === 'connected') log(`connected to ${connection.url}`);
      isTold = false;
    }
  };
  connection.onState(look);
  look(connection.state);
}
