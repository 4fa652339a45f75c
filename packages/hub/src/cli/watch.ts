/** `conduit watch`: follows a request that somebody sent, from its first event to its end. Leaving changes nothing for the request. */

import type { RequestObject } from '@conduit/sdk';
import { atHub, type HubOptions } from './at-hub.ts';
import { exitCodes } from './exit.ts';
import { ResultFiles } from './files.ts';
import { findRequest } from './find-request.ts';
import { untilInterrupt } from './interrupt.ts';
import { type Showing, showing } from './showing.ts';
import { timeText } from './table.ts';
import { exitCodeOf, toEnd } from './to-end.ts';
import { RequestView } from './view.ts';

export interface WatchOptions extends HubOptions {
  readonly out?: string;
}

/** @returns the exit code. */
export async function watch(id: string, options: WatchOptions): Promise<number> {
  const requestId = await findRequest(id, options);
  const view = new RequestView();
  let show: Showing | undefined;
  const connection = { name: 'conduit watch', note: (sentence: string) => show?.note(sentence) };
  try {
    const state = await atHub(options, connection, async (conduit) => {
      const asked = await conduit.get(requestId);
      show = showing({ requestId, view, isJson: options.json === true });
      show.said(titleOf(asked));
      const files = new ResultFiles(options.out);
      return await untilInterrupt(toEnd({ request: conduit.follow(requestId), view, show, files }));
    });
    if (state !== 'interrupted') return exitCodeOf(state);
    show?.close();
    process.stderr.write(`conduit: request ${requestId} goes on without you\n`);
    return exitCodes.interrupted.code;
  } finally {
    show?.close();
  }
}

function titleOf({ requestId, to, action, createdAt, requester, tags = [] }: RequestObject): string {
  const by = requester.name ?? requester.subject ?? requester.sessionId;
  const tagged = tags.length === 0 ? '' : `, tagged ${tags.join(' ')}`;
  return `${to} ${action}, request ${requestId}, sent ${timeText(createdAt, Date.now())} by ${by}${tagged}`;
}
