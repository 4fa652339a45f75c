// A user's first program, as a module. `CONDUIT_URL` says where the hub is.
import { connect, isConduitError, serve } from '@conduit/sdk';

const provider = await serve('greeter', { greet: ({ name }) => `Hello, ${name}!` });
const conduit = await connect();
console.log(await conduit.request('greeter', 'greet', { name: 'import' }));
const error = await conduit.request('nobody', 'greet').catch((thrown) => thrown);
console.log(isConduitError(error, 'service_not_found'));
conduit.close();
await provider.drain();
