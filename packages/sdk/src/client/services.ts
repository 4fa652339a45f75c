/** The services of a tenant, live: the whole list at first and after every change. Who reads slowly is given the latest only. */

import type { Connection } from '../connection/connection.ts';
import { putOffMs } from '../connection/put-off.ts';
import type { ConduitError } from '../protocol/errors.ts';
import type { ServiceInfo } from '../protocol/events.ts';
import { errorFromWire, serviceFromWire } from '../protocol/read.ts';
import type { WireBody } from '../protocol/wire.ts';
import { Latest } from './latest.ts';
import type { Loop } from './loop.ts';

export class Services {
  readonly #connection: Connection;
  readonly #readers = new Set<Latest<readonly ServiceInfo[]>>();
  /** By name; undefined until the hub has told all of them. */
  #known: Map<string, ServiceInfo> | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;

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

  watch(): Loop<readonly ServiceInfo[]> {
    return new Latest(
      (reader) => this.#join(reader),
      (reader) => this.#leave(reader),
    );
  }

  #join(reader: Latest<readonly ServiceInfo[]>): void {
    const { closedBy } = this.#connection;
    if (closedBy !== undefined) return reader.fail(closedBy);
    this.#readers.add(reader);
    if (this.#readers.size === 1) this.#ask();
    if (this.#known !== undefined) reader.put(sorted(this.#known));
  }

  #leave(reader: Latest<readonly ServiceInfo[]>): void {
    this.#readers.delete(reader);
    if (this.#readers.size === 0) this.#rest();
  }

  #ask(): void {
    this.#connection.tell('services', { watch: true }, (answer) => {
      if (answer['ok'] !== true) return this.#refused(errorFromWire(answer['error']));
      this.#known = new Map(read(answer['services']).map((service) => [service.name, service]));
      this.#tell();
    });
  }

  /** What the hub can't tell now it can tell later: whoever watches waits for it, as for a hub that is away. */
  #refused(error: ConduitError<string>): void {
    if (!error.retryable) return this.#fail(error);
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => {
      if (this.#readers.size > 0) this.#ask();
    }, putOffMs(error));
  }

  #rest(): void {
    clearTimeout(this.#retry);
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
    if (this.#known !== undefined) for (const reader of this.#readers) reader.put(sorted(this.#known));
  }

  #fail(error: unknown): void {
    clearTimeout(this.#retry);
    for (const reader of [...this.#readers]) reader.fail(error);
  }
}

/** A list of its own for each reader, by name. */
function sorted(services: ReadonlyMap<string, ServiceInfo>): readonly ServiceInfo[] {
  return [...services.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
}

function read(services: unknown): readonly ServiceInfo[] {
  return Array.isArray(services) ? services.map(serviceFromWire) : [];
}
