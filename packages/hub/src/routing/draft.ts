/** The events that a step is about to add to a request's log, numbered and stamped in one place. */

import { type WireError, wireError } from '@conduit/sdk/protocol/errors';
import type { EndedTask, LiveUpdate } from '@conduit/sdk/protocol/events';
import type { TerminalState } from '@conduit/sdk/protocol/states';
import { isTaskEnded } from '@conduit/sdk/protocol/states';
import type { Body } from './body.ts';
import { overallOf } from './overall.ts';
import { type LogEvent, type RequestRecord, timingsOf } from './record.ts';
import type { Decision, LiveNews, Moment } from './steps.ts';

type Stamped = 'seq' | 'at' | 'elapsed' | 'overall' | 'n' | 'attempt';
type Fields<Event> = Event extends LogEvent ? Omit<Event, Stamped> : never;

export class Draft {
  readonly #record: RequestRecord;
  readonly #moment: Moment;
  readonly #n: number | undefined;
  readonly #events: LogEvent[] = [];
  readonly #live: LiveNews[] = [];

  /** @param n the count of the provider's message that causes the events. */
  constructor(record: RequestRecord, moment: Moment, n?: number) {
    this.#record = record;
    this.#moment = moment;
    this.#n = n;
  }

  add(fields: Fields<LogEvent>, marks: { overall?: number; attempt?: number } = {}): this {
    const stamp = {
      seq: this.#record.seq + this.#events.length + 1,
      attempt: marks.attempt ?? this.#record.attempt,
      at: this.#moment.at,
      elapsed: this.#moment.elapsed,
      overall: marks.overall ?? overallOf(this.#record),
    };
    this.#events.push((this.#n === undefined ? { ...fields, ...stamp } : { ...fields, ...stamp, n: this.#n }) as LogEvent);
    return this;
  }

  tell(update: LiveUpdate): this {
    this.#live.push({ ...update, attempt: this.#record.attempt, overall: overallOf(this.#record) });
    return this;
  }

  /** Ends the request with its result. Tasks under way count as completed, those never begun as skipped. */
  complete(result: Body | undefined): Decision {
    const tasks = this.#openTasks((isUnderWay) => (isUnderWay ? 'completed' : 'skipped'));
    const end = { type: 'result', state: 'completed', timings: timingsOf(this.#record, this.#moment.elapsed), ...tasks } as const;
    return this.add(result === undefined ? end : { ...end, result }, { overall: 1 }).decision();
  }

  /** Ends the request without a result; its open tasks are cancelled. */
  fail(state: Exclude<TerminalState, 'completed'>, error: WireError): Decision {
    const tasks = this.#openTasks(() => 'cancelled');
    const timings = timingsOf(this.#record, this.#moment.elapsed);
    return this.add({ type: 'error', state, error, timings, ...tasks }, { overall: this.#record.overall }).decision();
  }

  /** Ends the request by an error of our own: a retry can help only where no work began. */
  failWith(state: Exclude<TerminalState, 'completed'>, code: Parameters<typeof wireError>[0], message: string): Decision {
    const error = wireError(code, message);
    return this.fail(state, { ...error, retryable: error.retryable && !this.#record.workBegan });
  }

  /** Ends the request because somebody asked for that: it says what they said. */
  cancel(reason: string | undefined): Decision {
    const isSaid = reason !== undefined && reason !== '';
    return this.fail('cancelled', wireError('cancelled', isSaid ? `cancelled: ${reason}` : 'The request was cancelled.'));
  }

  decision(): Decision {
    return { events: this.#events, live: this.#live };
  }

  #openTasks(stateOf: (isUnderWay: boolean) => EndedTask['state']): { tasks?: EndedTask[] } {
    const tasks: EndedTask[] = [];
    for (const task of this.#record.tasks.values()) {
      if (isTaskEnded(task.state)) continue;
      const startedAt = this.#record.live.started.get(task.taskId);
      const ended = { taskId: task.taskId, state: stateOf(startedAt !== undefined) };
      tasks.push(startedAt === undefined ? ended : { ...ended, startedAt });
    }
    return tasks.length === 0 ? {} : { tasks };
  }
}

const noEvents: readonly LogEvent[] = [];
const noLive: readonly LiveNews[] = [];

/** The step concerns a past that is over: nothing happens. */
export const nothing: Decision = { events: noEvents, live: noLive };
