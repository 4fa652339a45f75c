/** Puts the page into its document. `?hub=` says where the hub is. */

import './style.css';
import { ConduitProvider } from '@conduit/sdk/react';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Checker } from './checker.tsx';
import { Connection } from './connection.tsx';

const root = document.getElementById('root');
if (root === null) throw new Error('the page has no #root');
const hub = new URLSearchParams(location.search).get('hub') ?? 'http://127.0.0.1:9100';

createRoot(root).render(
  <StrictMode>
    <ConduitProvider url={hub}>
      <main>
        <Connection />
        <Checker />
      </main>
    </ConduitProvider>
  </StrictMode>,
);
