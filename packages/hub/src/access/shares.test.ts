import { ConduitError } from '@conduit/sdk/protocol/errors';
import { expect, test } from 'vitest';
import { Budget, defaultRates } from './budget.ts';
import { type Identity, localIdentity } from './identity.ts';
import { Shares } from './shares.ts';

const rates = (eventsPerSecond: number) => ({ eventsPerSecond, bytesPerSecond: 1_000 });

function someShares(): Shares {
  return new Shares({
    subject: { maxConnections: 2, rates: rates(10) },
    tenant: { maxConnections: 3, rates: rates(15) },
  });
}

function who(subject: string, tenant = 'acme'): Identity {
  return { tenant, subject, scopes: [], tokenId: `token of ${subject}` };
}

function refusal(shares: Shares, identity: Identity): unknown {
  try {
    shares.admit(identity);
  } catch (error) {
    return error instanceof ConduitError ? error.details?.['limit'] : error;
  }
  return undefined;
}

test('a subject has so many connections, a tenant so many of all its subjects, and another tenant its own', () => {
  const shares = someShares();
  const [leave] = [shares.connected(who('alice')), shares.connected(who('alice'))];
  expect([refusal(shares, who('alice')), refusal(shares, who('bob'))]).toEqual(['max_subject_connections', undefined]);
  shares.connected(who('bob'));
  expect([refusal(shares, who('bob')), refusal(shares, who('bob', 'other'))]).toEqual(['max_tenant_connections', undefined]);
  leave?.();
  expect([refusal(shares, who('alice')), refusal(shares, who('bob'))]).toEqual([undefined, undefined]);
});

test('sessions of one subject share what it may say, and subjects what their tenant may', () => {
  const shares = someShares();
  const open = (identity: Identity) => shares.open(identity, new Budget(defaultRates, 0), 0).meter;
  const [one, two, bob, stranger] = [open(who('alice')), open(who('alice')), open(who('bob')), open(who('bob', 'other'))];
  for (let time = 0; time < 5; time += 1) for (const meter of [one, two]) meter.spend(1);
  expect(one.shortage(0)).toEqual({ limit: 'subject_events_per_second', max: 10, retryAfterMs: 100 });
  expect(two.shortage(0)).toMatchObject({ limit: 'subject_events_per_second' });
  for (let time = 0; time < 5; time += 1) bob.spend(1);
  expect(bob.shortage(0)).toMatchObject({ limit: 'tenant_events_per_second', max: 15 });
  expect(stranger.shortage(0)).toBeUndefined();
  expect(one.shortage(1_000)).toBeUndefined();
});

test('what a subject has used up is remembered as long as it has a session', () => {
  const shares = someShares();
  const [first, second] = [0, 0].map((now) => shares.open(who('alice'), new Budget(defaultRates, now), now));
  first?.meter.spend(2_000);
  first?.close();
  expect(second?.meter.shortage(0)).toMatchObject({ limit: 'subject_bytes_per_second' });
  second?.close();
  const third = shares.open(who('alice'), new Budget(defaultRates, 0), 0);
  expect(third.meter.shortage(0)).toBeUndefined();
});

test('where no token is asked for nobody is limited by what he is', () => {
  const shares = someShares();
  for (let time = 0; time < 10; time += 1) shares.connected(localIdentity);
  expect(refusal(shares, localIdentity)).toBeUndefined();
  const { meter } = shares.open(localIdentity, new Budget(defaultRates, 0), 0);
  for (let time = 0; time < 100; time += 1) meter.spend(1);
  expect(meter.shortage(0)).toBeUndefined();
});
