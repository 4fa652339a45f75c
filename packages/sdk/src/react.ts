/** Everything that `@conduit/sdk/react` offers: requests, services and the connection, live in components. Needs React 18 or later. */

'use client';

export { type ConnectionView, useConnection } from './react/connection.ts';
export { ConduitProvider, type ConduitProviderProps, useConduit } from './react/provider.ts';
export { type FollowOptions, type UsedRequest, type UseRequestOptions, useRequest, useRequestById } from './react/request.ts';
export { type ServicesView, useServices } from './react/services.ts';
export type { RequestView, StreamView, TaskView, ViewState } from './react/view.ts';
