/** What a user of React writes: it has to compile with nothing but the packages and React's own types. */

import { action, defineService } from '@conduit/sdk';
import { ConduitProvider, useRequest, useRequestById } from '@conduit/sdk/react';
import type { ReactNode } from 'react';
import { z } from 'zod';

const greeter = defineService('greeter', {
  greet: action({ input: z.object({ name: z.string() }), chunk: z.string(), output: z.object({ greeted: z.string() }) }),
});

function Greeting({ id }: { readonly id: string | undefined }): ReactNode {
  const { start, chunks, result } = useRequest(greeter, 'greet');
  const { state } = useRequestById(id, { action: greeter.greet });
  // @ts-expect-error: types that were not found would let this pass
  const wrong = () => start({ name: 1 });
  return (
    <button type="button" onClick={() => void start({ name: 'Ada' })} onBlur={wrong}>
      {chunks.join('')} {result?.greeted} {state}
    </button>
  );
}

export function App(): ReactNode {
  return (
    <ConduitProvider url="https://hub.example.org">
      <Greeting id={undefined} />
    </ConduitProvider>
  );
}
