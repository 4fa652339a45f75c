/** `conduit token` beside a running hub: it notices, tells why it refuses, and closes what was revoked. */

import { expect, test } from 'vitest';
import { command, type Finished, run } from '../support/command.ts';
import { aFolder } from '../support/folder.ts';
import { aHubProcess, type HubProcess } from '../support/hub-process.ts';
import { aPeer, aWorker, echo, type Peer } from '../support/peer.ts';
import type { WireError } from '../support/wire.ts';

async function token(hub: HubProcess, ...args: string[]): Promise<Finished> {
  return await run(['token', ...args, '--data-dir', hub.dataDir]);
}

async function create(hub: HubProcess, subject: string, ...args: string[]): Promise<{ token: string; id: string }> {
  const { stdout, stderr, code } = await token(hub, 'create', subject, ...args);
  expect([code, stderr]).toEqual([0, expect.stringContaining('it is shown only now')]);
  const made = stdout.trim();
  return { token: made, id: made.split('_')[1] ?? '' };
}

/** What nobody may show: what follows the id, which may have an underscore of its own. */
function secretOf(made: string): string {
  return made.split('_').slice(2).join('_');
}

/** Why the hub does not let the peer in. */
async function refused(peer: Peer): Promise<WireError> {
  return await new Promise((resolve, reject) => {
    const patience = setTimeout(() => reject(new Error('nothing was refused in 30 s')), 30_000);
    peer.socket.on('connect_error', (error: Error & { data?: WireError }) => {
      if (error.data === undefined) return;
      clearTimeout(patience);
      resolve(error.data);
    });
  });
}

test('from its first token on a running hub asks for one, and says so to everybody', async () => {
  const hub = await aHubProcess();
  const before = aPeer(hub.url);
  await before.ok('register', { type: 'client' });
  const gone = before.disconnected();
  const told = refused(before);
  const { token: made } = await create(hub, 'alice', '--scope', 'request:*', 'provide:echo');
  const createdAt = performance.now();
  await gone;
  expect(performance.now() - createdAt).toBeLessThan(1_000);
  expect(await told).toMatchObject({ code: 'unauthenticated', retryable: false, details: { reason: 'missing' } });
  // What is refused for good stays away by itself.
  expect(before.socket.active).toBe(false);

  const worker = await aWorker(hub.url, 'echo', { work: echo, auth: { token: made } });
  expect(await worker.finish({ to: 'echo', action: 'say', payload: 1 })).toMatchObject({ name: 'result', body: { result: 1 } });
  expect((await worker.refusal('register', { type: 'service', name: 'other' })).code).toBe('forbidden');
});

test('a first token that no hub reads promises nothing', async () => {
  const folder = aFolder();
  const { stderr } = await run(['token', 'create', 'ann', '--scope', 'admin', '--data-dir', folder]);
  expect(stderr).toContain(`None has its data in ${folder} now`);
  expect(stderr).not.toContain('from now on the hub asks');
});

test('revoking closes what the token opened within a second, and nobody comes back with it', async () => {
  const hub = await aHubProcess();
  const [alice, bob] = [await create(hub, 'alice', '--scope', 'request:*'), await create(hub, 'bob', '--scope', 'provide:*')];
  const client = aPeer(hub.url, { auth: { token: alice.token } });
  const worker = await aWorker(hub.url, 'echo', { work: echo, auth: { token: bob.token } });
  await client.ok('register', { type: 'client' });
  const { session_id, session_token } = client.session;
  const [gone, told] = [client.disconnected(), refused(client)];
  expect(await token(hub, 'revoke', alice.id)).toMatchObject({ code: 0, stderr: expect.stringContaining('is revoked') });
  const revokedAt = performance.now();
  await gone;
  expect(performance.now() - revokedAt).toBeLessThan(1_000);
  expect(await told).toMatchObject({ code: 'unauthenticated', details: { reason: 'unknown' } });
  expect(worker.socket.connected).toBe(true);

  // The session's own token proves nothing by itself, and nothing to another subject.
  const replayed = aPeer(hub.url, { auth: { token: bob.token } });
  const answer = await replayed.ok('register', { type: 'client', resume: { session_id, session_token } });
  expect(answer).toMatchObject({ resumed: false });
  expect(answer.session_id).not.toBe(session_id);
});

test('a client that gives a new token when it comes back is the session it was', async () => {
  const hub = await aHubProcess();
  const [first, second] = [
    await create(hub, 'alice', '--scope', 'request:*'),
    await create(hub, 'alice', '--scope', 'request:*'),
  ];
  let shown = first.token;
  const client = aPeer(hub.url, { auth: (give: (auth: object) => void) => give({ token: shown }) });
  const { session_id } = await client.ok('register', { type: 'client' });
  shown = second.token;
  const gone = client.disconnected();
  await token(hub, 'revoke', first.id);
  await gone;
  await client.connected();
  expect(await client.ok('register', { type: 'client' })).toMatchObject({ session_id, resumed: true });
  expect(client.socket.recovered).toBe(true);
});

test('a token in the address is refused, and told to be worth nothing', async () => {
  const hub = await aHubProcess();
  const { token: made } = await create(hub, 'alice', '--scope', 'request:*');
  for (const query of [{ token: made }, { access_token: made }]) {
    expect(await refused(aPeer(hub.url, { query }))).toMatchObject({
      code: 'unauthenticated',
      details: { reason: 'in_query' },
    });
  }
  expect(hub.output).not.toContain(secretOf(made));
});

test('conduit call shows its token, and says what is missing', async () => {
  const hub = await aHubProcess();
  const { token: made } = await create(hub, 'alice', '--scope', 'request:echo', 'provide:echo');
  await aWorker(hub.url, 'echo', { work: echo, auth: { token: made } });
  const call = ['call', 'echo', 'say', '"hello"', '--url', hub.url];
  expect(await run(call, { env: { CONDUIT_TOKEN: made } })).toMatchObject({ code: 0, stdout: '"hello"\n' });
  expect(await run([...call, '--token', made])).toMatchObject({ code: 0 });
  expect(await run(call)).toMatchObject({ code: 77, stderr: expect.stringContaining('asks for a token') });
  expect(await run(['call', 'other', 'say', '--url', hub.url, '--token', made])).toMatchObject({
    code: 77,
    stderr: expect.stringContaining('this token does not allow request:other'),
  });
});

test('tokens are listed without their secrets, and one that is not there is named', async () => {
  const hub = await aHubProcess();
  const none = await token(hub, 'list');
  expect([none.code, none.stdout, none.stderr]).toEqual([0, '', expect.stringContaining('the hub asks for none')]);
  const one = await create(hub, 'alice', '--tenant', 'acme', '--scope', 'request:*', 'admin', '--expires-in', '90d');
  const other = await create(hub, 'bob', '--scope', 'operator');
  const { stdout } = await token(hub, 'list');
  expect(stdout).toMatch(new RegExp(`^${one.id}  acme/alice  request:\\* admin  until \\d{4}-.*Z$`, 'm'));
  expect(stdout).toContain(`${other.id}  local/bob  operator  until it is revoked`);
  expect(stdout).not.toContain(secretOf(one.token));
  const [line] = (await token(hub, 'list', '--json')).stdout.split('\n');
  expect(JSON.parse(line ?? '')).toMatchObject({ id: one.id, tenant: 'acme', subject: 'alice', scopes: ['request:*', 'admin'] });
  const revoked = await token(hub, 'revoke', other.id, '0123456789ab');
  expect(revoked.code).toBe(1);
  expect(revoked.stderr).toContain(`Token ${other.id} is revoked`);
  expect(revoked.stderr).toContain('there is no token 0123456789ab');
});

test.each([
  ['a scope that is none', ['create', 'alice', '--scope', 'everything'], 'a scope is request:<glob>'],
  ['no scope', ['create', 'alice'], "required option '--scope"],
  ['a tenant with a space', ['create', 'alice', '--scope', 'admin', '--tenant', 'a b'], 'no spaces'],
  ['a time that is none', ['create', 'alice', '--scope', 'admin', '--expires-in', 'soon'], 'such as 30m, 12h or 90d'],
])('%s is refused before anything is written', async (_what, args, sentence) => {
  const { code, stdout, stderr } = await run(['token', ...args, '--data-dir', '/nonexistent/conduit']);
  expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining(sentence)]);
});

test('a hub with tokens may listen for other machines without --insecure', async () => {
  const hub = await aHubProcess();
  await create(hub, 'alice', '--scope', 'request:*');
  await hub.kill('SIGTERM');
  const open = await run(['start', '--host', '0.0.0.0', '--memory', '--port', '0']);
  expect([open.code, open.stderr]).toEqual([2, expect.stringContaining('make one with conduit token create, or add --insecure')]);
  const again = command(['start', '--host', '0.0.0.0', '--port', '0', '--data-dir', hub.dataDir]);
  await again.printed('It asks for a token');
});
