/** `conduit call`: sends one request and follows it to its end. What came of it goes to standard output, how it goes to standard error. */

import { isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import type { ConduitRequest, RequestOptions } from '@conduit/sdk';
import { present } from '@conduit/sdk/protocol/fields';
import { atHub, type HubOptions } from './at-hub.ts';
import { exitCodes, Refusal } from './exit.ts';
import { ResultFiles } from './files.ts';
import { onInterrupt } from './interrupt.ts';
import { type Showing, showing } from './showing.ts';
import { exitCodeOf, toEnd } from './to-end.ts';
import { RequestView } from './view.ts';

export interface CallOptions extends HubOptions, Pick<RequestOptions, 'timeoutMs' | 'startTimeoutMs' | 'priority'> {
  readonly out?: string;
  readonly tag?: readonly string[];
}

interface Call {
  readonly service: string;
  readonly action: string;
  readonly payload: string | undefined;
  readonly options: CallOptions;
  /** False where files and bars tell enough. */
  readonly showsResult?: boolean;
}

/** @returns the exit code. */
export async function call({ service, action, payload, options, showsResult = true }: Call): Promise<number> {
  const { json: isJson = false, out, tag: tags, timeoutMs, startTimeoutMs, priority } = options;
  const parsed = payload === undefined ? undefined : await readPayload(payload);
  const said = present({ timeoutMs, startTimeoutMs, priority, tags });
  const files = new ResultFiles(out ?? (isJson ? undefined : '.'));
  const view = new RequestView();
  let request: ConduitRequest | undefined;
  let show: Showing | undefined;
  const interrupts = onInterrupt(() => {
    if (request === undefined) {
      process.stderr.write('conduit: interrupted before anything was sent\n');
      process.exit(exitCodes.interrupted.code);
    }
    show?.note('cancelling… Ctrl-C again leaves at once');
    // However that goes, the end of the request tells.
    request.cancel('interrupted').catch(() => undefined);
  });
  const connection = {
    name: 'conduit call',
    note: (sentence: string) => show?.note(sentence),
    lost: () => `; request ${request?.id} goes on without anybody watching`,
  };
  try {
    const state = await atHub(options, connection, async (conduit) => {
      request = conduit.request(service, action, parsed, said);
      show = showing({ requestId: request.id, view, isJson });
      return await toEnd({ request, view, show, files, firstName: 'accepted', showsResult });
    });
    return interrupts.count > 0 && state === 'cancelled' ? exitCodes.interrupted.code : exitCodeOf(state);
  } finally {
    show?.close();
    interrupts.close();
  }
}

async function readPayload(payload: string): Promise<unknown> {
  const bytes = await bytesOf(payload);
  if (!isUtf8(bytes)) {
    const instead = `over HTTP bytes can be sent as they are: curl --data-binary ${payload === '-' ? '@-' : payload} -H 'Content-Type: application/octet-stream' 'HUB/api/v1/requests?to=SERVICE&action=ACTION'`;
    throw new Refusal(`the payload is binary, and a command sends JSON; ${instead}`, 'usage');
  }
  try {
    return JSON.parse(bytes.toString()) as unknown;
  } catch (error) {
    throw new Refusal(`the payload is not JSON: ${error instanceof Error ? error.message : String(error)}`, 'usage');
  }
}

async function bytesOf(payload: string): Promise<Buffer> {
  if (payload === '-') return await buffer(process.stdin);
  return payload.startsWith('@') ? await readFileOrRefuse(payload.slice(1)) : Buffer.from(payload);
}

async function readFileOrRefuse(path: string): Promise<Buffer> {
  return await readFile(path).catch((error: Error) => {
    throw new Refusal(`the payload can't be read: ${error.message}`, 'usage');
  });
}
