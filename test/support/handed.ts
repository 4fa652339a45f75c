/** How most tests begin: one service with one worker, one client, and a request that the worker has just been handed. */

import { aClient, aName, aWorker, type Peer, type PeerOptions, type WorkerOptions } from './peer.ts';
import type { Answer, Body } from './wire.ts';

export interface HandedRequest {
  readonly service: string;
  readonly worker: Peer;
  readonly client: Peer;
  readonly request_id: string;
  /** What the request was answered with. */
  readonly answer: Answer;
  /** What the worker was handed. */
  readonly handed: Body;
}

interface Beginning {
  readonly worker?: WorkerOptions;
  readonly client?: PeerOptions;
  readonly request?: Readonly<Record<string, unknown>>;
}

export async function aHandedRequest(
  url: string,
  { worker: options, client: how, request }: Beginning = {},
): Promise<HandedRequest> {
  const service = aName('service');
  const worker = await aWorker(url, service, options);
  const client = await aClient(url, how);
  const answer = await client.ok('request', { to: service, action: 'go', ...request });
  const { request_id } = answer;
  const handed = await worker.next('request', { request_id });
  return { service, worker, client, request_id, answer, handed };
}
