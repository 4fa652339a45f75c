/** Every bound of the protocol with its default and its reason. The hub tells the configurable ones in the answer to `register`. */

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** Bounds that a hub may configure. Sizes are bytes. */
export interface Limits {
  /** A packet and its attachments together. */
  readonly maxMessageBytes: number;
  /** Nesting, counted from the message's own object. */
  readonly maxDepth: number;
  /** Values (members and elements, at any depth) of one message. */
  readonly maxValues: number;
  /** Binary attachments of one message: the default parser of Socket.IO takes no more. */
  readonly maxAttachments: number;
  readonly maxTasks: number;
  /** Chunks kept of one request; past it the oldest go and a replay says `gap`. */
  readonly maxChunkBytes: number;
  readonly maxOpenRequests: number;
  /** Requests waiting for one service. */
  readonly maxWaiting: number;
}

export const defaultLimits: Limits = {
  maxMessageBytes: 1024 * 1024,
  maxDepth: 64,
  maxValues: 100_000,
  maxAttachments: 10,
  maxTasks: 1_000,
  maxChunkBytes: 16 * 1024 * 1024,
  maxOpenRequests: 1_000,
  maxWaiting: 10_000,
};

/** What a service, an action, a task or a stream may be called. */
export const namePattern = /^[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}$/;

/** An id that a requester may choose: a UUID of any version, or a ULID. */
export const requestIdPattern = /^(?:[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[0-7][0-9A-HJKMNP-TV-Z]{25})$/;

/** Every `*_ms` that a peer may say. */
export const minDurationMs = 1;
export const maxDurationMs = 7 * dayMs;

export const maxTags = 16;
/** Free texts of a peer (titles, messages, reasons, tags, names of sessions): room for a sentence, not for a document. */
export const maxTextLength = 1_024;
/** What a provider may say about itself, as JSON text. */
export const maxMetadataBytes = 16 * 1024;
export const minPriority = -10;
export const maxPriority = 10;
export const maxCapacity = 10_000;
/** Left out, a provider's capacity is so large that distribution is plain round-robin. */
export const defaultCapacity = 1_000;
export const maxParentDepth = 16;
export const maxActions = 1_000;
export const maxInFlight = 10_000;
export const maxAttemptsBound = 100;

export const defaultTimeoutMs = 60 * minuteMs;
export const defaultStartTimeoutMs = minuteMs;
/** Attempts that began and were lost before a request fails with `provider_lost`. */
export const defaultMaxAttempts = 3;
