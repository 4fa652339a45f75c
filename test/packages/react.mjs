// A component of a user's, rendered without a page: `CONDUIT_URL` says where the hub is. It ends by itself once nothing is left open.
import { serve } from '@conduit/sdk';
import { ConduitProvider, useConnection, useRequest, useServices } from '@conduit/sdk/react';
import { createElement, StrictMode, useEffect, version } from 'react';
import { act, create } from 'react-test-renderer';

// What renders outside of `act` is what a page does too.
globalThis.IS_REACT_ACT_ENVIRONMENT = false;
const url = process.env.CONDUIT_URL;
const provider = await serve('greeter', {
  async *greet({ name }) {
    yield 'Hello, ';
    return { greeted: name };
  },
});

let seen;
const isGreeted = new Promise((resolve) => {
  seen = resolve;
});

function Greeting() {
  const { state: connection } = useConnection();
  const { data: services } = useServices();
  const { start, state, chunks, result } = useRequest('greeter', 'greet');
  useEffect(() => void start({ name: `React ${version.split('.')[0]}` }), [start]);
  const offered = services?.map(({ name }) => name).join(' ');
  if (state === 'completed' && offered !== undefined) seen([connection, offered, state, ...chunks, result.greeted].join(' '));
  return null;
}

const tree = createElement(StrictMode, null, createElement(ConduitProvider, { url }, createElement(Greeting)));
let rendered;
await act(async () => {
  rendered = create(tree);
});
console.log(await isGreeted);
rendered.unmount();
await provider.drain();
