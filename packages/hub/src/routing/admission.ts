/** Whether a request is taken, and on what terms. It changes nothing but that a service is known from then on. */

import { ConduitError } from '@conduit/sdk/protocol/errors';
import { defaultMaxAttempts, defaultStartTimeoutMs, defaultTimeoutMs } from '@conduit/sdk/protocol/limits';
import type { RequestMessage } from '@conduit/sdk/protocol/messages';
import type { Body } from './body.ts';
import type { Core } from './core.ts';
import type { Peer } from './peer.ts';
import { deadlineElapsed, type RequestRecord, type Terms } from './record.ts';
import type { Service } from './service.ts';

/** A request that somebody wants to be taken. */
export interface Submission {
  readonly peer: Peer;
  readonly message: RequestMessage;
  readonly payload: Body;
  readonly retryOf?: string;
  readonly parent?: RequestRecord;
}

/** Actions that a refusal names: whoever misspelt one sees the right one. */
const maxNamed = 10;

export class Admission {
  readonly #core: Core;

  constructor(core: Core) {
    this.#core = core;
  }

  /** The service the request goes to, or the refusal that says why not. */
  admit({ peer, message, payload }: Submission): Service {
    const { registry, clock, ledger, limits, schemas } = this.#core;
    if (!ledger.isWritable) throw new ConduitError('store_unavailable');
    if (peer.openRequests.size >= limits.maxOpenRequests) {
      const details = { limit: 'max_open_requests', max: limits.maxOpenRequests, retry_after_ms: 1_000 };
      throw new ConduitError('rate_limited', `this session has ${limits.maxOpenRequests} open requests; wait for some to end`, {
        details,
      });
    }
    this.#core.census.admit(peer.identity);
    const { tenant } = peer.identity;
    const known = registry.findKnown(tenant, message.to, clock.elapsed());
    if (known === undefined && message.startTimeoutMs === undefined) {
      throw new ConduitError(
        'service_not_found',
        `no provider of "${message.to}" in the last 7 days; start one, or give start_timeout_ms to wait for it`,
      );
    }
    const service = known ?? registry.open(tenant, message.to);
    if (known?.offers(message.action) === false) {
      const offered = known.named(maxNamed).join(', ') || 'nothing';
      throw new ConduitError('action_not_found', `"${message.to}" does not offer "${message.action}", but ${offered}`);
    }
    const input = service.action(message.action)?.input;
    const issues = input === undefined ? [] : schemas.check(input, payload.value, payload.bytes);
    if (issues.length > 0) {
      const [{ path, message: why }] = issues as [(typeof issues)[number]];
      const where = path.length === 0 ? 'the payload' : `payload.${path.join('.')}`;
      throw new ConduitError('invalid_payload', `${where} ${why}, as "${message.to}" asks for it`, { details: { issues } });
    }
    if (service.waiting >= limits.maxWaiting) {
      const details = { limit: 'max_waiting', max: limits.maxWaiting };
      throw new ConduitError('queue_full', `${service.waiting} requests wait for "${message.to}" already; try again later`, {
        details,
      });
    }
    return service;
  }

  /** What is agreed of a request that is taken: later changes of the service don't touch it. */
  terms(service: Service, { message, parent }: Submission): Terms {
    const action = service.action(message.action);
    const timeoutMs = message.timeoutMs ?? action?.timeoutMs ?? defaultTimeoutMs;
    // A child has no more time than what its parent has left.
    const remainingMs = parent === undefined ? timeoutMs : Math.max(1, deadlineElapsed(parent) - this.#core.clock.elapsed());
    return {
      idempotent: action?.idempotent ?? true,
      timeoutMs: Math.min(timeoutMs, remainingMs),
      startTimeoutMs: Math.min(
        message.startTimeoutMs ?? defaultStartTimeoutMs,
        remainingMs === timeoutMs ? Number.POSITIVE_INFINITY : remainingMs,
      ),
      maxAttempts: message.maxAttempts ?? defaultMaxAttempts,
      maxTasks: this.#core.limits.maxTasks,
      priority: message.priority ?? 0,
      onRequesterGone: message.onRequesterGone ?? 'continue',
      plannedTasks: action?.tasks ?? [],
    };
  }
}
