/** The services of a tenant, live: the whole list at first and after every change. Who reads slowly is given the latest only. */

import type { Connection } from '../connection/connection.ts';
import type { ServiceInfo } from '../protocol/events.ts';
import { errorFromWire, serviceFromWire } from '../protocol/read.ts';
import type { WireBody } from '../protocol/wire.ts';

interface Reader {
  hasNews: boolean;
  failure: { readonly error: unknown } | undefined;
  wake: () => void;
}

export class Services {
  readonly #connection: Connection;
  readonly #readers = new Set<Reader>();
  /** By name; undefined until the hub has told all of them. */
  #known: Map<string, ServiceInfo> | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
    connection.onEvent('service', (news) => this.#changed(news));
    // What changed while the connection was down nobody tells: the whole list is asked for again.
    connection.onUp(() => {
      if (this.#readers.size > 0) this.#ask();
    });
    connection.onClose((error) => this.#fail(error));
  }

  async list(): Promise<readonly ServiceInfo[]> {
    const answer = await this.#connection.ask('services', () => ({}));
    return read(answer['services']);
  }

  async *watch(): AsyncGenerator<readonly ServiceInfo[], undefined, undefined> {
    const { closedBy } = this.#connection;
    if (closedBy !== undefined) throw closedBy;
    const reader: Reader = { hasNews: this.#known !== undefined, failure: undefined, wake: () => undefined };
    this.#readers.add(reader);
    if (this.#readers.size === 1) this.#ask();
    try {
      for (;;) {
        if (reader.failure !== undefined) throw reader.failure.error;
        if (reader.hasNews) {
          reader.hasNews = false;
          yield [...(this.#known?.values() ?? [])].sort((one, other) => (one.name < other.name ? -1 : 1));
        } else {
          await new Promise<void>((resolve) => {
            reader.wake = resolve;
          });
        }
      }
    } finally {
      this.#readers.delete(reader);
      if (this.#readers.size === 0) this.#rest();
    }
  }

  #ask(): void {
    this.#connection.tell('services', { watch: true }, (answer) => {
      if (answer['ok'] !== true) return this.#fail(errorFromWire(answer['error']));
      this.#known = new Map(read(answer['services']).map((service) => [service.name, service]));
      this.#tell();
    });
  }

  #rest(): void {
    this.#known = undefined;
    this.#connection.tell('services', { watch: false }, () => undefined);
  }

  #changed(news: WireBody): void {
    // Before the list nothing is news.
    if (this.#known === undefined) return;
    if (news['gone'] === true) this.#known.delete(String(news['name']));
    else {
      const service = serviceFromWire(news['service']);
      this.#known.set(service.name, service);
    }
    this.#tell();
  }

  #tell(): void {
    for (const reader of this.#readers) {
      reader.hasNews = true;
      reader.wake();
    }
  }

  #fail(error: unknown): void {
    for (const reader of this.#readers) {
      reader.failure = { error };
      reader.wake();
    }
  }
}

function read(services: unknown): readonly ServiceInfo[] {
  return Array.isArray(services) ? services.map(serviceFromWire) : [];
}
