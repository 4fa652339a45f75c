import { action, defineService } from '@conduit/sdk';
import { ConduitProvider, useConnection, useRequest } from '@conduit/sdk/react';
import type { ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { z } from 'zod';

const greeter = defineService('greeter', {
  greet: action({ input: z.object({ name: z.string() }), chunk: z.string(), output: z.object({ greeted: z.string() }) }),
});

function Greeting(): ReactNode {
  const { start, cancel, isOpen, overall, chunks, result, error } = useRequest(greeter, 'greet');
  return (
    <>
      {isOpen ? (
        <button type="button" onClick={() => cancel()}>
          Stop
        </button>
      ) : (
        <button type="button" onClick={() => start({ name: 'Ada' })}>
          Greet
        </button>
      )}
      <progress value={overall} />
      <p>{chunks.join('')}</p>
      {result && <p>{result.greeted} was greeted</p>}
      {error && <p>{error.message}</p>}
    </>
  );
}

function Line(): ReactNode {
  const { state, error } = useConnection();
  return <p>{error?.message ?? state}</p>;
}

createRoot(document.body.appendChild(document.createElement('div'))).render(
  <ConduitProvider url="https://hub.example.org">
    <Line />
    <Greeting />
  </ConduitProvider>,
);
