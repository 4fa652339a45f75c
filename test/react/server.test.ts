/** On a server the hooks render what is known before anything is asked, and open nothing. */

import { ConduitProvider, useConduit, useConnection, useRequest, useRequestById, useServices } from '@conduit/sdk/react';
import { createElement, type ReactNode } from 'react';
import { renderToString } from 'react-dom/server';
import { expect, test } from 'vitest';

function All(): ReactNode {
  const { state } = useConnection();
  const { data } = useServices();
  const request = useRequest('writer', 'write');
  const followed = useRequestById('01a20a5b-8c93-7de4-826d-1a323d009bf6');
  return [state, String(data), request.state, followed.state].join(' ');
}

test('everything is connecting, unknown and idle', () => {
  const tree = createElement(ConduitProvider, { url: 'http://127.0.0.1:1' }, createElement(All));
  expect(renderToString(tree)).toBe('connecting undefined idle idle');
});

test('outside of a provider a hook says what is missing', () => {
  const Lost = (): ReactNode => useConduit().url;
  expect(() => renderToString(createElement(Lost))).toThrow('put the component into a <ConduitProvider>');
});
