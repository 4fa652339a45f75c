/** The states of requests and tasks, and every legal change between them. Nothing else in Conduit decides what may follow what. */

/**
 * A request waits (`queued`), is handed to a provider (`assigned`), is worked on (`running`), and ends.
 * `running` is live state: the log keeps `assigned`, and a record shows `running` once its provider began.
 * `cancelling` is the time between a cancel and the provider's last word.
 */
export const nextRequestStates = {
  queued: ['assigned', 'cancelled', 'expired', 'failed'],
  assigned: ['running', 'queued', 'cancelling', 'completed', 'failed', 'cancelled'],
  running: ['queued', 'cancelling', 'completed', 'failed', 'cancelled'],
  cancelling: ['completed', 'cancelled', 'failed'],
  completed: [],
  failed: [],
  cancelled: [],
  expired: [],
} as const satisfies Record<string, readonly string[]>;

export type RequestState = keyof typeof nextRequestStates;

/** The states that nothing follows. */
export type TerminalState = 'completed' | 'failed' | 'cancelled' | 'expired';

/** True when the request has ended; an ended request never changes again. */
export function isTerminal(state: RequestState): state is TerminalState {
  return nextRequestStates[state].length === 0;
}

/** True when `to` may directly follow `from`. */
export function mayFollow(from: RequestState, to: RequestState): boolean {
  return (nextRequestStates[from] as readonly string[]).includes(to);
}

/** A declared step of a request. `running` is live state, as it is for requests. */
export const nextTaskStates = {
  pending: ['running', 'completed', 'failed', 'skipped', 'cancelled'],
  running: ['completed', 'failed', 'skipped', 'cancelled'],
  completed: [],
  failed: [],
  skipped: [],
  cancelled: [],
} as const satisfies Record<string, readonly string[]>;

export type TaskState = keyof typeof nextTaskStates;

/** True when the task has ended. */
export function isTaskEnded(state: TaskState): boolean {
  return nextTaskStates[state].length === 0;
}
