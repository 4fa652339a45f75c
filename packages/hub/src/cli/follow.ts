/** One request from here to its end, whatever happens to the connection: sent again, watched again, each event once. */

import { io, type Socket } from 'socket.io-client';
import { uuidv7 } from 'uuidv7';
import { Refusal } from './exit.ts';
import type { Fields } from './view.ts';

/** How long a hub may take to answer the first time. */
const connectMs = 5_000;

export interface Sending {
  readonly url: string;
  /** The fields of `request`. */
  readonly message: Fields;
  /** Every event of the request, in order; again after a cut. */
  readonly onEvent: (name: string, event: Fields) => void;
  readonly onAccepted: (answer: Fields) => void;
  /** The connection went (false) or is back (true). */
  readonly onConnection: (isUp: boolean) => void;
  /** The last number seen. */
  readonly lastSeq: () => number;
}

export interface Following {
  /** The terminal event. Rejects with what the hub refused, or when no hub answers. */
  readonly ended: Promise<{ readonly name: string; readonly event: Fields }>;
  cancel(reason: string): void;
}

const events = [
  'status',
  'tasks',
  'chunk',
  'task_result',
  'task_error',
  'result',
  'error',
  'progress',
  'running',
  'waiting',
  'stalled',
];

export function follow({ url, message, onEvent, onAccepted, onConnection, lastSeq }: Sending): Following {
  const requestId = uuidv7();
  const socket = connect(url);
  let isAccepted = false;
  let hasConnected = false;
  const ended = new Promise<{ name: string; event: Fields }>((resolve, reject) => {
    const refuse = (error: Fields): void =>
      reject(new Refusal(`${String(error['message'])} (${String(error['code'])})`, 'failed'));
    for (const name of events) {
      socket.on(name, (event: Fields) => {
        if (event['request_id'] !== requestId) return;
        onEvent(name, event);
        if (name === 'result' || name === 'error') resolve({ name, event });
      });
    }
    socket.on('connect', () => {
      if (hasConnected) onConnection(true);
      hasConnected = true;
      socket.emit('register', { type: 'client', name: 'conduit call' });
      if (isAccepted) return void socket.emit('watch', { request_id: requestId, after_seq: lastSeq() }, answered);
      // The id makes it safe to send again: the hub answers with the request that exists.
      socket.emit('request', { ...message, request_id: requestId }, (answer: Fields) => {
        if (answer['ok'] !== true) return refuse(answer['error'] as Fields);
        isAccepted = true;
        onAccepted(answer);
        // Sent again, it may have ended meanwhile: then its events have to be asked for.
        if (isEnded(answer)) socket.emit('watch', { request_id: requestId, after_seq: lastSeq() }, answered);
      });
    });
    const answered = (answer: Fields): void => {
      if (answer['ok'] !== true) refuse(answer['error'] as Fields);
    };
    socket.on('disconnect', (reason) => reason !== 'io client disconnect' && onConnection(false));
    socket.on('connect_error', () => {
      if (!hasConnected) reject(new Refusal(`no hub answers at ${url}; start one with: conduit start`, 'unreachable'));
    });
  }).finally(() => socket.close());
  return { ended, cancel: (reason) => void socket.emit('cancel', { request_id: requestId, reason }) };
}

function isEnded(answer: Fields): boolean {
  return ['completed', 'failed', 'cancelled', 'expired'].includes(String(answer['state']));
}

function connect(url: string): Socket {
  if (!URL.canParse(url)) throw new Refusal(`--url must be an address such as http://127.0.0.1:9100, not "${url}"`, 'usage');
  return io(url, {
    transports: ['websocket'],
    timeout: connectMs,
    reconnectionDelay: 200,
    reconnectionDelayMax: 2_000,
    forceNew: true,
  });
}
