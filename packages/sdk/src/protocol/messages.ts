/** What peers say to the hub, as TypeScript names it. `parse.ts` is the only place where wire fields become these. */

import type { WireError } from './errors.ts';

export interface RegisterClient {
  readonly type: 'client';
  readonly name?: string;
  readonly resume?: Resume;
}

export interface Resume {
  readonly sessionId: string;
  readonly sessionToken: string;
}

export interface RegisterService {
  readonly type: 'service';
  readonly name: string;
  /** Left out, the provider takes every action. */
  readonly actions?: readonly Action[];
  readonly capacity?: number;
  readonly instanceId?: string;
  readonly acks?: boolean;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly resume?: Resume;
  readonly inFlight?: readonly InFlight[];
}

export type Register = RegisterClient | RegisterService;

export interface Action {
  readonly name: string;
  readonly description?: string;
  readonly input?: Readonly<Record<string, unknown>>;
  readonly output?: Readonly<Record<string, unknown>>;
  readonly tasks?: readonly TaskDeclaration[];
  readonly idempotent?: boolean;
  readonly timeoutMs?: number;
}

export interface InFlight {
  readonly requestId: string;
  readonly attempt: number;
}

export interface TaskDeclaration {
  readonly taskId: string;
  readonly title?: string;
  readonly weight?: number;
  readonly parentId?: string;
}

export interface Parent {
  readonly requestId: string;
  readonly taskId?: string;
}

export interface RequestMessage {
  readonly to: string;
  readonly action: string;
  readonly payload?: unknown;
  readonly requestId?: string;
  readonly timeoutMs?: number;
  readonly startTimeoutMs?: number;
  readonly maxAttempts?: number;
  readonly priority?: number;
  readonly onRequesterGone?: 'continue' | 'cancel';
  readonly parent?: Parent;
  readonly tags?: readonly string[];
  readonly trace?: Readonly<Record<string, string>>;
}

export interface Cancel {
  readonly requestId: string;
  readonly reason?: string;
}

export interface Watch {
  readonly requestId: string;
  readonly afterSeq?: number;
  readonly epoch?: string;
}

export interface Unwatch {
  readonly requestId: string;
}

export type GetInclude = 'payload' | 'result' | 'streams';

export interface Get {
  readonly requestId: string;
  readonly include?: readonly GetInclude[];
}

export interface Services {
  readonly watch?: boolean;
}

/** What every message of a provider about a request says of itself. */
export interface WorkStamp {
  readonly requestId: string;
  readonly attempt?: number;
  /** Counts this provider's messages in this attempt, from 1. */
  readonly n?: number;
}

export interface Progress {
  readonly taskId?: string;
  /** A fraction 0…1, or null while unknown. */
  readonly progress?: number | null;
  readonly current?: number;
  readonly total?: number;
  readonly unit?: string;
  readonly message?: string;
}

export type StreamMode = 'append' | 'replace' | 'items';

/** What a provider may say while it holds a request. */
export type WorkMessage =
  | (WorkStamp & { readonly type: 'tasks'; readonly tasks: readonly TaskDeclaration[] })
  | (WorkStamp & { readonly type: 'progress' } & Progress)
  | (WorkStamp & {
      readonly type: 'chunk';
      readonly stream?: string;
      readonly taskId?: string;
      readonly mode?: StreamMode;
      readonly data: unknown;
    })
  | (WorkStamp & { readonly type: 'task_result'; readonly taskId: string; readonly result?: unknown; readonly skipped?: boolean })
  | (WorkStamp & { readonly type: 'task_error'; readonly taskId: string; readonly error: WireError })
  | (WorkStamp & { readonly type: 'result'; readonly result?: unknown })
  | (WorkStamp & { readonly type: 'error'; readonly error: WireError })
  | (WorkStamp & { readonly type: 'reject'; readonly reason?: string });

export interface Leave {
  readonly name?: string;
}
