import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ConfigError, flagOf, jwtOf, readConfig, refuseOpenness, tokenFileOf, variableOf, withDefaults } from './config.ts';
import { defaults, type SettingName, settings } from './contract/config.ts';

const folder = mkdtempSync(join(tmpdir(), 'conduit-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

function aFile(content: object | string): string {
  const path = join(folder, 'conduit.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

/** The sentence that a configuration is refused with. */
function refusal(sources: Partial<Parameters<typeof readConfig>[0]>): string {
  try {
    readConfig({ flags: {}, variables: {}, ...sources });
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('it was accepted');
}

test('a flag comes before its variable, the variable before the file, the file before the default', () => {
  const file = aFile({ port: 1, host: '127.0.0.2', keepHours: 0.5 });
  const config = readConfig({
    flags: { port: '3' },
    variables: { CONDUIT_PORT: '2', CONDUIT_HOST: '127.0.0.3' },
    file,
  });
  expect(config).toMatchObject({ port: 3, host: '127.0.0.3', keepHours: 0.5, progressInterval: 100 });
});

test('an empty variable counts as not said', () => {
  const variables = { CONDUIT_PORT: '', CONDUIT_MEMORY: '', CONDUIT_ALLOW_ORIGIN: '' };
  expect(readConfig({ flags: {}, variables })).toMatchObject({ port: 9100, memory: false, allowOrigin: [] });
});

test('a hub in memory keeps less, unless it is told how much', () => {
  expect(withDefaults({ memory: true })).toMatchObject({ keepHours: 1, keepRequests: 10_000 });
  expect(withDefaults({ memory: true, keepHours: 5 })).toMatchObject({ keepHours: 5, keepRequests: 10_000 });
  expect(withDefaults({})).toMatchObject({ keepHours: 24, keepRequests: 100_000 });
});

test('several origins stand in one variable with commas between them', () => {
  const variables = { CONDUIT_ALLOW_ORIGIN: 'https://a.example.org, https://b.example.org:8443' };
  expect(readConfig({ flags: {}, variables }).allowOrigin).toEqual(['https://a.example.org', 'https://b.example.org:8443']);
});

test('a proxy is said by its address or its subnet', () => {
  for (const text of ['127.0.0.1', '10.0.0.0/8', '::1', '2001:db8::/32']) {
    expect(readConfig({ flags: { trustProxy: [text] }, variables: {} }).trustProxy).toEqual([text]);
  }
  for (const text of ['', 'localhost', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', '::1/129', '*']) {
    expect(refusal({ flags: { trustProxy: [text] } }), text).toContain('or a subnet such as 10.0.0.0/24');
  }
});

describe('what is wrong is told in one sentence: where, what is allowed, what was said', () => {
  test.each([
    ['a flag', { flags: { port: 'abc' } }, '--port must be a whole number from 0 to 65535, not "abc"'],
    ['an empty flag', { flags: { port: '' } }, '--port must be a whole number from 0 to 65535, not ""'],
    ['a number of another base', { flags: { port: '0x10' } }, '--port must be a whole number from 0 to 65535, not "0x10"'],
    ['a variable', { variables: { CONDUIT_DURABILITY: 'all' } }, 'CONDUIT_DURABILITY must be process or power, not "all"'],
    [
      'an origin with a path',
      { flags: { allowOrigin: ['https://a.example.org/app'] } },
      '--allow-origin must be an origin such as https://app.example.org, without a path, or * for any; several have commas between them, not ["https://a.example.org/app"]',
    ],
    [
      'a depth that would end the process',
      { flags: { maxDepth: '5000' } },
      '--max-depth must be a whole number from 4 to 512, not "5000"',
    ],
  ])('%s', (_what, sources, sentence) => {
    expect(refusal(sources)).toBe(sentence);
  });

  test('a value in the file', () => {
    const file = aFile({ memory: 'perhaps' });
    expect(refusal({ file })).toBe(`"memory" in ${file} must be true or false, not "perhaps"`);
  });

  test('true is no number, although it could be read as one', () => {
    const file = aFile({ port: true });
    expect(refusal({ file })).toBe(`"port" in ${file} must be a whole number from 0 to 65535, not true`);
  });

  test('a key that is no setting', () => {
    const file = aFile({ data_dir: '/var/lib/conduit' });
    expect(refusal({ file })).toBe(`${file} has "data_dir", which is no setting; conduit start --help names them`);
  });

  test('a file that is not there, is no JSON, or holds no object', () => {
    expect(refusal({ file: join(folder, 'none.json') })).toContain("none.json can't be read: ENOENT");
    expect(refusal({ file: aFile('{ port: 1 }') })).toContain("conduit.json can't be read: Expected property name");
    expect(refusal({ file: aFile('[]') })).toContain('must hold one JSON object');
  });
});

test('another address than this machine wants to be meant, where no token is asked for', () => {
  for (const host of ['0.0.0.0', '127.example.org', '::', '192.168.1.5']) {
    expect(() => refuseOpenness(withDefaults({ host })), host).toThrow('add --insecure if that is meant');
    refuseOpenness(withDefaults({ host, insecure: true }));
  }
  for (const host of ['localhost', '127.0.0.1', '127.9.9.9', '::1']) refuseOpenness(withDefaults({ host }));
});

test('tokens are in the data folder unless another file is named; in memory only where one is named', () => {
  expect(tokenFileOf(withDefaults({ dataDir: '/data' }))).toBe('/data/tokens.json');
  expect(tokenFileOf(withDefaults({ dataDir: '/data', tokens: '/etc/tokens.json' }))).toBe('/etc/tokens.json');
  expect(tokenFileOf(withDefaults({ memory: true }))).toBeUndefined();
  expect(tokenFileOf(withDefaults({ memory: true, tokens: '/etc/tokens.json' }))).toBe('/etc/tokens.json');
});

test('a key that proves JWTs wants to know whose and for whom', () => {
  expect(jwtOf(withDefaults({}))).toBeUndefined();
  const said = { jwtKey: ['RS256:a.pem'], jwtIssuer: 'https://issuer.example.org', jwtAudience: 'conduit' };
  expect(jwtOf(withDefaults(said))).toEqual({ keys: said.jwtKey, issuer: said.jwtIssuer, audience: 'conduit' });
  expect(() => jwtOf(withDefaults({ ...said, jwtAudience: '' }))).toThrow('--jwt-key wants --jwt-issuer and --jwt-audience');
  const variables = { CONDUIT_JWT_KEY: 'RS256:a.pem, EdDSA:b.pem' };
  expect(readConfig({ flags: {}, variables }).jwtKey).toEqual(['RS256:a.pem', 'EdDSA:b.pem']);
  expect(refusal({ flags: { jwtKey: ['a.pem'] } })).toContain('HS256, RS256 or EdDSA, a colon and a file');
});

test('every setting has a default that it would accept itself, a flag and a variable', () => {
  for (const name of Object.keys(settings) as SettingName[]) {
    if (name !== 'hubId') expect(settings[name].schema.safeParse(defaults[name]).data, name).toEqual(defaults[name]);
  }
  expect(flagOf('maxMessageBytes')).toBe('--max-message-bytes');
  expect(variableOf('maxMessageBytes')).toBe('CONDUIT_MAX_MESSAGE_BYTES');
});
