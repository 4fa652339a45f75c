/** Runs the backend. `CONDUIT_URL` and `CONDUIT_TOKEN` say where the hub is and who this is, `PORT` where browsers find it. */

import { connect } from '@conduit/sdk';
import { backend } from './backend.ts';

const port = Number(process.env['PORT'] ?? 8080);

// One connection for all users: it comes back by itself, and may wait for a hub that starts later than this does.
const conduit = await connect(undefined, { name: 'link checker', connectTimeoutMs: Number.POSITIVE_INFINITY });
const { app, close } = backend(conduit, { leaveMs: Number(process.env['LEAVE_MS'] ?? 10_000) });
const server = app.listen(port, '127.0.0.1', (error) => {
  if (error !== undefined) throw error;
  const address = server.address();
  console.log(`http://127.0.0.1:${typeof address === 'object' ? address?.port : port}/`);
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop);

/** No new calls; streams end, and their browsers come back to whoever runs next. The requests themselves go on: the hub has them. */
function stop(): void {
  close();
  server.close(() => conduit.close());
}
