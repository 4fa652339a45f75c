/** A raw Socket.IO peer: keeps all it hears, and lets a test wait for what it needs to hear next. It knows no more of Conduit than the wire. */

import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
import { closing } from './closing.ts';
import { inQuery, keepSecret } from './secrets.ts';
import { type Answer, type Body, numberedEvents, terminalEvents, type WireError } from './wire.ts';

/** Far beyond what any step takes: who waits this long waits for something that does not come. */
const patienceMs = 30_000;

export interface Heard {
  readonly name: string;
  readonly body: Body;
  /** Everything the event carried, the body first. */
  readonly args: readonly unknown[];
  /** Milliseconds of this process's monotonic clock. */
  readonly atMs: number;
  /** Answers an event that wants an answer. */
  readonly acknowledge: (() => void) | undefined;
}

/** Fields that must be equal, or a question that must be answered with yes. */
export type Where = Partial<Body> | ((body: Body) => boolean);

interface Waiting {
  readonly matches: (heard: Heard) => boolean;
  readonly resolve: (heard: Heard) => void;
}

export interface PeerOptions extends Partial<ManagerOptions & SocketOptions> {
  /** False for a peer that never acknowledges what it is handed. */
  readonly acknowledges?: boolean;
}

export class Peer {
  readonly socket: Socket;
  readonly heard: Heard[] = [];
  readonly #waiting = new Set<Waiting>();
  readonly #acknowledges: boolean;
  #unread: Heard[] = [];
  #session: Answer | undefined;

  constructor(url: string, { acknowledges = true, ...options }: PeerOptions = {}) {
    this.#acknowledges = acknowledges;
    // `forceNew`: peers of one process share nothing. `timeout`: a stock client that is cut off between the HTTP upgrade and the
    // first packet does not notice, and tries again only when this has passed; left out it is 20 s.
    this.socket = io(url, { transports: ['websocket'], forceNew: true, timeout: 2_000, query: { canary: inQuery }, ...options });
    this.socket.onAny((name: string, ...args: unknown[]) => this.#hear(name, args));
  }

  /** What the latest `register` was answered with. */
  get session(): Answer {
    if (this.#session === undefined) throw new Error('this peer has not registered');
    return this.#session;
  }

  /** Sends an event and gives what the hub acknowledges it with, a refusal too. */
  async call(event: string, ...args: unknown[]): Promise<Answer> {
    for (const body of args) keepSecret(body);
    return await this.socket.timeout(patienceMs).emitWithAck(event, ...args);
  }

  /** Sends an event that the hub must accept. */
  async ok(event: string, ...args: unknown[]): Promise<Answer> {
    const answer = await this.call(event, ...args);
    if (answer.ok !== true) throw new Error(`the hub refused "${event}": ${JSON.stringify(answer.error)}`);
    if (event === 'register') this.#session = answer;
    return answer;
  }

  /** Sends an event that the hub must refuse. */
  async refusal(event: string, ...args: unknown[]): Promise<WireError> {
    const answer = await this.call(event, ...args);
    if (answer.ok !== false || answer.error === undefined) {
      throw new Error(`the hub did not refuse "${event}": ${JSON.stringify(answer)?.slice(0, 500)}`);
    }
    return answer.error;
  }

  /** Sends an event and asks for no answer. */
  say(event: string, ...args: unknown[]): void {
    for (const body of args) keepSecret(body);
    this.socket.emit(event, ...args);
  }

  /** Sends a packet of Socket.IO as it is written, whatever that is. */
  raw(packet: string): void {
    this.socket.io.engine.write(packet);
  }

  /** The earliest event of this name that no call has given yet, or the next one to come. */
  async next(name: string | readonly string[], where: Where = {}): Promise<Body> {
    return (await this.nextHeard(name, where)).body;
  }

  async nextHeard(name: string | readonly string[], where: Where = {}): Promise<Heard> {
    const names = typeof name === 'string' ? [name] : name;
    const matches = (heard: Heard): boolean => names.includes(heard.name) && isWhere(heard.body, where);
    const at = this.#unread.findIndex(matches);
    if (at >= 0) return this.#unread.splice(at, 1)[0] as Heard;
    return await new Promise<Heard>((resolve, reject) => {
      const waiting: Waiting = {
        matches,
        resolve: (heard) => {
          clearTimeout(patience);
          this.#waiting.delete(waiting);
          resolve(heard);
        },
      };
      const patience = setTimeout(() => {
        this.#waiting.delete(waiting);
        const wanted = typeof where === 'function' ? `where ${where}` : JSON.stringify(where);
        reject(new Error(`no ${names.join(' or ')} ${wanted} came in ${patienceMs} ms; heard ${this.#summary()}`));
      }, patienceMs);
      this.#waiting.add(waiting);
    });
  }

  /** Sends a request that the hub must accept, and gives the event that ends it. */
  async finish(request: Readonly<Record<string, unknown>>): Promise<Heard> {
    const { request_id } = await this.ok('request', request);
    return await this.end(request_id);
  }

  /** The event that ends a request. */
  async end(requestId: string): Promise<Heard> {
    return await this.nextHeard(terminalEvents, { request_id: requestId });
  }

  /** The numbered events of a request as they came. */
  events(requestId: string): Heard[] {
    return this.all(numberedEvents, requestId);
  }

  /** All events of these names that came for a request. */
  all(name: string | readonly string[], requestId?: string): Heard[] {
    const names = typeof name === 'string' ? [name] : name;
    return this.heard.filter(
      (heard) => names.includes(heard.name) && (requestId === undefined || heard.body.request_id === requestId),
    );
  }

  /** Resolves when the connection is there. */
  async connected(): Promise<void> {
    if (!this.socket.connected) await this.#once('connect');
  }

  /** Resolves with why the connection went. */
  async disconnected(): Promise<string> {
    return this.socket.connected ? await this.#once('disconnect') : 'it was not connected';
  }

  /** Cuts the connection as a network does; a stock client comes back by itself. */
  cut(): void {
    this.socket.io.engine.close();
  }

  close(): void {
    this.socket.close();
  }

  #hear(name: string, args: readonly unknown[]): void {
    const last = args.at(-1);
    const acknowledge = typeof last === 'function' ? (): void => void last() : undefined;
    const body = args[0] as Body;
    const heard: Heard = {
      name,
      body,
      args: acknowledge === undefined ? args : args.slice(0, -1),
      atMs: performance.now(),
      acknowledge,
    };
    if (this.#acknowledges) acknowledge?.();
    this.heard.push(heard);
    for (const waiting of this.#waiting) if (waiting.matches(heard)) return waiting.resolve(heard);
    this.#unread.push(heard);
  }

  async #once(event: 'connect' | 'disconnect'): Promise<string> {
    return await new Promise((resolve, reject) => {
      const patience = setTimeout(() => reject(new Error(`no ${event} came in ${patienceMs} ms`)), patienceMs);
      this.socket.once(event, (reason?: string) => {
        clearTimeout(patience);
        resolve(String(reason));
      });
    });
  }

  #summary(): string {
    const tail = this.heard.slice(-20).map(({ name, body }) => `${name} ${JSON.stringify(body)?.slice(0, 200)}`);
    return `${this.heard.length} events, at last:\n${tail.join('\n')}`;
  }
}

/** A peer that is closed when its test ends. */
export function aPeer(url: string, options?: PeerOptions): Peer {
  const peer = new Peer(url, options);
  closing(() => peer.close());
  return peer;
}

/** A peer that has registered as a client. */
export async function aClient(url: string, options?: PeerOptions): Promise<Peer> {
  const peer = aPeer(url, options);
  await peer.ok('register', { type: 'client' });
  return peer;
}

/** What a worker says of itself, and what it does with each request it is handed; without `work` the test does it. */
export interface WorkerOptions extends PeerOptions {
  readonly register?: Readonly<Record<string, unknown>>;
  readonly work?: (handed: Body, worker: Peer) => void;
}

/** A peer that has registered as a provider of a service. */
export async function aWorker(url: string, service: string, { register, work, ...options }: WorkerOptions = {}): Promise<Peer> {
  const worker = aPeer(url, options);
  if (work !== undefined) worker.socket.on('request', (handed: Body) => work(handed, worker));
  await worker.ok('register', { type: 'service', name: service, ...register });
  return worker;
}

/** Work that answers every request with its own payload. */
export function echo({ request_id, attempt, payload }: Body, worker: Peer): void {
  worker.say('result', { request_id, attempt, result: payload });
}

/** A service name that no other test uses: the hub may be anybody's. */
export function aName(word: string): string {
  return `${word}-${crypto.randomUUID().slice(0, 8)}`;
}

function isWhere(body: Body, where: Where): boolean {
  if (typeof where === 'function') return where(body);
  return Object.entries(where).every(([field, value]) => body?.[field] === value);
}
