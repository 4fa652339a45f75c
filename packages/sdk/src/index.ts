/** Everything that `@conduit/sdk` offers, for clients and services, in browsers and Node. */

export type { Call, ServiceCalls } from './client/calls.ts';
export type { Conduit } from './client/conduit.ts';
export type { FollowedEvent, SnapshotEvent } from './client/events.ts';
export type { Loop } from './client/loop.ts';
export type { ConduitRequest } from './client/request.ts';
export type { RequestOptions } from './client/requests.ts';
export { type ConnectOptions, connect } from './connect.ts';
export type { ConnectionOptions, ConnectionState } from './connection/connection.ts';
export type { TracedRequest, TracedSpan, TracedWork, TracedWorkSpan, Tracing } from './connection/tracing.ts';
export { type Action, type ActionOptions, action, defineService, type ServiceContract } from './contract/contract.ts';
export type { JsonSchema, Received, Schema, Sent } from './contract/schema.ts';
export { isConduitError } from './errors.ts';
export { ConduitError } from './protocol/errors.ts';
export type { Live, Party, RequestObject, ServiceInfo, Stream, Timings } from './protocol/events.ts';
export type { RequestState, TaskState } from './protocol/states.ts';
export {
  type ChildOptions,
  type Children,
  type Handler,
  type Handlers,
  type LooseHandlers,
  type ServeOptions,
  type ServiceContext,
  serve,
} from './serve.ts';
export type { ChunkOptions } from './service/context.ts';
export { ServiceError } from './service/failure.ts';
export type { Provider } from './service/provider.ts';
export type { Amount, Task, TaskOptions } from './service/task.ts';
