/** What machines read: one object of JSON a line, in the words of the wire, binary parts as base64 so that nothing is lost. */

import type { FollowedEvent } from '@conduit/sdk';
import { isLive } from '@conduit/sdk/protocol/read';
import { eventToWire, liveToWire, requestToWire, type WireBody } from '@conduit/sdk/protocol/wire';
import { plain } from './plain.ts';

/** An event under its name on the wire. `protocol/wire.ts` spells it; only what the SDK puts together itself is put together here. */
export function eventLine(requestId: string, event: FollowedEvent, name: string = event.type): string {
  if (event.type === 'snapshot') {
    const { gap, reset } = event;
    const lost = { ...(gap === undefined ? {} : { gap }), ...(reset === undefined ? {} : { reset }) };
    return jsonLine({ event: name, ...requestToWire(event.request), ...lost });
  }
  const { body } = isLive(event) ? liveToWire(requestId, event, event) : eventToWire(requestId, event);
  return jsonLine({ event: name, ...body });
}

export function jsonLine(value: WireBody): string {
  return `${plain(JSON.stringify(value, withoutBuffers))}\n`;
}

function withoutBuffers(this: WireBody, key: string, value: unknown): unknown {
  // Buffers have become numbers by the time they come as `value`.
  const own = this[key];
  return own instanceof Uint8Array ? { base64: Buffer.from(own).toString('base64') } : value;
}
