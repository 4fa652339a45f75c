// The same by `require`, with a hub of its own as users' tests have it.
const { createTestHub } = require('@conduit/hub/testing');
const { connect, serve } = require('@conduit/sdk');
const { defaultLimits } = require('@conduit/sdk/protocol/limits');

async function main() {
  const hub = await createTestHub();
  const provider = await serve('greeter', { greet: ({ name }) => `Hello, ${name}!` }, { hub: hub.url });
  const conduit = await connect(hub.url);
  console.log(await conduit.request('greeter', 'greet', { name: 'require' }));
  console.log(defaultLimits.maxDepth > 0);
  const script = await fetch(`${hub.url}/sdk/conduit.js`);
  console.log(script.status, script.headers.get('content-type'));
  const docs = await fetch(`${hub.url}/docs/`);
  console.log(docs.status, docs.headers.get('content-type'));
  conduit.close();
  await provider.drain();
  await hub.close();
}

void main();
