/** Components that show all that the hooks tell, in strict mode: `?hub=` says where the hub is. The test drives them by their buttons. */

import { action, connect, defineService } from '@conduit/sdk';
import { ConduitProvider, useConduit, useConnection, useRequest, useRequestById, useServices } from '@conduit/sdk/react';
import { type ReactNode, StrictMode, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { z } from 'zod';

const writer = defineService('writer', {
  write: action({ input: z.object({ words: z.array(z.string()) }), chunk: z.string(), output: z.object({ count: z.int() }) }),
});

/** What an element says: one for each thing that is told. */
function Told({ name, children }: { readonly name: string; readonly children: unknown }): ReactNode {
  return <output aria-label={name}>{typeof children === 'string' ? children : JSON.stringify(children)}</output>;
}

let renders = 0;

function Writing({ cancelOnUnmount }: { readonly cancelOnUnmount: boolean }): ReactNode {
  const { start, cancel, reset, ...view } = useRequest(writer, 'write', { cancelOnUnmount, keptBytes: 10_000 });
  renders += 1;
  const asked = new URLSearchParams(location.search);
  const flood = Array.from({ length: Number(asked.get('flood')) }, (_, at) => `word-${at}`);
  const isEager = asked.has('eager');
  useEffect(() => {
    if (isEager) start({ words: ['at', 'once'] });
  }, [isEager, start]);
  const words = flood.length > 0 ? flood : (asked.get('words') ?? 'one two three').split(' ');
  return (
    <section>
      <button type="button" onClick={() => start({ words })}>
        start
      </button>
      <button type="button" onClick={() => cancel('enough')}>
        cancel
      </button>
      <button type="button" onClick={reset}>
        reset
      </button>
      <Told name="id">{view.requestId ?? ''}</Told>
      <Told name="state">{view.state}</Told>
      <Told name="attempt">{view.attempt}</Told>
      <Told name="tasks">{view.tasks.map(({ taskId, state, progress }) => [taskId, state, progress])}</Told>
      <Told name="text">{view.chunks.join(' ')}</Told>
      <Told name="streamed">{view.streams.map(({ chunks, dropped }) => ({ chunks, dropped }))}</Told>
      <Told name="result">{view.result?.count ?? null}</Told>
      <Told name="error">{view.error?.code ?? ''}</Told>
      <Told name="renders">{renders}</Told>
    </section>
  );
}

function Following(): ReactNode {
  const [id, setId] = useState('');
  const view = useRequestById(id === '' ? undefined : id, { action: writer.write });
  return (
    <section>
      <input aria-label="follow" value={id} onChange={({ target }) => setId(target.value)} />
      <Told name="followed">{[view.state, view.chunks.join(' '), view.result?.count ?? null, view.error?.code ?? null]}</Told>
    </section>
  );
}

function Around(): ReactNode {
  const { state, error } = useConnection();
  const { data, error: failure } = useServices();
  const conduit = useConduit();
  return (
    <section>
      <Told name="connection">{error === undefined ? state : `${state}: ${error.code}`}</Told>
      <Told name="services">
        {data?.map(({ name, providers }) => `${name} ${providers.length}`) ?? failure?.code ?? 'unknown'}
      </Told>
      <button type="button" onClick={() => conduit.close()}>
        close
      </button>
    </section>
  );
}

function App(): ReactNode {
  const asked = new URLSearchParams(location.search);
  const [url, setUrl] = useState(asked.get('hub') ?? '');
  const [isThere, setIsThere] = useState(true);
  return (
    <ConduitProvider url={url} options={{ name: 'a page' }}>
      <Around />
      <Following />
      {isThere && <Writing cancelOnUnmount={asked.has('cancels')} />}
      <button type="button" onClick={() => setIsThere(false)}>
        leave
      </button>
      <button type="button" onClick={() => setUrl(asked.get('other') ?? '')}>
        other hub
      </button>
    </ConduitProvider>
  );
}

/** With a connection of the page's own. */
function Given(): ReactNode {
  const [conduit, setConduit] = useState<Awaited<ReturnType<typeof connect>>>();
  useEffect(() => {
    let isLeft = false;
    const opening = connect(new URLSearchParams(location.search).get('hub') ?? '');
    // In strict mode there are two, and the first may come last.
    opening.then((opened) => (isLeft ? opened.close() : setConduit(opened)));
    return () => {
      isLeft = true;
      void opening.then((opened) => opened.close());
    };
  }, []);
  if (conduit === undefined) return 'connecting';
  return (
    <ConduitProvider conduit={conduit}>
      <Around />
    </ConduitProvider>
  );
}

const root = document.getElementById('root');
if (root === null) throw new Error('the page has no #root');
createRoot(root).render(<StrictMode>{location.search.includes('given') ? <Given /> : <App />}</StrictMode>);
