/** Events of a log as the wire spells them: their bodies leave their carriers here. */

import { eventToWire, type WireMessage } from '@conduit/sdk/protocol/wire';
import type { Body } from './body.ts';
import type { LogEvent } from './record.ts';

/** Events as the wire spells them, each spelled once for all who follow. */
export class WireEvents {
  readonly #requestId: string;
  readonly #events: readonly LogEvent[];
  readonly #wire: WireMessage[] = [];

  constructor(requestId: string, events: readonly LogEvent[]) {
    this.#requestId = requestId;
    this.#events = events;
  }

  at(index: number): WireMessage {
    this.#wire[index] ??= eventToWire(this.#requestId, unwrap(this.#events[index] as LogEvent));
    return this.#wire[index] as WireMessage;
  }
}

/** The event with its body as a plain value. */
function unwrap(event: LogEvent): Parameters<typeof eventToWire>[1] {
  if (event.type === 'chunk') return { ...event, data: event.data.value };
  if ((event.type === 'result' || event.type === 'task_result') && event.result !== undefined) {
    return { ...event, result: (event.result as Body).value };
  }
  return event as Parameters<typeof eventToWire>[1];
}
