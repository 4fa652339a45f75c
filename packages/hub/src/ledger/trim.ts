/** Which chunks of a long stream go first. It counts in segments, so that a stream of a million chunks costs a few numbers. */

import type { LogEvent, RequestRecord } from '../routing/record.ts';

interface Segment {
  lastSeq: number;
  bytes: number;
  chunks: number;
}

/** The chunks kept of one request, oldest first. After a restart everything from before it is one segment. */
export class Trimming {
  readonly #segments: Segment[] = [];

  constructor(record: RequestRecord) {
    if (record.chunkBytes > 0) this.#segments.push({ lastSeq: record.seq, bytes: record.chunkBytes, chunks: segmentChunks });
  }

  add(event: LogEvent & { readonly type: 'chunk' }, maxBytes: number): void {
    let segment = this.#segments.at(-1);
    if (segment === undefined || segment.chunks >= segmentChunks || segment.bytes >= maxBytes / segmentsPerLimit) {
      segment = { lastSeq: event.seq, bytes: 0, chunks: 0 };
      this.#segments.push(segment);
    }
    segment.lastSeq = event.seq;
    segment.bytes += event.data.bytes;
    segment.chunks += 1;
  }

  /** Lets the oldest segments of a record that holds more than `maxBytes` go, a bounded number at once; the newest always stays. */
  trim(record: RequestRecord, maxBytes: number): void {
    for (let count = 0; count < segmentsAtOnce && record.chunkBytes > maxBytes && this.#segments.length > 1; count += 1) {
      const segment = this.#segments.shift();
      if (segment === undefined) return;
      record.chunkBytes -= segment.bytes;
      record.firstSeq = segment.lastSeq + 1;
    }
  }
}

/** Deleting twice so many rows holds up the loop for some 5 ms. */
const segmentChunks = 2_048;
const segmentsPerLimit = 16;
const segmentsAtOnce = 2;
