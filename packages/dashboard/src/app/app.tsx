/** The dashboard: its pages by their addresses, behind a sign-in where the hub asks for a token. */

import { QueryClientProvider } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { Redirect, Route, Router, Switch } from 'wouter';
import { ApiError } from '../live/api.ts';
import { hubLife } from '../live/hub-life.ts';
import { createQueries, keyOfMe, useMe } from '../live/queries.ts';
import { useStore } from '../live/store.ts';
import { tokenStore } from '../live/token.ts';
import { ClientsPage } from '../pages/clients/clients-page.tsx';
import { ClusterPage } from '../pages/cluster/cluster-page.tsx';
import { OverviewPage } from '../pages/overview/overview-page.tsx';
import { ProvidersPage } from '../pages/providers/providers-page.tsx';
import { RequestsPage } from '../pages/requests/requests-page.tsx';
import { ServicesPage } from '../pages/services/services-page.tsx';
import { Frame } from './frame.tsx';
import { basePath } from './place.ts';
import { SignIn } from './sign-in.tsx';

// What brings a connection of its own comes when it is looked at.
const RequestPage = lazy(async () => ({ default: (await import('../pages/request/request-page.tsx')).RequestPage }));
const ServicePage = lazy(async () => ({ default: (await import('../pages/services/service-page.tsx')).ServicePage }));

const queries = createQueries();
tokenStore.subscribe(() => {
  queries.clear();
  hubLife.restart();
});

// A token that was taken back, or that a hub asks for only now: whoever looks has to show one.
hubLife.state.subscribe(() => {
  if (hubLife.state.value === 'refused') void queries.invalidateQueries({ queryKey: keyOfMe });
});

export function App() {
  // Another token sees other things: nothing of what the former one saw may stay.
  const token = useStore(tokenStore);
  return (
    <QueryClientProvider client={queries}>
      <Router base={basePath}>
        <Admitted key={token ?? ''} />
      </Router>
    </QueryClientProvider>
  );
}

function Admitted() {
  const { error, isAsking } = useMe();
  if (isAsking) return null;
  if (error instanceof ApiError && error.code === 'unauthenticated') {
    return <SignIn why={tokenStore.value === undefined ? undefined : error.message} />;
  }
  return (
    <Frame>
      <Suspense fallback={null}>
        <Switch>
          <Route path="/">
            <OverviewPage />
          </Route>
          <Route path="/requests">
            <RequestsPage />
          </Route>
          <Route path="/requests/:requestId">{({ requestId }) => <RequestPage key={requestId} requestId={requestId} />}</Route>
          <Route path="/services">
            <ServicesPage />
          </Route>
          <Route path="/services/*">{({ '*': name }) => <ServicePage key={name} name={decodeURIComponent(name ?? '')} />}</Route>
          <Route path="/providers">
            <ProvidersPage />
          </Route>
          <Route path="/clients">
            <ClientsPage />
          </Route>
          <Route path="/cluster">
            <ClusterPage />
          </Route>
          <Route>
            <Redirect to="/" replace />
          </Route>
        </Switch>
      </Suspense>
    </Frame>
  );
}
