/** Every error code of the protocol: its HTTP status, its sentence, and whether trying again can help. One class carries them all. */

interface ErrorRow {
  readonly status: number;
  readonly retryable: boolean;
  readonly sentence: string;
}

/** `retryable` on the wire is this column and "no work began": work that began is never silently repeated. */
export const errorTable = {
  invalid_message: { status: 400, retryable: false, sentence: 'The message does not follow the protocol.' },
  unauthenticated: { status: 401, retryable: false, sentence: 'The token is missing, unknown or expired.' },
  forbidden: { status: 403, retryable: false, sentence: 'The token does not allow this.' },
  service_not_found: { status: 404, retryable: true, sentence: 'No provider registered this service in the last 7 days.' },
  action_not_found: { status: 404, retryable: false, sentence: 'The service does not offer this action.' },
  invalid_payload: { status: 422, retryable: false, sentence: "The payload does not fit the action's schema." },
  request_not_found: { status: 404, retryable: false, sentence: 'There is no such request.' },
  duplicate_request: { status: 409, retryable: false, sentence: 'Another request already has this id.' },
  queue_full: { status: 503, retryable: true, sentence: 'Too many requests are waiting for this service.' },
  rate_limited: { status: 429, retryable: true, sentence: 'Too many messages or open requests.' },
  payload_too_large: { status: 413, retryable: false, sentence: 'The message is larger than the hub accepts.' },
  expired: { status: 504, retryable: true, sentence: 'No work began within the start timeout.' },
  deadline_exceeded: { status: 504, retryable: false, sentence: 'The request ran longer than its timeout.' },
  cancelled: { status: 409, retryable: false, sentence: 'The request was cancelled.' },
  provider_lost: { status: 502, retryable: true, sentence: 'The provider went away before it finished.' },
  provider_error: { status: 502, retryable: false, sentence: 'The provider answered with an error.' },
  not_assigned: { status: 409, retryable: false, sentence: 'This provider does not hold the request.' },
  instance_replaced: { status: 409, retryable: false, sentence: 'A newer connection of the same instance took over.' },
  instance_conflict: { status: 409, retryable: true, sentence: 'Two processes share one instance_id.' },
  already_finished: { status: 409, retryable: false, sentence: 'The request has already ended.' },
  hub_draining: { status: 503, retryable: true, sentence: 'This hub is stopping.' },
  store_unavailable: { status: 503, retryable: true, sentence: 'The hub cannot write to its store.' },
  protocol_mismatch: { status: 400, retryable: false, sentence: 'The hub does not speak this version of the protocol.' },
  internal: { status: 500, retryable: true, sentence: 'The hub met an error of its own.' },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof errorTable;

/** An error as it travels, and as it ends a request. A service's own codes pass through unchanged. */
export interface WireError {
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly details?: Readonly<Record<string, unknown>>;
}

interface ErrorExtras {
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
  /** Left out, what the table says; false for a code that is not in it. */
  readonly retryable?: boolean;
}

/**
 * The one error of Conduit. Check it by its `code`, never by `instanceof`: two copies of a package may meet.
 * The hub's own errors have a code of the table above; those that end requests may have a service's own.
 */
export class ConduitError<Code extends string = ErrorCode> extends Error {
  override readonly name = 'ConduitError';
  readonly code: Code;
  readonly details: Readonly<Record<string, unknown>> | undefined;
  /** Whether sending the same again can help. */
  readonly retryable: boolean;
  /** The request that ended with this error, where there is one. */
  readonly requestId: string | undefined;

  /** @param message says what failed, whom it concerns and what to do now; without it, the table's sentence. */
  constructor(code: Code, message?: string, extras: ErrorExtras & { readonly requestId?: string } = {}) {
    const row: ErrorRow | undefined = isErrorCode(code) ? errorTable[code] : undefined;
    super(message ?? row?.sentence ?? code, extras.cause === undefined ? undefined : { cause: extras.cause });
    this.code = code;
    this.details = extras.details;
    this.retryable = extras.retryable ?? row?.retryable ?? false;
    this.requestId = extras.requestId;
  }

  toWire(): WireError {
    const { code, message, retryable, details } = this;
    return details === undefined ? { code, message, retryable } : { code, message, retryable, details };
  }
}

/** An error object for the wire, its `retryable` from the table; a code that is not ours is not retryable unless it says so. */
export function wireError(code: string, message: string, details?: Readonly<Record<string, unknown>>): WireError {
  const retryable = isErrorCode(code) && errorTable[code].retryable;
  return details === undefined ? { code, message, retryable } : { code, message, retryable, details };
}

export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorTable, code);
}

/** The one funnel that turns whatever was thrown into a ConduitError; our own pass as they are. */
export function toConduitError(thrown: unknown): ConduitError {
  if (thrown instanceof Error && thrown.name === 'ConduitError') return thrown as ConduitError;
  return new ConduitError('internal', undefined, { cause: thrown });
}
