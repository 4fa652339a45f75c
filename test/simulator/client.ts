/** A simulated client: sends requests, follows them over cuts and restarts, and checks every event that comes. */

import type { Fields, Link, LinkEnd } from './link.ts';
import type { World } from './world.ts';

interface Followed {
  readonly requestId: string;
  readonly message: Fields;
  isAccepted: boolean;
  /** The worker that got it at once. */
  firstWorker: string | undefined;
  /** Every numbered event, as it came first. */
  readonly events: Map<number, string>;
  lastSeq: number;
  end: Fields | undefined;
}

const numbered = new Set(['status', 'tasks', 'chunk', 'task_result', 'task_error', 'result', 'error']);

export class Client implements LinkEnd {
  readonly followed = new Map<string, Followed>();
  readonly tenant: string;
  readonly #world: World;
  /** A stock client does nothing of its own about a cut; an aware one resumes with its token, and watches. */
  readonly #isAware: boolean;
  #link: Link | undefined;
  #pid: string | undefined;
  #session: { session_id: string; session_token: string } | undefined;

  constructor(world: World, kind: { readonly tenant: string; readonly isAware: boolean }) {
    this.#world = world;
    this.tenant = kind.tenant;
    this.#isAware = kind.isAware;
    this.#connect();
  }

  request(action: string, more: Fields): string {
    const requestId = this.#world.nextId();
    const message = {
      to: 'work',
      action,
      payload: { for: requestId },
      request_id: requestId,
      start_timeout_ms: 600_000,
      ...more,
    };
    const followed: Followed = {
      requestId,
      message,
      isAccepted: false,
      firstWorker: undefined,
      events: new Map(),
      lastSeq: 1,
      end: undefined,
    };
    this.followed.set(requestId, followed);
    this.#send(followed);
    return requestId;
  }

  cancel(requestId: string): void {
    this.#link?.emit('cancel', { request_id: requestId, reason: 'changed my mind' }, () => undefined);
  }

  /** Asks for what is another tenant's: it must look as if it were not there. */
  snoop(requestId: string): void {
    for (const event of ['watch', 'get', 'cancel']) {
      this.#link?.emit(event, { request_id: requestId }, (answer) => {
        const { code } = (answer['error'] ?? {}) as { code?: string };
        if (answer['ok'] === true || code !== 'request_not_found')
          this.#world.violate(`${event} of another tenant's request answers ${JSON.stringify(answer)}`);
      });
    }
  }

  services(
    then: (
      services: readonly { readonly providers: readonly { readonly session_id: string; readonly held: number }[] }[],
    ) => void,
  ): void {
    this.#link?.emit('services', {}, (answer) => then(answer['services'] as Parameters<typeof then>[0]));
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
    this.#world.clock.after(this.#world.random.between(50, 2_000), () => this.#connect());
  }

  received(name: string, body: Fields): void {
    if (!numbered.has(name)) return this.#receivedLive(name, body);
    const requestId = String(body['request_id']);
    const followed = this.followed.get(requestId);
    if (followed === undefined) return this.#world.violate(`${name} of ${requestId} reaches somebody who never asked for it`);
    const seq = Number(body['seq']);
    const text = JSON.stringify([name, body]);
    const known = followed.events.get(seq);
    if (known !== undefined && known !== text)
      this.#world.violate(`number ${seq} of ${requestId} is used twice: ${known} and ${text}`);
    if (seq > followed.lastSeq + 1) this.#world.violate(`${requestId} jumps from ${followed.lastSeq} to ${seq}`);
    if (followed.end !== undefined && seq > Number(followed.end['seq']))
      this.#world.violate(`${requestId} goes on after its end`);
    followed.events.set(seq, text);
    followed.lastSeq = Math.max(followed.lastSeq, seq);
    if (name !== 'result' && name !== 'error') return;
    if (followed.end === undefined) followed.end = body;
    if (name === 'result') this.#checkResult(requestId, body);
  }

  #receivedLive(name: string, body: Fields): void {
    if (name !== 'progress' && name !== 'running') return;
    const followed = this.followed.get(String(body['request_id']));
    if (followed !== undefined && Number(body['seq']) > followed.lastSeq) {
      this.#world.violate(`${name} of ${followed.requestId} overtakes event ${String(body['seq'])}`);
    }
  }

  #checkResult(requestId: string, { result, attempt }: Fields): void {
    const said = result as { request?: string; attempt?: number };
    if (said.request !== requestId || said.attempt !== attempt) {
      this.#world.violate(`the result of ${requestId}, attempt ${String(attempt)}, is that of ${JSON.stringify(said)}`);
    }
  }

  #connect(): void {
    if (this.#link !== undefined) return;
    const pid = this.#isAware || this.#pid === undefined ? {} : { pid: this.#pid };
    const connected = this.#world.connect({ token: `${this.tenant}/client`, ...pid }, this);
    if (connected === undefined) return void this.#world.clock.after(500, () => this.#connect());
    this.#link = connected.link;
    if (this.#isAware) this.#resume(connected.link);
    else this.#sendAgain();
    this.#pid = connected.pid;
  }

  #resume(link: Link): void {
    const resume = this.#session === undefined ? {} : { resume: this.#session };
    link.emit('register', { type: 'client', ...resume }, (answer) => {
      if (answer['ok'] !== true) return;
      this.#session = { session_id: String(answer['session_id']), session_token: String(answer['session_token']) };
      for (const followed of this.followed.values()) {
        if (followed.isAccepted && followed.end === undefined) this.#watch(link, followed);
      }
      this.#sendAgain();
    });
  }

  #watch(link: Link, followed: Followed): void {
    link.emit('watch', { request_id: followed.requestId, after_seq: followed.lastSeq }, (answer) => {
      if (answer['mode'] !== 'replay')
        this.#world.violate(`${followed.requestId} can't be watched again from ${followed.lastSeq}: ${JSON.stringify(answer)}`);
    });
  }

  /** What was never answered is sent again; the id makes that safe. */
  #sendAgain(): void {
    for (const followed of this.followed.values()) if (!followed.isAccepted) this.#send(followed);
  }

  #send(followed: Followed): void {
    const link = this.#link;
    link?.emit('request', followed.message, (answer) => {
      if (answer['ok'] !== true) {
        const { code } = (answer['error'] ?? {}) as { code?: string };
        // No worker has registered yet: later, then.
        if (code === 'rate_limited' || code === 'queue_full')
          return void this.#world.clock.after(1_000, () => this.#send(followed));
        return this.#world.violate(`${followed.requestId} is refused: ${JSON.stringify(answer)}`);
      }
      const wasSentBefore = followed.isAccepted || Number(answer['seq']) !== 1;
      followed.isAccepted = true;
      followed.firstWorker ??= (answer['provider'] as { session_id?: string } | undefined)?.session_id;
      // An earlier copy may have been taken by a session that is not this one's cursor any more.
      if (!wasSentBefore && this.#link === link && link !== undefined) this.#watch(link, followed);
    });
  }
}
