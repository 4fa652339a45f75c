/** Why a request can't be fulfilled, in the words and codes that its requester will see. */

export class Failure extends Error {
  override readonly name = 'Failure';
  readonly code: string;

  constructor(code: 'invalid_payload' | 'unreachable_page' | 'not_readable' | 'cancelled', sentence: string) {
    super(sentence);
    this.code = code;
  }
}
