/** What the reading thread throws for a document that can't be read. It knows nothing of the SDK: the thread only reads. */

import type { FailureCode } from '../failure.ts';

export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: FailureCode;

  /** @param sentence as for `failure`. */
  constructor(code: FailureCode, sentence: string) {
    super(sentence);
    this.code = code;
  }
}
