/** The events towards the hub: each is parsed and becomes one call. The edge knows nothing else. */

import type { Measured } from '@conduit/sdk/protocol/measure';
import type { Register } from '@conduit/sdk/protocol/messages';
import {
  parseCancel,
  parseGet,
  parseLeave,
  parseRegister,
  parseRequest,
  parseServices,
  parseUnwatch,
  parseWatch,
} from '@conduit/sdk/protocol/parse';
import { opaqueMembers, parseWork, type WorkType } from '@conduit/sdk/protocol/parse-work';
import { serviceToWire, type WireBody } from '@conduit/sdk/protocol/wire';
import { acceptedToWire, objectToWire, watchedToWire } from '../routing/answers.ts';
import { Body } from '../routing/body.ts';
import type { Peer } from '../routing/peer.ts';
import type { Reply } from '../routing/ports.ts';
import type { Router } from '../routing/router.ts';

/** What an event is handled with. */
export interface Context {
  readonly router: Router;
  readonly peer: Peer;
  /** Takes over who the session is: only the session itself can. */
  register(message: Register, answer: Answer): void;
}

/** The fields that stand beside `ok: true`. */
export type Answer = Reply<WireBody>;

export interface Incoming {
  readonly body: unknown;
  readonly measured: Measured;
}

type Handler = (context: Context, incoming: Incoming, answer: Answer) => void;

const none: WireBody = {};

export const handlers: Readonly<Record<string, Handler>> = {
  register: (context, { body }, answer) => context.register(parseRegister(body), answer),
  request: ({ router, peer }, { body, measured }, answer) => {
    const message = parseRequest(body);
    router.request(peer, message, Body.measured(message.payload ?? null, measured), mapped(answer, acceptedToWire));
  },
  cancel: ({ router, peer }, { body }, answer) =>
    router.cancel(
      peer,
      parseCancel(body),
      mapped(answer, (outcome) => ({ outcome })),
    ),
  watch: ({ router, peer }, { body }, answer) => router.watch(peer, parseWatch(body), mapped(answer, watchedToWire)),
  unwatch: ({ router, peer }, { body }, answer) =>
    router.unwatch(
      peer,
      parseUnwatch(body),
      mapped(answer, () => none),
    ),
  get: ({ router, peer }, { body }, answer) =>
    router.get(
      peer,
      parseGet(body),
      mapped(answer, (request) => ({ request: objectToWire(request) })),
    ),
  services: ({ router, peer }, { body }, answer) => {
    router.services(
      peer,
      parseServices(body),
      mapped(answer, (services) => ({ services: services.map(serviceToWire) })),
    );
  },
  drain: leave,
  unregister: leave,
  tasks: work('tasks'),
  progress: work('progress'),
  chunk: work('chunk'),
  task_result: work('task_result'),
  task_error: work('task_error'),
  result: work('result'),
  error: work('error'),
  reject: work('reject'),
};

function leave({ router, peer }: Context, { body }: Incoming, answer: Answer): void {
  router.leave(
    peer,
    parseLeave(body).name,
    mapped(answer, () => none),
  );
}

function work(type: WorkType): Handler {
  const member = Object.hasOwn(opaqueMembers, type) ? opaqueMembers[type as keyof typeof opaqueMembers] : undefined;
  return ({ router, peer }, { body, measured }, answer) => {
    const message = parseWork(type, body);
    const opaque: unknown = member === undefined ? undefined : Reflect.get(message, member);
    const carried = opaque === undefined ? undefined : Body.measured(opaque, measured);
    router.work(
      peer,
      message,
      carried,
      mapped(answer, ({ duplicate }) => (duplicate === undefined ? none : { duplicate })),
    );
  };
}

function mapped<Value>(answer: Answer, toWire: (value: Value) => WireBody): Reply<Value> {
  return { ok: (value) => answer.ok(toWire(value)), refuse: (error) => answer.refuse(error) };
}
