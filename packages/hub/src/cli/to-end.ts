/** Follows one request to its end, shows it, keeps its files, and says how it went. */

import type { ConduitRequest, FollowedEvent } from '@conduit/sdk';
import { exitCodes, Refusal } from './exit.ts';
import { type ResultFiles, sizeText } from './files.ts';
import type { Showing } from './showing.ts';
import type { RequestView } from './view.ts';

interface Followed {
  readonly request: ConduitRequest;
  readonly view: RequestView;
  readonly show: Showing;
  readonly files: ResultFiles;
  /** What event 1 is called, where that is not its name on the wire. */
  readonly firstName?: string;
  /** False where files and bars tell enough. */
  readonly showsResult?: boolean;
}

/** @returns the state it ended in. @throws Refusal when something could not be written; what the SDK throws. */
export async function toEnd({ request, view, show, files, firstName, showsResult = true }: Followed): Promise<string> {
  let last: FollowedEvent | undefined;
  for await (const event of request) {
    view.take(event);
    if (event.type === 'task_result') void files.save(event.result, event.taskId);
    show.event(event, event.type === 'status' && event.seq === 1 ? firstName : undefined);
    last = event;
  }
  const result = last?.type === 'result' ? await files.save(last.result, 'result') : undefined;
  const saved = await files.all();
  show.close();
  for (const { path, bytes } of saved) show.said(`${path}  ${sizeText(bytes)}`);
  if (last?.type === 'error') show.failure(last.error);
  else if (showsResult) show.result(result);
  if (files.trouble !== undefined) throw new Refusal(`not everything could be written: ${files.trouble}`, 'failed');
  return view.state;
}

export function exitCodeOf(state: string): number {
  return exitCodes[state === 'completed' ? 'completed' : 'failed'].code;
}
