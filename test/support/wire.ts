/** What the wire carries, as tests read it. Fields are named as the protocol names them; whether they are there is what tests look at. */

export interface WireError {
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly details?: Readonly<Record<string, unknown>>;
}

export interface Party {
  readonly session_id: string;
  readonly name?: string;
  readonly subject?: string;
  readonly instance_id?: string;
  readonly hub_id: string;
}

export interface Timings {
  readonly queued_ms: number;
  readonly assigned_ms?: number;
  readonly running_ms?: number;
  readonly total_ms: number;
}

export interface Task {
  readonly task_id: string;
  readonly title?: string;
  readonly weight: number;
  readonly parent_id?: string;
  readonly state: string;
  readonly result?: unknown;
  readonly result_omitted?: boolean;
  readonly error?: WireError;
  readonly started_at?: string;
  readonly finished_at?: string;
}

export interface Stream {
  readonly stream: string;
  readonly mode: string;
  readonly chunks: number;
  readonly bytes: number;
  readonly data?: readonly unknown[];
}

export interface RequestObject {
  readonly request_id: string;
  readonly to: string;
  readonly action: string;
  readonly state: string;
  readonly attempt: number;
  readonly overall: number;
  readonly tasks: readonly Task[];
  readonly streams: readonly Stream[];
  readonly payload?: unknown;
  readonly result?: unknown;
  readonly result_omitted?: boolean;
  readonly error?: WireError;
  readonly requester: Party;
  readonly provider?: Party;
  readonly parent?: { readonly request_id: string; readonly task_id?: string };
  readonly children?: readonly string[];
  readonly tags?: readonly string[];
  readonly created_at: string;
  readonly assigned_at?: string;
  readonly started_at?: string;
  readonly finished_at?: string;
  readonly expires_at?: string;
  readonly timings: Timings;
  readonly seq: number;
  readonly live: {
    readonly running?: true;
    readonly progress: Readonly<Record<string, { readonly progress: number | null }>>;
    readonly waiting?: { readonly reason: string; readonly position?: number };
    readonly stalled?: { readonly silent_ms: number };
  };
  readonly work_began: boolean;
}

export interface Service {
  readonly name: string;
  readonly actions: readonly { readonly name: string; readonly [field: string]: unknown }[];
  readonly providers: readonly {
    readonly session_id: string;
    readonly instance_id?: string;
    readonly name?: string;
    readonly state: string;
    readonly held: number;
    readonly capacity: number;
    readonly served: number;
    readonly joined_at: string;
  }[];
  readonly waiting: number;
  readonly paused: boolean;
  readonly unprovided_ms?: number;
}

/** The one object of any event from the hub. */
export interface Body {
  readonly request_id: string;
  readonly seq: number;
  readonly attempt: number;
  readonly at: string;
  readonly overall: number;
  readonly state?: string;
  readonly reason?: string;
  readonly by?: Party;
  readonly provider?: Party;
  readonly tasks?: readonly Task[];
  readonly task_id?: string;
  readonly progress?: number | null;
  readonly stream?: string;
  readonly index?: number;
  readonly mode?: string;
  readonly data?: unknown;
  readonly result?: unknown;
  readonly skipped?: boolean;
  readonly error?: WireError;
  readonly timings?: Timings;
  readonly payload?: unknown;
  readonly requester?: { readonly name?: string; readonly subject?: string };
  readonly deadline_at?: string;
  readonly event?: string;
  readonly service?: Service | string;
  readonly [field: string]: unknown;
}

/** What the hub acknowledges a message with. */
export interface Answer {
  readonly ok: boolean;
  readonly error?: WireError;
  readonly request_id: string;
  readonly state: string;
  readonly seq: number;
  readonly reason?: string;
  readonly position?: number;
  readonly provider?: Party;
  readonly outcome?: string;
  readonly mode?: string;
  readonly gap?: boolean;
  readonly reset?: boolean;
  readonly duplicate?: boolean;
  readonly request: RequestObject;
  readonly services: readonly Service[];
  readonly session_id: string;
  readonly session_token: string;
  readonly resumed: boolean;
  readonly hub_id: string;
  readonly epoch: string;
  readonly protocol: number;
  readonly limits: Readonly<Record<string, number>>;
  readonly in_flight?: readonly { readonly request_id: string; readonly attempt: number; readonly last_n: number }[];
}

/** Events with a number of their own; the last two end a request. */
export const numberedEvents = ['status', 'tasks', 'chunk', 'task_result', 'task_error', 'result', 'error'] as const;
export const terminalEvents = ['result', 'error'] as const;
