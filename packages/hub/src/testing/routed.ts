/** A router on a clock of the test's, its peers, and everything they were sent. The parts are the real ones; only time and sockets are not. */

import type { ConduitError, errorTable } from '@conduit/sdk/protocol/errors';
import { defaultLimits, type Limits } from '@conduit/sdk/protocol/limits';
import type { RegisterService, RequestMessage, WorkMessage } from '@conduit/sdk/protocol/messages';
import { hubTenant, localIdentity as local } from '../access/identity.ts';
import { PayloadSchemas } from '../contract/payloads.ts';
import { EmbeddedLedger } from '../ledger/embedded.ts';
import { MemoryStore } from '../ledger/memory.ts';
import type { Shares } from '../routing/census.ts';
import type { Peer } from '../routing/peer.ts';
import type { Outlet, Reply, Witness } from '../routing/ports.ts';
import type { Accepted } from '../routing/requesting.ts';
import { Router } from '../routing/router.ts';
import { FakeClock } from './fake-clock.ts';
import { aBody } from './requests.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What a peer was sent, in order. */
class Inbox implements Outlet {
  readonly messages: { readonly name: string; readonly body: Fields }[] = [];
  /** Acknowledges what asks for it, as a well-kept provider does. */
  acknowledges = true;
  unsentBytes = 0;
  roundTripMs: number | undefined;
  isClosed = false;
  #onDrain: (() => void)[] = [];

  send(name: string, body: object): void {
    this.messages.push({ name, body: body as Fields });
  }

  sendForAck(name: string, body: object, acknowledged: () => void): void {
    this.send(name, body);
    if (this.acknowledges) acknowledged();
  }

  onDrain(callback: () => void): void {
    this.#onDrain.push(callback);
  }

  drain(): void {
    this.unsentBytes = 0;
    for (const callback of this.#onDrain.splice(0)) callback();
  }

  close(): void {
    this.isClosed = true;
  }

  all(name: string): Fields[] {
    return this.messages.filter((message) => message.name === name).map(({ body }) => body);
  }

  last(name: string): Fields | undefined {
    return this.all(name).at(-1);
  }
}

export interface TestPeer {
  readonly peer: Peer;
  readonly inbox: Inbox;
}

/** An answer, once it has come. */
export class Answer<Value> implements Reply<Value> {
  value: Value | undefined;
  error: ConduitError | undefined;

  ok(value: Value): void {
    this.value = value;
  }

  refuse(error: ConduitError): void {
    this.error = error;
  }

  get code(): keyof typeof errorTable | undefined {
    return this.error?.code;
  }
}

export class Routed {
  readonly clock = new FakeClock();
  readonly store = new MemoryStore('epoch-1');
  router: Router;
  #ledger: EmbeddedLedger;
  readonly #limits: Limits;
  readonly #shares: Shares | undefined;
  readonly #witnesses: readonly Witness[];
  #count = 0;

  constructor(limits: Partial<Limits> = {}, shares?: Shares, witnesses: readonly Witness[] = []) {
    this.#witnesses = witnesses;
    this.#shares = shares;
    this.#limits = { ...defaultLimits, ...limits };
    [this.router, this.#ledger] = this.#start();
  }

  /** The hub dies and comes back to the same store. */
  restart(): void {
    this.router.close();
    this.#ledger.close();
    [this.router, this.#ledger] = this.#start();
  }

  client(sessionId = this.#next('client'), identity = local): TestPeer {
    const peer = this.router.connect(sessionId, identity);
    const inbox = new Inbox();
    this.router.connected(peer, inbox, 'new');
    return { peer, inbox };
  }

  provider(name: string, said: Partial<RegisterService> = {}, identity = local): TestPeer & { readonly answer: Answer<unknown> } {
    const { peer, inbox } = this.client(this.#next('provider'), identity);
    const answer = new Answer<unknown>();
    this.router.registerService(peer, { type: 'service', name, ...said }, answer);
    this.clock.settle();
    return { peer, inbox, answer };
  }

  request(from: TestPeer, message: Partial<RequestMessage> = {}): Answer<Accepted> & { readonly id: string } {
    const answer = new Answer<Accepted>();
    this.router.request(from.peer, { to: 'resize', action: 'thumbnail', ...message }, aBody(message.payload ?? null), answer);
    this.clock.settle();
    return Object.assign(answer, { id: answer.value?.requestId ?? '' });
  }

  work(from: TestPeer, message: WorkMessage): Answer<{ readonly duplicate?: true }> {
    const answer = new Answer<{ readonly duplicate?: true }>();
    const opaque =
      message.type === 'chunk'
        ? message.data
        : message.type === 'result' || message.type === 'task_result'
          ? message.result
          : undefined;
    this.router.work(from.peer, message, opaque === undefined ? undefined : aBody(opaque), answer);
    this.clock.settle();
    return answer;
  }

  cancel(from: TestPeer, requestId: string): Answer<string> {
    const answer = new Answer<string>();
    this.router.cancel(from.peer, { requestId }, answer);
    this.clock.settle();
    return answer;
  }

  get(from: TestPeer, requestId: string): Answer<Parameters<Parameters<Router['get']>[2]['ok']>[0]> {
    const answer = new Answer<Parameters<Parameters<Router['get']>[2]['ok']>[0]>();
    this.router.get(from.peer, { requestId, include: ['payload', 'result', 'streams'] }, answer);
    this.clock.settle();
    return answer;
  }

  leave(peer: TestPeer): void {
    this.router.disconnected(peer.peer);
    this.clock.settle();
  }

  #start(): [Router, EmbeddedLedger] {
    const { clock, store } = this;
    const dayMs = 24 * 60 * 60_000;
    const retention = { maxAgeMs: dayMs, maxRequests: 100_000, maxBytes: 1024 ** 3, maxServiceAgeMs: 7 * dayMs };
    const ledger = new EmbeddedLedger({
      ...{ store, clock, retention, maxChunkBytes: this.#limits.maxChunkBytes },
      isKept: ({ tenant }) => tenant !== hubTenant,
    });
    const ids = { requestId: () => this.#id(), sessionId: () => this.#id() };
    const router = new Router({
      clock,
      ledger,
      archive: ledger,
      ids,
      limits: this.#limits,
      schemas: new PayloadSchemas(),
      hubId: 'hub-1',
      progressIntervalMs: 100,
      witnesses: this.#witnesses,
      ...(this.#shares === undefined ? {} : { shares: this.#shares }),
    });
    router.start();
    clock.settle();
    return [router, ledger];
  }

  #next(kind: string): string {
    this.#count += 1;
    return `${kind}-${this.#count}`;
  }

  #id(): string {
    this.#count += 1;
    return `00000000-0000-7000-8000-${String(this.#count).padStart(12, '0')}`;
  }
}
