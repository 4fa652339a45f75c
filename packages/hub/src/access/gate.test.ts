import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { Gate } from './gate.ts';
import { localIdentity } from './identity.ts';
import { newToken, type TokenRecord } from './token.ts';
import { changeTokens } from './token-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'conduit-gate-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;

/** A gate whose clock and looks are the test's. */
function aGate() {
  files += 1;
  const tokenFile = join(folder, `${files}.json`);
  const logged: string[] = [];
  const clock = { now: Date.UTC(2026, 0, 1) };
  const log = {
    error: (_fields: object, sentence: string) => void logged.push(sentence),
    info: (_fields: object, sentence: string) => void logged.push(sentence),
  };
  const gate = new Gate({ tokenFile, signed: undefined, now: () => clock.now, log });
  const make = async (said: Partial<TokenRecord> = {}) => {
    const createdAt = new Date(clock.now).toISOString();
    const made = newToken({ tenant: 'acme', subject: 'alice', scopes: ['request:*'], createdAt, ...said });
    await changeTokens(tokenFile, (tokens) => [...tokens, made.record]);
    return made;
  };
  return {
    gate,
    tokenFile,
    logged,
    clock,
    make,
    /** Makes a token and lets the gate look. */
    async create(said: Partial<TokenRecord> = {}) {
      const made = await make(said);
      gate.look();
      return made;
    },
    async revoke(record: TokenRecord) {
      await changeTokens(tokenFile, (tokens) => tokens.filter(({ id }) => id !== record.id));
      gate.look();
    },
  };
}

function refusal(gate: Gate, token?: string): unknown {
  try {
    void gate.authenticate(token === undefined ? {} : { token });
  } catch (error) {
    return Reflect.get(Reflect.get(error as object, 'details'), 'reason');
  }
  return undefined;
}

test('without tokens everybody is the one identity, whatever is shown', () => {
  const { gate } = aGate();
  expect(gate.asksForToken).toBe(false);
  expect(gate.authenticate({})).toBe(localIdentity);
  expect(gate.authenticate({ token: 'anything' })).toBe(localIdentity);
});

test('the first token closes the hub to whoever has none, those who are in among them', async () => {
  const { gate, create } = aGate();
  let isEnded = false;
  gate.hold(localIdentity, () => {
    isEnded = true;
  });
  gate.look();
  expect(isEnded).toBe(false);
  const { token, record } = await create();
  expect(isEnded).toBe(true);
  expect(refusal(gate)).toBe('missing');
  expect(refusal(gate, '')).toBe('missing');
  expect(gate.authenticate({ token })).toEqual({ tenant: 'acme', subject: 'alice', scopes: ['request:*'], tokenId: record.id });
});

test('a token counts from the moment it was made, the first one too', async () => {
  const { gate, make } = aGate();
  const one = await make();
  expect(gate.authenticate({ token: one.token })).toMatchObject({ tokenId: one.record.id });
  const other = await make();
  expect(gate.authenticate({ token: other.token })).toMatchObject({ tokenId: other.record.id });
});

test('a wrong token is refused, and so is one with the right id and another secret', async () => {
  const { gate, create } = aGate();
  const [one, other] = [await create(), await create()];
  const forged = `conduit_${one.record.id}_${other.token.split('_').slice(2).join('_')}`;
  for (const token of ['anything', forged, `${one.token} `, 'x'.repeat(1_000)])
    expect(refusal(gate, token), token).toBe('unknown');
  expect(refusal(gate, 'x'.repeat(100_000))).toBe('invalid');
});

test('revoking a token ends what it opened, and nothing else', async () => {
  const { gate, create, revoke } = aGate();
  const [one, other] = [await create(), await create()];
  const ended: string[] = [];
  for (const { token, record } of [one, other]) {
    const identity = gate.authenticate({ token });
    if (identity instanceof Promise) throw new Error('a token of the hub is proved at once');
    gate.hold(identity, () => void ended.push(record.id));
  }
  await revoke(one.record);
  expect(ended).toEqual([one.record.id]);
  expect(refusal(gate, one.token)).toBe('unknown');
  expect(refusal(gate, other.token)).toBeUndefined();
});

test('a token ends when it says, and ends then what it opened', async () => {
  const { gate, create, clock } = aGate();
  const { token } = await create({ expiresAt: new Date(clock.now + 60_000).toISOString() });
  let isEnded = false;
  const identity = gate.authenticate({ token });
  if (identity instanceof Promise) throw new Error('a token of the hub is proved at once');
  gate.hold(identity, () => {
    isEnded = true;
  });
  clock.now += 59_999;
  gate.look();
  expect(isEnded).toBe(false);
  clock.now += 1;
  gate.look();
  expect(isEnded).toBe(true);
  expect(refusal(gate, token)).toBe('expired');
});

test('what was let go before is not ended', async () => {
  const { gate, create } = aGate();
  let times = 0;
  gate.hold(localIdentity, () => (times += 1))();
  await create();
  expect(times).toBe(0);
});

test('a token whose rights are changed in the file opens what it opened anew', async () => {
  const { gate, create, tokenFile } = aGate();
  const { token, record } = await create();
  let isEnded = false;
  const identity = gate.authenticate({ token });
  if (identity instanceof Promise) throw new Error('a token of the hub is proved at once');
  gate.hold(identity, () => {
    isEnded = true;
  });
  await changeTokens(tokenFile, () => [{ ...record, scopes: [] }]);
  gate.look();
  expect(isEnded).toBe(true);
  expect(gate.authenticate({ token })).toMatchObject({ scopes: [] });
});

test('a hub that asked for a token once goes on asking: without one left, and without the file', async () => {
  const { gate, create, revoke, tokenFile } = aGate();
  const { token, record } = await create();
  await revoke(record);
  expect(refusal(gate)).toBe('missing');
  await create();
  rmSync(tokenFile);
  gate.look();
  expect(refusal(gate)).toBe('missing');
  expect(refusal(gate, token)).toBe('unknown');
});

test('a file that gets damaged while the hub runs is logged once, and what was known still counts', async () => {
  const { gate, create, tokenFile, logged } = aGate();
  const { token } = await create();
  writeFileSync(tokenFile, '{');
  gate.look();
  gate.look();
  expect(refusal(gate, token)).toBeUndefined();
  expect(logged.filter((sentence) => sentence.includes('can not be read'))).toHaveLength(1);
});

test('a hub does not start on a file of tokens that it can not read', () => {
  const tokenFile = join(folder, 'damaged.json');
  writeFileSync(tokenFile, '{');
  const log = { error: () => undefined, info: () => undefined };
  expect(() => new Gate({ tokenFile, signed: undefined, now: Date.now, log })).toThrow('are damaged');
});
