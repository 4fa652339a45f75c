/**
 * The hub's own life, pushed: one stream for the whole page, of the topics that what is shown needs.
 * A stream that is lost is opened again, and whoever listens is told to look again at what it may have missed.
 */

import { createParser } from 'eventsource-parser';
import { ApiError, ask } from './api.ts';
import { Store } from './store.ts';

export type Topic = 'stats' | 'requests' | 'services' | 'providers';
/** `refused`: the hub asks for another token than this page has. */
export type LifeState = 'connecting' | 'live' | 'reconnecting' | 'refused';

export interface Listener {
  /** What the hub told of the topic. */
  told(body: unknown): void;
  /** The stream is there, again or for the first time: what was missed before it has to be looked up. */
  opened?(): void;
}

const firstRetryMs = 250;
const maxRetryMs = 5_000;
/** The hub says something at least every 15 s; a stream that is silent for longer is dead, whatever the network thinks. */
const maxSilenceMs = 40_000;
/** Whoever waits for a stream that is opening waits no longer: a page must not stay empty because something on the way holds streams back. */
const patienceMs = 500;

class HubLife {
  readonly state = new Store<LifeState>('connecting');
  readonly #listeners = new Map<Topic, Set<Listener>>();
  readonly #followers: (readonly [topic: Topic, follower: Listener])[] = [];
  #opened: ReadonlySet<Topic> = new Set();
  #abort: AbortController | undefined;
  #isScheduled = false;
  #isOpen = false;
  /** Another stream is about to open. */
  #isComing = false;
  #openings = 0;
  readonly #waiting = new Set<() => void>();

  /** How often a stream began: an answer that was on its way meanwhile may lack what nobody told. */
  get openings(): number {
    return this.#openings;
  }

  /** Resolves once the stream that is about to open is open, so that what is asked then is asked once; at once where none is about to. */
  async settled(): Promise<void> {
    if (!this.#isComing) return;
    await new Promise<void>((resolve) => {
      const patience = setTimeout(resolve, patienceMs);
      this.#waiting.add(() => {
        clearTimeout(patience);
        resolve();
      });
    });
  }

  /** Is told of the topic whenever the stream brings it, which is up to those who listen: whoever keeps a list misses nothing of it. */
  follow(topic: Topic, follower: Listener): void {
    this.#followers.push([topic, follower]);
  }

  /** Has the stream bring the topic. @returns ends it. */
  listen(topic: Topic, listener: Listener): () => void {
    let listeners = this.#listeners.get(topic);
    if (listeners === undefined) {
      listeners = new Set();
      this.#listeners.set(topic, listeners);
    }
    listeners.add(listener);
    this.#settle();
    return () => {
      listeners.delete(listener);
      this.#settle();
    };
  }

  /** Opens the stream anew, as another token has to. */
  restart(): void {
    this.#close();
    this.#opened = new Set();
    this.state.set('connecting');
    this.#settle();
  }

  /** Opens another stream where something is wanted that this one doesn't bring; once for all that is rendered together. */
  #settle(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#isComing = true;
    setTimeout(() => {
      this.#isScheduled = false;
      const wanted = this.#wanted();
      if (wanted.length === 0) {
        this.#close();
        this.#abort = undefined;
        this.#opened = new Set();
        return this.#arrived();
      }
      if (wanted.length === this.#opened.size && wanted.every((topic) => this.#opened.has(topic))) {
        if (this.#isOpen) this.#arrived();
        return;
      }
      this.#close();
      this.#opened = new Set(wanted);
      const abort = new AbortController();
      this.#abort = abort;
      void this.#keepOpen(wanted, abort);
    });
  }

  #close(): void {
    this.#abort?.abort();
    this.#isOpen = false;
  }

  /** It is there, or nobody is to wait for it any longer. */
  #arrived(): void {
    this.#isComing = false;
    for (const go of this.#waiting) go();
    this.#waiting.clear();
  }

  #wanted(): Topic[] {
    return [...this.#listeners].flatMap(([topic, listeners]) => (listeners.size > 0 ? [topic] : [])).sort();
  }

  async #keepOpen(topics: readonly Topic[], { signal }: AbortController): Promise<void> {
    for (let failures = 0; !signal.aborted; failures += 1) {
      try {
        await this.#read(topics, signal, () => {
          failures = 0;
        });
      } catch (error) {
        // Without the right token no second try helps: signing in opens it again.
        if (error instanceof ApiError && error.code === 'unauthenticated') {
          this.#arrived();
          return this.state.set('refused');
        }
      }
      if (signal.aborted) return;
      this.#isOpen = false;
      this.#arrived();
      this.state.set('reconnecting');
      const waitMs = Math.min(firstRetryMs * 2 ** failures, maxRetryMs) * (0.75 + Math.random() / 2);
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }

  async #read(topics: readonly Topic[], signal: AbortSignal, onOpen: () => void): Promise<void> {
    const silence = new AbortController();
    const either = AbortSignal.any([signal, silence.signal]);
    let patience = setTimeout(() => silence.abort(), maxSilenceMs);
    try {
      const headers = { Accept: 'text/event-stream' };
      const { body } = await ask(`/events?topics=${topics.join(',')}`, { signal: either, headers });
      if (body === null) return;
      onOpen();
      this.#openings += 1;
      this.#isOpen = true;
      this.state.set('live');
      for (const topic of topics) for (const listener of this.#listenersOf(topic)) listener.opened?.();
      if (!this.#isScheduled) this.#arrived();
      const parser = createParser({ onEvent: ({ event, data }) => this.#tell(event, data) });
      const reader = body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        clearTimeout(patience);
        patience = setTimeout(() => silence.abort(), maxSilenceMs);
        parser.feed(value);
      }
    } finally {
      clearTimeout(patience);
    }
  }

  #tell(event: string | undefined, data: string): void {
    const body: unknown = JSON.parse(data);
    for (const listener of this.#listenersOf(event)) listener.told(body);
  }

  #listenersOf(topic: string | undefined): Listener[] {
    const followers = this.#followers.flatMap(([followed, follower]) => (followed === topic ? [follower] : []));
    const listeners = [...this.#listeners].flatMap(([listened, all]) => (listened === topic ? [...all] : []));
    return [...followers, ...listeners];
  }
}

export const hubLife = new HubLife();
