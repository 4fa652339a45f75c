/** Writes into the log what becomes of requests: every line with the request, its service and attempt, and whose session it was. Nothing that they carry. */

import type { Change, LateMessage, LostProvider, Witness } from '../routing/ports.ts';
import type { LogEvent, RequestRecord } from '../routing/record.ts';
import type { Logger } from './logger.ts';

type Ending = LogEvent & { readonly type: 'result' | 'error' };

export class RequestLog implements Witness {
  readonly #log: Logger;
  /** Requests that go well are told of at this level only, and nothing is put together for nobody: that would cost microseconds each. */
  readonly #tellsAll: boolean;

  constructor(log: Logger) {
    this.#log = log;
    this.#tellsAll = log.isLevelEnabled('debug');
  }

  committed({ record, step, events, before }: Change): void {
    if (this.#tellsAll && step.type === 'open') {
      const { tenant, subject, requester } = record;
      this.#log.debug({ ...about(record), tenant, subject, session_id: requester.sessionId }, 'a request was accepted');
    }
    for (const event of events) {
      if (event.type === 'status') this.#status(record, event, before);
      if (event.type === 'result' || event.type === 'error') this.#ended(record, event);
    }
  }

  late({ code, requestId, sessionId }: LateMessage): void {
    this.#log.debug(
      { code, request_id: requestId, session_id: sessionId },
      'a provider spoke of a request that is not its own any more',
    );
  }

  providerLost({ service, sessionId, held }: LostProvider): void {
    this.#log.info({ service, session_id: sessionId, held }, 'a provider is gone without having drained');
  }

  #status(record: RequestRecord, event: LogEvent & { readonly type: 'status' }, before: Change['before']): void {
    const { state, attempt, reason, provider } = event;
    if (this.#tellsAll && state === 'assigned' && attempt > before.attempt) {
      const session = provider === undefined ? {} : { session_id: provider.sessionId };
      this.#log.debug({ ...about(record), attempt, ...session }, 'a request was handed to a provider');
    }
    if (state !== 'queued' || event.seq === 1) return;
    const session = before.providerSessionId === undefined ? {} : { session_id: before.providerSessionId };
    const fields = { ...about(record), attempt: before.attempt, ...session, reason };
    if (reason === 'rejected') this.#log.debug(fields, 'a provider turned a request down');
    else this.#log.warn(fields, 'an attempt was lost, and its request waits for another provider');
  }

  #ended(record: RequestRecord, event: Ending): void {
    const isWell = event.state === 'completed' || event.state === 'cancelled';
    if (isWell && !this.#tellsAll) return;
    const { queuedMs, runningMs, totalMs } = event.timings;
    const fields = {
      ...about(record),
      attempt: event.attempt,
      ...(record.provider === undefined ? {} : { session_id: record.provider.sessionId }),
      state: event.state,
      ...(event.type === 'error' ? { code: event.error.code } : {}),
      queued_ms: Math.round(queuedMs),
      ...(runningMs === undefined ? {} : { running_ms: Math.round(runningMs) }),
      total_ms: Math.round(totalMs),
    };
    if (isWell) this.#log.debug(fields, 'a request ended');
    else this.#log.info(fields, 'a request ended without a result');
  }
}

function about({ requestId, to, action }: RequestRecord) {
  return { request_id: requestId, service: to, action };
}
