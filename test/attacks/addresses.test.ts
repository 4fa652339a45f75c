/** Attacks by how many come from one address: behind a proxy, which tells whom it speaks for. */

import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { anAttackedHub } from '../support/attacked-hub.ts';

const hub = anAttackedHub({ args: ['--trust-proxy', '127.0.0.1', '--max-address-requests', '1000'] });

/** Asks for a WebSocket as the proxy does, and keeps it. @returns the status of the answer. */
async function statusOf(address: string): Promise<string> {
  const socket = hub.socket();
  socket.write(
    `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: ${address}\r\n` +
      'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
  );
  const [data] = (await once(socket, 'data')) as [Buffer];
  return data.toString().split(' ')[1] ?? '';
}

test('of 300 connections from one address 256 are let in, whatever it writes before its own, and another address finds room', async () => {
  const statuses = await Promise.all(
    Array.from({ length: 300 }, async (_, at) => await statusOf(`10.0.0.${at % 256}, 203.0.113.7`)),
  );
  expect(statuses.filter((status) => status === '101')).toHaveLength(256);
  expect(statuses.filter((status) => status === '429')).toHaveLength(44);
  expect(await statusOf('203.0.113.8')).toBe('101');
});

test('one network of IPv6 is one address', async () => {
  const statuses = await Promise.all(
    Array.from({ length: 300 }, async (_, at) => await statusOf(`2001:db8:0:1:${(at + 1).toString(16)}::1`)),
  );
  expect(statuses.filter((status) => status === '101')).toHaveLength(256);
  expect(await statusOf('2001:db8:0:2::1')).toBe('101');
});

describe('by how often one asks', () => {
  // So few that a machine which has other things to do asks more often too.
  const busy = anAttackedHub({ args: ['--trust-proxy', '127.0.0.1', '--max-address-requests', '50'] });

  test('an address that asks thousands of times a second is told to wait, and another is not', async () => {
    const ask = async (address: string): Promise<number> =>
      (await fetch(`${busy.url}/healthz`, { headers: { 'x-forwarded-for': address } })).status;
    const statuses: number[] = [];
    for (let round = 0; round < 15; round += 1) {
      statuses.push(...(await Promise.all(Array.from({ length: 200 }, async () => await ask('203.0.113.9')))));
    }
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
    expect(await ask('203.0.113.10')).toBe(200);
  });
});
