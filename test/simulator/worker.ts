/** A simulated worker: works on what it is handed, a message now and then, and does what its kind does when it is cut or killed. */

import type { Fields, Link, LinkEnd } from './link.ts';
import type { World } from './world.ts';

export interface WorkerKind {
  readonly tenant: string;
  readonly capacity: number;
  readonly acks: boolean;
  /** Counts its messages, and continues after a cut under its instance id. */
  readonly counts: boolean;
  /** Turns every so many requests down. */
  readonly rejects: boolean;
}

interface Job {
  readonly requestId: string;
  readonly attempt: number;
  readonly said: { readonly name: string; readonly body: Fields }[];
  stepsLeft: number;
  isOver: boolean;
}

export class Worker implements LinkEnd {
  readonly kind: WorkerKind;
  readonly #world: World;
  readonly #jobs = new Map<string, Job>();
  /** How often it began each request that must not run twice. */
  readonly #onBegin: (requestId: string) => void;
  #instanceId: string;
  #link: Link | undefined;
  #life = 0;

  constructor(world: World, kind: WorkerKind, onBegin: (requestId: string) => void) {
    this.#world = world;
    this.kind = kind;
    this.#onBegin = onBegin;
    this.#instanceId = world.nextId();
    this.#connect();
  }

  /** The process dies and another one starts in its place. */
  kill(): void {
    this.#life += 1;
    this.#jobs.clear();
    this.#instanceId = this.#world.nextId();
    this.#link?.cut(this.#world.random.between(0, 50));
    this.#link = undefined;
    this.#later(this.#world.random.between(50, 3_000), () => this.#connect());
  }

  freeze(ms: number): void {
    if (this.#link !== undefined) this.#link.frozenUntil = this.#world.clock.elapsed() + ms;
  }

  cut(noticedMs: number): void {
    this.#link?.cut(noticedMs);
  }

  lost(link: Link): void {
    if (this.#link !== link) return;
    this.#link = undefined;
    // What can't be continued is dropped: the hub gives it to another.
    if (!this.kind.counts) this.#jobs.clear();
    this.#later(this.#world.random.between(50, 2_000), () => this.#connect());
  }

  received(name: string, body: Fields, acknowledge: (() => void) | undefined): void {
    const requestId = String(body['request_id']);
    const attempt = Number(body['attempt']);
    if (name === 'cancel') return this.#cancelled(requestId, attempt);
    if (name !== 'request') return;
    if (this.kind.acks) acknowledge?.();
    if (this.kind.rejects && this.#world.random.chance(0.2))
      return this.#link?.emit('reject', { request_id: requestId, attempt });
    this.#onBegin(requestId);
    const job: Job = { requestId, attempt, said: [], stepsLeft: this.#world.random.between(1, 8), isOver: false };
    this.#jobs.set(requestId, job);
    this.#say(job, 'tasks', { tasks: [{ task_id: 'a' }, { task_id: 'b' }] });
    this.#work(job);
  }

  #connect(): void {
    if (this.#link !== undefined) return;
    const { tenant, capacity, acks, counts } = this.kind;
    const connected = this.#world.connect({ token: `${tenant}/worker` }, this);
    if (connected === undefined) return this.#later(500, () => this.#connect());
    const { link } = connected;
    this.#link = link;
    const inFlight = [...this.#jobs.values()].map(({ requestId, attempt }) => ({ request_id: requestId, attempt }));
    const more = counts ? { instance_id: this.#instanceId, in_flight: inFlight } : {};
    link.emit(
      'register',
      { type: 'service', name: 'work', capacity, acks, actions: [{ name: 'do' }, { name: 'once', idempotent: false }], ...more },
      (answer) => {
        if (answer['ok'] !== true) return;
        for (const kept of answer['in_flight'] as { request_id: string; attempt: number; last_n: number }[]) {
          const job = this.#jobs.get(kept.request_id);
          if (job?.attempt !== kept.attempt) continue;
          for (const { name, body } of job.said.slice(kept.last_n)) link.emit(name, body);
          if (job.isOver) this.#jobs.delete(job.requestId);
        }
      },
    );
  }

  #work(job: Job): void {
    this.#later(this.#world.random.between(5, 600), () => {
      if (this.#jobs.get(job.requestId) !== job || job.isOver) return;
      job.stepsLeft -= 1;
      if (job.stepsLeft > 0) {
        this.#step(job);
        return this.#work(job);
      }
      job.isOver = true;
      if (this.#world.random.chance(0.1)) this.#say(job, 'error', { error: { code: 'boom', message: 'it failed' } });
      else this.#say(job, 'result', { result: { request: job.requestId, attempt: job.attempt } });
      if (!this.kind.counts || this.#link !== undefined) this.#forgetWhenHeard(job);
    });
  }

  #step(job: Job): void {
    const { random } = this.#world;
    const kind = random.between(0, 3);
    if (kind === 0)
      this.#say(job, 'progress', { task_id: random.pick(['a', 'b', 'c']), progress: Math.round(random.next() * 100) / 100 });
    else if (kind === 1 && job.said.every(({ body }) => body['task_id'] !== 'd'))
      this.#say(job, 'task_result', { task_id: 'd', result: job.attempt });
    else this.#say(job, 'chunk', { data: `[${random.chance(0.2) ? 300_000 : 10}]${job.attempt}:${job.said.length};` });
  }

  #say(job: Job, name: string, fields: Fields): void {
    const count = this.kind.counts ? { n: job.said.length + 1 } : {};
    const body = { request_id: job.requestId, attempt: job.attempt, ...count, ...fields };
    job.said.push({ name, body });
    this.#link?.emit(name, body);
    // A message that is sent twice counts once.
    if (this.kind.counts && this.#world.random.chance(0.05)) this.#link?.emit(name, body);
  }

  #forgetWhenHeard(job: Job): void {
    const link = this.#link;
    this.#later(300, () => {
      if (link !== undefined && this.#link === link && this.#jobs.get(job.requestId) === job) this.#jobs.delete(job.requestId);
    });
  }

  #cancelled(requestId: string, attempt: number): void {
    const job = this.#jobs.get(requestId);
    if (job?.attempt !== attempt || job.isOver) return;
    // One in five is deaf to it, and works on.
    if (this.#world.random.chance(0.2)) return;
    job.isOver = true;
    this.#say(job, 'error', { error: { code: 'cancelled', message: 'stopped' } });
    this.#forgetWhenHeard(job);
  }

  /** A dead process does nothing more. */
  #later(ms: number, callback: () => void): void {
    const life = this.#life;
    this.#world.clock.after(ms, () => {
      if (life === this.#life) callback();
    });
  }
}
