/** Server-sent events over a real connection, read by hand: a reader that may stop reading, and be cut. */

import { once } from 'node:events';
import { type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http';
import { onTestFinished } from 'vitest';

export interface SentEvent {
  readonly event: string;
  readonly id?: string;
  readonly data: Readonly<Record<string, unknown>>;
}

interface Asking {
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
}

export class EventReader {
  readonly response: IncomingMessage;
  readonly events: SentEvent[] = [];
  /** Comments and settings, as they came. */
  readonly others: string[] = [];
  isOver = false;
  #unread = '';
  #watchers: (() => void)[] = [];

  private constructor(response: IncomingMessage) {
    this.response = response;
    response.setEncoding('utf8');
    response.on('data', (text: string) => this.#read(text));
    response.on('error', () => undefined);
    response.on('close', () => {
      this.isOver = true;
      this.#changed();
    });
  }

  static async open(url: string, { method = 'GET', headers = {}, body }: Asking = {}): Promise<EventReader> {
    const asked = request(url, { method, headers: { accept: 'text/event-stream', ...headers } });
    asked.end(body);
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    const reader = new EventReader(response);
    // One that has stopped reading does not notice that the hub has cut it.
    onTestFinished(() => reader.cut());
    return reader;
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (this.isOver) throw new Error(`the stream ended after ${this.events.map(({ event }) => event).join(', ')}`);
      await new Promise<void>((resolve) => this.#watchers.push(resolve));
    }
  }

  async over(): Promise<SentEvent[]> {
    while (!this.isOver) await new Promise<void>((resolve) => this.#watchers.push(resolve));
    return this.events;
  }

  /** Leaves what comes in the system's buffers, which then stop the hub. */
  stopReading(): void {
    this.response.socket.pause();
    this.response.pause();
  }

  goOnReading(): void {
    this.response.socket.resume();
    this.response.resume();
  }

  cut(): void {
    this.response.destroy();
  }

  #read(text: string): void {
    const blocks = (this.#unread + text).split('\n\n');
    this.#unread = blocks.pop() ?? '';
    for (const block of blocks) this.#take(block);
    this.#changed();
  }

  #take(block: string): void {
    const fields = Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s).slice(0, 2))) as Record<
      string,
      string
    >;
    const { event, id, data } = fields;
    if (event === undefined || data === undefined) return void this.others.push(block);
    this.events.push({ event, ...(id === undefined ? {} : { id }), data: JSON.parse(data) });
  }

  #changed(): void {
    for (const watcher of this.#watchers.splice(0)) watcher();
  }
}
