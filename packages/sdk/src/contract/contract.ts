/** What a service offers, written once and shared by both sides: its name, its actions, what goes in and what comes out. */

import { namePattern } from '../protocol/limits.ts';
import type { TaskDeclaration } from '../protocol/messages.ts';
import type { Schema } from './schema.ts';

/** What can be said of an action. */
export interface ActionOptions<
  Input extends Schema | undefined = Schema | undefined,
  Output extends Schema | undefined = Schema | undefined,
  Chunk extends Schema | undefined = Schema | undefined,
> {
  /** One sentence for people who look at the service. */
  readonly description?: string;
  /** What a payload must be. Left out: anything. */
  readonly input?: Input;
  /** What the result is. Left out: anything. */
  readonly output?: Output;
  /** What a streamed chunk is. Left out: anything. */
  readonly chunk?: Chunk;
  /** Steps that are known beforehand: shown as soon as a request is assigned. */
  readonly tasks?: readonly TaskDeclaration[];
  /**
   * Whether doing it twice does no harm. False: a request whose provider was lost fails with `provider_lost`, instead of
   * being handed to another one. Left out: the hub hands it on.
   */
  readonly idempotent?: boolean;
  /** How long it may run from its first assignment, milliseconds, where the caller says nothing; 1 h by default. */
  readonly timeoutMs?: number;
}

export interface Action<
  Input extends Schema | undefined = Schema | undefined,
  Output extends Schema | undefined = Schema | undefined,
  Chunk extends Schema | undefined = Schema | undefined,
> extends ActionOptions<Input, Output, Chunk> {
  /** The service it belongs to, and its name there; filled in by `defineService`. */
  readonly service: string;
  readonly name: string;
}

/** The key under which a contract keeps its name: a symbol, so that an action may be called anything. */
const serviceName: unique symbol = Symbol.for('conduit.service') as never;

/** The actions of a service, by name. */
export type ServiceContract<Actions = Record<string, Action>> = { readonly [serviceName]: string } & Actions;

type Named<Actions extends Record<string, ActionOptions>> = {
  readonly [Name in keyof Actions]: Actions[Name] extends ActionOptions<infer Input, infer Output, infer Chunk>
    ? Action<Input, Output, Chunk>
    : never;
};

/**
 * Describes one action of a service.
 *
 * @example
 * ```ts
 * const resize = action({ input: z.object({ url: z.url(), width: z.int() }), output: z.object({ url: z.string() }), idempotent: true });
 * ```
 */
export function action<
  Input extends Schema | undefined = undefined,
  Output extends Schema | undefined = undefined,
  Chunk extends Schema | undefined = undefined,
>(options: ActionOptions<Input, Output, Chunk> = {}): ActionOptions<Input, Output, Chunk> {
  return options;
}

/**
 * Describes a service: the contract that callers and providers share. No code is generated, nothing is registered.
 *
 * @param name what callers send to: 1 to 128 letters, digits or `. _ : / -`.
 * @throws TypeError when a name is none.
 * @example
 * ```ts
 * export const images = defineService('images', {
 *   resize: action({ input: z.object({ url: z.url(), width: z.int() }), output: z.object({ url: z.string() }) }),
 * });
 * ```
 */
export function defineService<Actions extends Record<string, ActionOptions>>(
  name: string,
  actions: Actions,
): ServiceContract<Named<Actions>> {
  requireName('service', name);
  const named = Object.entries(actions).map(([actionName, options]): [string, Action] => {
    requireName('action', actionName);
    return [actionName, { ...options, service: name, name: actionName }];
  });
  return { [serviceName]: name, ...Object.fromEntries(named) } as ServiceContract<Named<Actions>>;
}

export function nameOf(contract: ServiceContract): string {
  return contract[serviceName];
}

export function actionsOf(contract: ServiceContract): readonly Action[] {
  return Object.values(contract);
}

function requireName(what: string, name: string): void {
  if (!namePattern.test(name))
    throw new TypeError(`"${name}" can't name a ${what}: 1 to 128 letters, digits or . _ : / -, the first a letter or a digit`);
}
