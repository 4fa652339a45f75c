/** A contract as functions: one for each action. */

import { type Action, actionsOf, nameOf, type ServiceContract } from '../contract/contract.ts';
import type { Received, Sent } from '../contract/schema.ts';
import type { ConduitRequest } from './request.ts';
import type { RequestOptions } from './requests.ts';

/** One call of an action: its payload, which may be left out where nothing will do, then what is said of the request. */
export type Call<One> =
  One extends Action<infer Input, infer Output, infer Chunk>
    ? (...asked: Asked<Sent<Input>>) => ConduitRequest<Received<Output>, Received<Chunk>>
    : never;

type Asked<Payload> = undefined extends Payload
  ? [payload?: Payload, options?: RequestOptions]
  : [payload: Payload, options?: RequestOptions];

/** The actions of a service as functions. */
export type ServiceCalls<Contract> = {
  readonly [Name in keyof Contract as Name extends string ? Name : never]: Call<Contract[Name]>;
};

/** @param send is given the function that the user called: the stack of an error begins with its caller. */
export function callsOf<Contract extends ServiceContract>(
  contract: Contract,
  send: (
    asked: { readonly service: string; readonly action: string; readonly payload: unknown; readonly options: RequestOptions },
    above: unknown,
  ) => ConduitRequest,
): ServiceCalls<Contract> {
  const service = nameOf(contract);
  const calls = actionsOf(contract).map(({ name }) => {
    const call = (payload?: unknown, options: RequestOptions = {}): ConduitRequest =>
      send({ service, action: name, payload, options }, call);
    return [name, call] as const;
  });
  return Object.fromEntries(calls) as unknown as ServiceCalls<Contract>;
}
