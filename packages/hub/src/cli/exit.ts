/** How a command says how it went: one code for each kind of end. */

export const exitCodes = {
  completed: { code: 0, meaning: 'the request completed, what was asked for was shown, or the hub stopped when it was told to' },
  failed: {
    code: 1,
    meaning:
      'the request failed, was cancelled, expired or is not there; the hub could not start, or conduit doctor says why it could not',
  },
  usage: { code: 2, meaning: 'the command line or the configuration is wrong' },
  unreachable: { code: 69, meaning: 'no hub answers' },
  internal: { code: 70, meaning: 'an error of our own' },
  refused: { code: 77, meaning: 'the hub refuses the token, or asks for one' },
  interrupted: { code: 130, meaning: 'interrupted by Ctrl-C' },
} as const;

/** Ends a command with one sentence for people. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly exitCode: number;

  constructor(sentence: string, kind: keyof typeof exitCodes) {
    super(sentence);
    this.exitCode = exitCodes[kind].code;
  }
}
