/** A record as text: what stands in for a log that is long, or was trimmed. */

import type { LiveRecord, RequestRecord } from '../routing/record.ts';
import type { SavedLive } from './live.ts';

export function recordToText(record: RequestRecord): string {
  const { handed, tasks, streams, live } = record;
  return JSON.stringify({ ...record, handed: [...handed], tasks: [...tasks], streams: [...streams], live: plainLive(live) });
}

export function recordFromText(text: string): RequestRecord {
  const record = JSON.parse(text);
  const maps = { handed: new Map(record.handed), tasks: new Map(record.tasks), streams: new Map(record.streams) };
  return { ...record, ...maps, live: readLive(record.live) };
}

export function liveToText(saved: SavedLive): string {
  return JSON.stringify({ ...saved, live: plainLive(saved.live) });
}

export function liveFromText(text: string): SavedLive {
  const saved = JSON.parse(text);
  return { ...saved, live: readLive(saved.live) };
}

function plainLive(live: LiveRecord): object {
  return { ...live, progress: [...live.progress], started: [...live.started] };
}

function readLive(
  plain: { progress: [string, never][]; started: [string, number][] } & Omit<LiveRecord, 'progress' | 'started'>,
): LiveRecord {
  return { ...plain, progress: new Map(plain.progress), started: new Map(plain.started) };
}
