/** What the doctor finds out about one thing, and what to do about it. */

export interface Finding {
  readonly check: string;
  readonly status: 'ok' | 'warning' | 'failed';
  /** One sentence. */
  readonly says: string;
  /** What now. */
  readonly advice?: string;
}

export function ok(check: string, says: string): Finding {
  return { check, status: 'ok', says };
}

/** A hub starts all the same. */
export function warning(check: string, says: string, advice: string): Finding {
  return { check, status: 'warning', says, advice };
}

/** It keeps a hub from starting, or from working. */
export function failed(check: string, says: string, advice: string): Finding {
  return { check, status: 'failed', says, advice };
}

export function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
