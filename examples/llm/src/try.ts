/** Hub, worker and caller in one process, to see the service at work: `npm run try -w examples/llm -- "It is a truth universally"`. */

import { createTestHub } from '@conduit/hub/testing';
import { connect } from '@conduit/sdk';
import { llm } from './contract.ts';
import { serveLlm } from './service.ts';

const [prompt = 'It is a truth universally'] = process.argv.slice(2);
const hub = await createTestHub();
const provider = await serveLlm(process.env, { hub: hub.url, handlesSignals: false });
const conduit = await connect(hub.url);
let isAnnounced = false;
try {
  for await (const event of conduit.use(llm).chat({ prompt })) {
    if (event.type === 'progress' && !isAnnounced) {
      isAnnounced = true;
      console.error(event.message);
    }
    if (event.type === 'chunk') process.stdout.write(event.data);
    if (event.type === 'error') console.error(`${event.error.code}: ${event.error.message}`);
  }
  process.stdout.write('\n');
} finally {
  conduit.close();
  await provider.drain();
  await hub.close();
}
