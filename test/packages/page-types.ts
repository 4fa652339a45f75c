/** A page's program: it has to compile with a browser's types alone. */

import { type Conduit, connect } from '@conduit/sdk';

export async function show(element: HTMLElement): Promise<void> {
  const conduit: Conduit = await connect('http://127.0.0.1:9100');
  const result: unknown = await conduit.request('greeter', 'greet', { name: 'Ada' });
  element.textContent = String(result);
  conduit.close();
}
