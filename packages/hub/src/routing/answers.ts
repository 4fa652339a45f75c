/** How routing's answers are spelled, for every edge alike: what it carried leaves its carriers here. */

import type { RequestObject } from '@conduit/sdk/protocol/events';
import { partyToWire, requestToWire, type WireBody } from '@conduit/sdk/protocol/wire';
import type { Body } from './body.ts';
import type { Watched } from './following.ts';
import type { Accepted } from './requesting.ts';

export function acceptedToWire({ requestId, state, seq, reason, position, provider }: Accepted): WireBody {
  return {
    request_id: requestId,
    state,
    seq,
    ...(reason === undefined ? {} : { reason }),
    ...(position === undefined ? {} : { position }),
    ...(provider === undefined ? {} : { provider: partyToWire(provider) }),
  };
}

export function watchedToWire(watched: Watched): WireBody {
  if (watched.mode === 'replay') return { mode: 'replay' };
  const { mode, seq, request, gap, reset } = watched;
  return {
    mode,
    seq,
    request: objectToWire(request),
    ...(gap === undefined ? {} : { gap }),
    ...(reset === undefined ? {} : { reset }),
  };
}

export function objectToWire(object: RequestObject<Body>): WireBody {
  const unwrapped: RequestObject = {
    ...object,
    tasks: object.tasks.map((task) => (task.result === undefined ? task : { ...task, result: task.result.value })),
    streams: object.streams.map((stream) =>
      stream.data === undefined ? stream : { ...stream, data: stream.data.map((one) => one.value) },
    ),
    ...(object.payload === undefined ? {} : { payload: object.payload.value }),
    ...(object.result === undefined ? {} : { result: object.result.value }),
  };
  return requestToWire(unwrapped);
}
