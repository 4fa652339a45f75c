/** Requests as lines for people: a table, newest first, or one in one line. */

import type { RequestObject } from '@conduit/sdk';
import { isTerminal } from '@conduit/sdk/protocol/states';
import type { Style } from './paint.ts';
import { type Cell, type Sheet, tableLines, timeText } from './table.ts';
import { durationText, wholeSeconds } from './view.ts';

/** What a list says of a request. */
export type Listed = Omit<RequestObject, 'tasks' | 'streams'>;

/** A whole id wants room. */
const wideEnough = 110;
/** Of a UUIDv7 the end is chance: it tells a request from all others. */
const shortIdLength = 8;

const styles: Readonly<Record<string, Style>> = { completed: 'green', failed: 'red', expired: 'red', running: 'cyan' };

export function requestTable(requests: readonly Listed[], sheet: Sheet, now: number): string[] {
  if (requests.length === 0) return ['No such requests.'];
  const head = [
    { title: 'REQUEST' },
    { title: 'SERVICE', gives: true },
    { title: 'ACTION', gives: true },
    { title: 'STATE', gives: true },
    { title: 'SENT', drops: 2 },
    { title: 'TOOK', isNumber: true, drops: 3 },
    { title: 'TAGS', gives: true, drops: 1 },
  ] as const;
  const rows = requests.map((request): readonly Cell[] => [
    sheet.width < wideEnough ? request.requestId.slice(-shortIdLength) : request.requestId,
    request.to,
    request.action,
    { text: stateText(request), style: styles[stateOf(request)] ?? 'yellow' },
    timeText(request.createdAt, now),
    tookText(request, now),
    (request.tags ?? []).join(' '),
  ]);
  return tableLines(head, rows, sheet);
}

/** For a list of changes: nothing is cut, and no clock runs in it. */
export function requestLine(request: Listed): string {
  const { requestId, to, action, timings, tags = [] } = request;
  const took = isTerminal(request.state) ? ` in ${durationText(timings.totalMs)}` : '';
  return [requestId, to, action, `${stateText(request)}${took}`, ...tags].join(' ');
}

/** That it runs is live: the log says assigned. */
export function stateOf({ state, live }: Listed): string {
  return state === 'assigned' && live.running === true ? 'running' : state;
}

function stateText(request: Listed): string {
  const { overall, attempt, error, reason, live } = request;
  const state = stateOf(request);
  const why = (state === 'queued' ? (live.waiting?.reason ?? reason) : undefined) ?? '';
  const parts = [
    state === 'running' && overall > 0 ? `${state} ${Math.round(overall * 100)} %` : state,
    state === 'failed' ? (error?.code ?? '') : why.replaceAll('_', ' '),
    live.stalled === undefined ? '' : 'stalled',
    attempt > 1 ? `attempt ${attempt}` : '',
  ];
  return parts.filter((part) => part !== '').join(', ');
}

function tookText({ state, timings, createdAt }: Listed, now: number): string {
  return isTerminal(state) ? durationText(timings.totalMs) : wholeSeconds(Math.max(0, Math.floor((now - createdAt) / 1_000)));
}
