/** One request from here to its end, whatever happens to the connection: sent again, watched again, each event once. */

import { io, type Socket } from 'socket.io-client';
import { uuidv7 } from 'uuidv7';
import { Refusal } from './exit.ts';
import { type Fields, fieldsOf, isEnded } from './view.ts';

/** How long a hub may take to answer the first time. */
const connectMs = 5_000;
/** A hub that restarts is back in seconds, one that moves to another machine in minutes. */
const giveUpMs = 5 * 60_000;

interface Sending {
  readonly url: string;
  /** The fields of `request`. */
  readonly message: Fields;
  readonly onAccepted: (answer: Fields) => void;
  /** Every event of the request, in order; some again after a cut. */
  readonly onEvent: (name: string, event: Fields) => void;
  /** The request object, in place of events that are no longer to be had. */
  readonly onSnapshot: (request: Fields) => void;
  /** The connection went (false) or is back (true). */
  readonly onConnection: (isUp: boolean) => void;
  /** The last number seen. */
  readonly lastSeq: () => number;
}

interface Ended {
  readonly isCompleted: boolean;
  /** With `result` or `error`, and `state`. */
  readonly event: Fields;
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

export class Following {
  /** Rejects with what the hub refused, or when no hub answers. */
  readonly ended: Promise<Ended>;
  /** Chosen here, so that the request can be sent again: the hub answers with the one that exists. */
  readonly requestId = uuidv7();
  readonly #sending: Sending;
  readonly #socket: Socket;
  #end: (ended: Ended) => void = () => undefined;
  #fail: (refusal: Refusal) => void = () => undefined;
  #hasSent = false;
  #isAccepted = false;
  #epoch: unknown;
  #cancelReason: string | undefined;
  #giveUp: NodeJS.Timeout | undefined;

  constructor(sending: Sending) {
    this.#sending = sending;
    this.#socket = connect(sending.url);
    this.ended = new Promise<Ended>((resolve, reject) => {
      this.#end = resolve;
      this.#fail = reject;
    }).finally(() => {
      clearTimeout(this.#giveUp);
      this.#socket.close();
    });
    this.#listen();
  }

  /** Asks politely, once there is something to cancel; the end still comes as the end. */
  cancel(reason: string): void {
    this.#cancelReason = reason;
    if (!this.#hasSent) this.#fail(new Refusal('interrupted before anything was sent', 'interrupted'));
    else if (this.#isAccepted && this.#socket.connected) this.#sendCancel(reason);
  }

  #listen(): void {
    const socket = this.#socket;
    for (const name of events) {
      socket.on(name, (event: Fields) => {
        if (event['request_id'] !== this.requestId) return;
        this.#sending.onEvent(name, event);
        if (name === 'result' || name === 'error') this.#end({ isCompleted: name === 'result', event });
      });
    }
    socket.on('connect', () => this.#connected());
    socket.on('disconnect', (reason) => {
      if (reason === 'io client disconnect') return;
      this.#sending.onConnection(false);
      const { url } = this.#sending;
      const sentence = `no hub answers at ${url} any more; request ${this.requestId} goes on without anybody watching`;
      this.#giveUp ??= setTimeout(() => this.#fail(new Refusal(sentence, 'unreachable')), giveUpMs);
      // After this one Socket.IO would not try again by itself.
      if (reason === 'io server disconnect') socket.connect();
    });
    socket.on('connect_error', (error: Error & { data?: unknown }) => {
      if (typeof fieldsOf(error.data)['code'] === 'string') this.#refuse(fieldsOf(error.data));
      else if (!this.#hasSent)
        this.#fail(new Refusal(`no hub answers at ${this.#sending.url}; start one with: conduit start`, 'unreachable'));
    });
  }

  #connected(): void {
    clearTimeout(this.#giveUp);
    this.#giveUp = undefined;
    if (this.#hasSent) this.#sending.onConnection(true);
    this.#socket.emit('register', { type: 'client', name: 'conduit call' }, (answer: Fields) => {
      this.#epoch ??= answer['epoch'];
    });
    if (this.#isAccepted) this.#watch();
    else this.#request();
  }

  #request(): void {
    const isAgain = this.#hasSent;
    this.#hasSent = true;
    const message = { ...this.#sending.message, request_id: this.requestId };
    this.#socket.emit('request', message, (answer: Fields) => {
      if (answer['ok'] !== true) {
        const error = fieldsOf(answer['error']);
        // It may have been accepted before the cut: the hub that follows this one knows.
        if (isAgain && error['code'] === 'hub_draining') return;
        return this.#refuse(error);
      }
      this.#isAccepted = true;
      this.#sending.onAccepted(answer);
      // Where it existed already, its events went to a connection that is gone.
      if (isAgain) this.#watch();
      else if (this.#cancelReason !== undefined) this.#sendCancel(this.#cancelReason);
    });
  }

  #watch(): void {
    const message = { request_id: this.requestId, after_seq: this.#sending.lastSeq() };
    const cursor = this.#epoch === undefined ? message : { ...message, epoch: this.#epoch };
    this.#socket.emit('watch', cursor, (answer: Fields) => {
      if (answer['ok'] !== true) return this.#refuse(fieldsOf(answer['error']));
      if (this.#cancelReason !== undefined) this.#sendCancel(this.#cancelReason);
      if (answer['mode'] !== 'snapshot') return;
      const request = fieldsOf(answer['request']);
      this.#epoch = undefined;
      this.#sending.onSnapshot(request);
      if (isEnded(request['state'])) this.#getEnd();
    });
  }

  /** After a snapshot of an ended request nothing follows, and a large result is not in it. */
  #getEnd(): void {
    this.#socket.emit('get', { request_id: this.requestId, include: ['result'] }, (answer: Fields) => {
      if (answer['ok'] !== true) return this.#refuse(fieldsOf(answer['error']));
      const event = fieldsOf(answer['request']);
      this.#end({ isCompleted: event['state'] === 'completed', event });
    });
  }

  #sendCancel(reason: string): void {
    this.#socket.emit('cancel', { request_id: this.requestId, reason }, () => undefined);
  }

  #refuse(error: Fields): void {
    const isForgotten = this.#isAccepted && error['code'] === 'request_not_found';
    const sentence = isForgotten
      ? `the hub has forgotten request ${this.requestId}: it restarted and had kept nothing; whether the work was done is unknown`
      : String(error['message']);
    this.#fail(new Refusal(`${sentence} (${String(error['code'])})`, 'failed'));
  }
}

function connect(url: string): Socket {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !/^(?:http|ws)s?:$/.test(parsed.protocol))
    throw new Refusal(`the hub's address must be a URL such as http://127.0.0.1:9100, not "${url}"`, 'usage');
  return io(parsed.origin, {
    // Behind a proxy a hub may stand below a path.
    path: `${parsed.pathname.replace(/\/+$/, '')}/socket.io/`,
    transports: ['websocket'],
    timeout: connectMs,
    reconnectionDelay: 200,
    reconnectionDelayMax: 2_000,
    forceNew: true,
  });
}
