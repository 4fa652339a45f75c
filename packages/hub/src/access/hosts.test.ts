import { expect, test } from 'vitest';
import { Hosts } from './hosts.ts';

const here = '127.0.0.1';
const lan = '192.168.1.5';

function someHosts({ allowed = [] as string[], asksForToken = false } = {}): Hosts {
  return new Hosts({ allowed, asksForToken: () => asksForToken });
}

test('over loopback only names and addresses of this machine are the hub’s', () => {
  for (const asksForToken of [false, true]) {
    const hosts = someHosts({ asksForToken });
    for (const host of ['localhost:9100', 'LOCALHOST', '127.0.0.1:9100', '[::1]:9100', 'app.localhost', undefined]) {
      expect(hosts.admits(host, here), host).toBe(true);
    }
    for (const host of ['rebound.example:9100', 'localhost.evil.example', 'conduit', 'evil.example.', 'a b', 'x@localhost', '']) {
      expect(hosts.admits(host, '::ffff:127.0.0.1'), host).toBe(false);
    }
  }
});

test('a name that the hub was told of is its own', () => {
  const hosts = someHosts({ allowed: ['https://hub.example.org', 'http://other.example:8080'] });
  expect(hosts.admits('Hub.example.org', here)).toBe(true);
  expect(hosts.admits('other.example:8080', here)).toBe(true);
  expect(hosts.admits('other.example', here)).toBe(false);
  expect(someHosts({ allowed: ['*'] }).admits('anything.example', here)).toBe(true);
});

test('in a network a hub without tokens takes addresses and private names, and none that anybody can register', () => {
  const hosts = someHosts();
  for (const host of ['192.168.1.5:9100', 'conduit:9100', 'conduit.local', 'hub.internal', '[fe80::1]:9100']) {
    expect(hosts.admits(host, lan), host).toBe(true);
  }
  for (const host of ['rebound.example', 'local.evil.example', 'evil.com:9100'])
    expect(hosts.admits(host, lan), host).toBe(false);
});

test('in a network a hub that asks for a token takes any name: a page under it has no token', () => {
  expect(someHosts({ asksForToken: true }).admits('hub.example.org', lan)).toBe(true);
});
