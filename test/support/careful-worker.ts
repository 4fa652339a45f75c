/** A worker as the protocol wishes for: it counts what it says, keeps it until the hub has the end, and after a cut says again what is missing. */

import { aPeer, type Peer, type PeerOptions } from './peer.ts';
import type { Answer, Body } from './wire.ts';

/** One request in its hands. */
export class Job {
  readonly handed: Body;
  readonly #worker: CarefulWorker;
  readonly #said: { readonly event: string; readonly body: object }[] = [];

  constructor(handed: Body, worker: CarefulWorker) {
    this.handed = handed;
    this.#worker = worker;
  }

  /** Says something of the request; while the connection is gone it is only kept. */
  say(event: string, fields: object): void {
    const { request_id, attempt } = this.handed;
    const said = { event, body: { request_id, attempt, n: this.#said.length + 1, ...fields } };
    this.#said.push(said);
    if (this.#worker.isReady) this.#emit(said);
  }

  /** Says again everything after the message that the hub has. */
  sayAgain(lastN: number): void {
    for (const said of this.#said.slice(lastN)) this.#emit(said);
  }

  #emit({ event, body }: { event: string; body: object }): void {
    if (event !== 'result' && event !== 'error') return this.#worker.peer.say(event, body);
    this.#worker.peer.socket.emit(event, body, (answer: Answer) => {
      if (answer.ok) this.#worker.forget(this);
    });
  }
}

interface CarefulOptions extends PeerOptions {
  readonly register?: Readonly<Record<string, unknown>>;
  readonly work: (job: Job) => void;
}

export class CarefulWorker {
  readonly peer: Peer;
  /** Every request it was handed, in their order, repetitions too. */
  readonly handed: Body[] = [];
  /** What `register` was answered with, each time. */
  readonly registrations: Answer[] = [];
  isReady = false;
  readonly #jobs = new Map<string, Job>();
  readonly #register: Readonly<Record<string, unknown>>;

  constructor(url: string, service: string, { register, work, ...options }: CarefulOptions) {
    this.#register = { type: 'service', name: service, instance_id: crypto.randomUUID(), acks: true, ...register };
    this.peer = aPeer(url, { reconnectionDelay: 20, reconnectionDelayMax: 50, ...options });
    this.peer.socket.on('connect', () => this.#onConnect());
    this.peer.socket.on('disconnect', () => {
      this.isReady = false;
    });
    this.peer.socket.on('request', (handed: Body) => {
      this.handed.push(handed);
      const job = new Job(handed, this);
      this.#jobs.set(handed.request_id, job);
      work(job);
    });
    this.peer.socket.on('cancel', ({ request_id, attempt }: Body) => {
      const job = this.#jobs.get(request_id);
      if (job?.handed.attempt === attempt) this.forget(job);
    });
  }

  forget(job: Job): void {
    const { request_id } = job.handed;
    if (this.#jobs.get(request_id) === job) this.#jobs.delete(request_id);
  }

  #onConnect(): void {
    const inFlight = [...this.#jobs.values()].map(({ handed: { request_id, attempt } }) => ({ request_id, attempt }));
    this.peer.socket.emit('register', { ...this.#register, in_flight: inFlight }, (answer: Answer) => {
      this.registrations.push(answer);
      if (!answer.ok) return;
      this.isReady = true;
      const kept = new Map(answer.in_flight?.map((one) => [`${one.request_id} ${one.attempt}`, one.last_n]));
      for (const listed of inFlight) {
        const job = this.#jobs.get(listed.request_id);
        if (job?.handed.attempt !== listed.attempt) continue;
        const lastN = kept.get(`${listed.request_id} ${listed.attempt}`);
        if (lastN === undefined) this.forget(job);
        else job.sayAgain(lastN);
      }
    });
  }
}

/** A careful worker that the hub knows by the time it is given. */
export async function aCarefulWorker(url: string, service: string, options: CarefulOptions): Promise<CarefulWorker> {
  const worker = new CarefulWorker(url, service, options);
  await worker.peer.next('registered');
  return worker;
}
