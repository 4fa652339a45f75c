/** What a user of TypeScript writes: it has to compile with nothing but the packages, whichever way modules are resolved. */

import { createTestHub, type TestHub } from '@conduit/hub/testing';
import { action, type Conduit, connect, defineService, type Provider, serve } from '@conduit/sdk';
import { defaultLimits } from '@conduit/sdk/protocol/limits';
import { z } from 'zod';

const greeter = defineService('greeter', {
  greet: action({ input: z.object({ name: z.string() }), output: z.object({ greeting: z.string() }) }),
});

export async function main(): Promise<number> {
  const hub: TestHub = await createTestHub();
  const provider: Provider = await serve(greeter, { greet: ({ name }) => ({ greeting: name }) }, { hub: hub.url });
  const conduit: Conduit = await connect(hub.url);
  const { greeting }: { greeting: string } = await conduit.use(greeter).greet({ name: 'Ada' });
  // @ts-expect-error: types that were not found would let this pass
  await conduit.use(greeter).greet({ name: 1 });
  for await (const event of conduit.request('greeter', 'greet')) if (event.type === 'progress') console.log(event.progress);
  await provider.drain();
  return greeting.length + defaultLimits.maxDepth;
}
