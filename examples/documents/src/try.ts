/** Hub, worker and caller in one process, to see the service at work: `npm run try -w examples/documents -- document:rechnung.pdf`. */

import { createTestHub } from '@conduit/hub/testing';
import { connect } from '@conduit/sdk';
import { documents } from './contract.ts';
import { serveDocuments } from './service.ts';

const [url = 'document:annual-report.pdf'] = process.argv.slice(2);
const hub = await createTestHub();
const provider = await serveDocuments({ hub: hub.url, handlesSignals: false });
const conduit = await connect(hub.url);
try {
  for await (const event of conduit.use(documents).process({ url })) {
    if (event.type === 'progress')
      console.error(`${event.taskId}: ${Math.round((event.progress ?? 0) * 100)}% ${event.message ?? ''}`);
    if (event.type === 'chunk') process.stdout.write(String(event.data));
    if (event.type === 'error') console.error(`${event.error.code}: ${event.error.message}`);
  }
} finally {
  conduit.close();
  await provider.drain();
  await hub.close();
}
