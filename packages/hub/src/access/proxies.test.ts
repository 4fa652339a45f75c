import { expect, test } from 'vitest';
import { Proxies, placeOf } from './proxies.ts';

test('without a trusted proxy a request comes from where its connection comes from, whatever it says', () => {
  const proxies = new Proxies([]);
  expect(proxies.addressOf('198.51.100.7', '203.0.113.1')).toBe('198.51.100.7');
  expect(proxies.addressOf('::ffff:198.51.100.7', undefined)).toBe('198.51.100.7');
  expect(proxies.addressOf(undefined, undefined)).toBe('');
});

test('what the trusted proxy appended counts, and not what the peer wrote before it', () => {
  const proxies = new Proxies(['127.0.0.1']);
  expect(proxies.addressOf('127.0.0.1', '203.0.113.1')).toBe('203.0.113.1');
  expect(proxies.addressOf('127.0.0.1', '10.9.9.9, 192.0.2.66, 203.0.113.1')).toBe('203.0.113.1');
  expect(proxies.addressOf('127.0.0.1', undefined)).toBe('127.0.0.1');
});

test('a chain of trusted proxies is followed to the first that is not', () => {
  const proxies = new Proxies(['127.0.0.1', '10.0.0.0/24', '2001:db8::/32']);
  expect(proxies.addressOf('::ffff:127.0.0.1', '192.0.2.66, 203.0.113.1, 2001:db8::5, 10.0.0.9')).toBe('203.0.113.1');
});

test('what is no address ends the search at the proxy', () => {
  const proxies = new Proxies(['127.0.0.1']);
  for (const forwarded of ['unknown', '', '203.0.113.1, ', '"; drop', '999.1.1.1']) {
    expect(proxies.addressOf('127.0.0.1', forwarded), forwarded).toBe('127.0.0.1');
  }
});

test('ports that a proxy appends are no part of an address', () => {
  const proxies = new Proxies(['127.0.0.1']);
  expect(proxies.addressOf('127.0.0.1', '203.0.113.1:4711')).toBe('203.0.113.1');
  expect(proxies.addressOf('127.0.0.1', '[2001:db8::1]:4711')).toBe('2001:db8::1');
});

test('this machine and the proxies are not limited by their address', () => {
  const proxies = new Proxies(['10.0.0.0/24']);
  expect(['127.0.0.1', '127.9.9.9', '::1', '10.0.0.77'].every((address) => proxies.isExempt(address))).toBe(true);
  expect(['10.0.1.1', '203.0.113.1', '', '2001:db8::1'].some((address) => proxies.isExempt(address))).toBe(false);
});

test('an address of IPv6 counts with the network that one customer has', () => {
  expect(placeOf('203.0.113.1')).toBe('203.0.113.1');
  expect(placeOf('2001:db8:0:7::1')).toBe(placeOf('2001:0DB8::7:ffff:ffff:ffff:fffe'));
  expect(placeOf('2001:db8:0:8::1')).not.toBe(placeOf('2001:db8:0:7::1'));
  expect(placeOf('::1')).toBe('0:0:0:0::/64');
});
