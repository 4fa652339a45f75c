/** Two tenants, two subjects in each, and whoever administers, observes or operates: what each of them may say of a request of Ann's, event by event. */

import type { Socket } from 'socket.io-client';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { identities } from '../testing/asked.ts';
import { type Served, serve } from '../testing/served.ts';

const scopes = {
  'ann-acme': ['request:llm', 'provide:llm'],
  'bob-acme': ['request:llm', 'provide:llm'],
  'eye-acme': ['observe:llm'],
  'root-acme': ['admin', 'request:*'],
  'op-acme': ['operator'],
  'ann-evil': ['request:*', 'provide:*', 'observe:*', 'admin', 'operator'],
  'bob-evil': ['request:*', 'provide:*'],
};

/** `holder` is the connection that was handed the request, `ann` the one that sent it, `twin` another one of hers. */
const columns = ['holder', 'ann', 'twin', 'bob', 'eye', 'root', 'op', 'ann@evil', 'bob@evil'] as const;
type Who = (typeof columns)[number];

const tokens: Readonly<Record<Who, keyof typeof scopes>> = {
  holder: 'ann-acme',
  ann: 'ann-acme',
  twin: 'ann-acme',
  bob: 'bob-acme',
  eye: 'eye-acme',
  root: 'root-acme',
  op: 'op-acme',
  'ann@evil': 'ann-evil',
  'bob@evil': 'bob-evil',
};

const outcomes = {
  ok: undefined,
  none: 'request_not_found',
  lost: 'not_assigned',
  deny: 'forbidden',
  gone: 'service_not_found',
  dupe: 'duplicate_request',
  over: 'already_finished',
} as const;
type Outcome = keyof typeof outcomes;

/** What the refused are refused with. `dupe` alone tells something: that the id is taken. */
const running = `
                                holder ann  twin bob  eye  root op   ann@evil bob@evil
register as a client            ok     ok   ok   ok   ok   ok   ok   ok       ok
register as the service         ok     ok   ok   ok   deny deny deny ok       ok
request                         ok     ok   ok   ok   deny ok   deny gone     gone
request again by its id         ok     ok   ok   dupe deny dupe deny dupe     dupe
request as its child            ok     lost lost lost deny lost deny lost     lost
watch                           ok     ok   ok   none ok   ok   none none     none
watch from the beginning        ok     ok   ok   none ok   ok   none none     none
unwatch                         ok     ok   ok   none ok   ok   none none     none
get                             ok     ok   ok   none ok   ok   none none     none
get all of it                   ok     ok   ok   none ok   ok   none none     none
cancel                          ok     ok   ok   none none ok   none none     none
services                        ok     ok   ok   ok   ok   ok   ok   ok       ok
drain                           ok     gone gone gone gone gone gone gone     gone
unregister                      ok     gone gone gone gone gone gone gone     gone
drain everything of its own     ok     ok   ok   ok   ok   ok   ok   ok       ok
tasks                           ok     lost lost lost lost lost lost lost     lost
progress                        ok     lost lost lost lost lost lost lost     lost
progress without an attempt     ok     lost lost lost lost lost lost lost     lost
progress with a number          ok     lost lost lost lost lost lost lost     lost
chunk                           ok     lost lost lost lost lost lost lost     lost
task_result                     ok     lost lost lost lost lost lost lost     lost
task_error                      ok     lost lost lost lost lost lost lost     lost
result                          ok     lost lost lost lost lost lost lost     lost
error                           ok     lost lost lost lost lost lost lost     lost
reject                          ok     lost lost lost lost lost lost lost     lost
progress of an attempt to come  lost   lost lost lost lost lost lost lost     lost
`;

/** The same, once it has ended. */
const ended = `
                                holder ann  twin bob  eye  root op   ann@evil bob@evil
request again by its id         ok     ok   ok   dupe deny dupe deny dupe     dupe
request as its child            lost   lost lost lost deny lost deny lost     lost
watch                           ok     ok   ok   none ok   ok   none none     none
watch from the beginning        ok     ok   ok   none ok   ok   none none     none
unwatch                         ok     ok   ok   none ok   ok   none none     none
get all of it                   ok     ok   ok   none ok   ok   none none     none
cancel                          ok     ok   ok   none none ok   none none     none
result                          ok     lost lost lost lost lost lost lost     lost
progress                        over   lost lost lost lost lost lost lost     lost
error                           over   lost lost lost lost lost lost lost     lost
`;

/** The same, once its holder turned it down and another worker of Ann's has it. */
const handedOn = `
                                holder ann  twin bob  eye  root op   ann@evil bob@evil
progress                        lost   lost lost lost lost lost lost lost     lost
result                          lost   lost lost lost lost lost lost lost     lost
progress without an attempt     lost   lost lost lost lost lost lost lost     lost
request as its child            lost   lost lost lost deny lost deny lost     lost
`;

type Say = (about: { readonly id: string; readonly service: string }) => readonly [event: string, body: object];
const attempt = 1;
const work =
  (event: string, more: object = {}): Say =>
  ({ id }) => [event, { request_id: id, attempt, ...more }];
const ask =
  (event: string, more: object = {}): Say =>
  ({ id }) => [event, { request_id: id, ...more }];
const error = { message: 'no' };

const events: Readonly<Record<string, Say>> = {
  'register as a client': () => ['register', { type: 'client' }],
  'register as the service': ({ service }) => ['register', { type: 'service', name: service }],
  request: ({ service }) => ['request', { to: service, action: 'go' }],
  'request again by its id': ({ id }) => ['request', { to: 'llm', action: 'go', payload: 'a secret', request_id: id }],
  'request as its child': ({ id }) => ['request', { to: 'llm', action: 'go', parent: { request_id: id } }],
  watch: ask('watch'),
  'watch from the beginning': ask('watch', { after_seq: 0 }),
  unwatch: ask('unwatch'),
  get: ask('get'),
  'get all of it': ask('get', { include: ['payload', 'result', 'streams'] }),
  cancel: ask('cancel'),
  services: () => ['services', {}],
  drain: ({ service }) => ['drain', { name: service }],
  unregister: ({ service }) => ['unregister', { name: service }],
  'drain everything of its own': () => ['drain', {}],
  tasks: work('tasks', { tasks: [{ task_id: 'a' }] }),
  progress: work('progress', { progress: 0.5 }),
  'progress without an attempt': ask('progress', { progress: 0.5 }),
  'progress with a number': work('progress', { progress: 0.5, n: 1 }),
  'progress of an attempt to come': ask('progress', { progress: 0.5, attempt: 2 }),
  chunk: work('chunk', { data: 'text' }),
  task_result: work('task_result', { task_id: 'a' }),
  task_error: work('task_error', { task_id: 'a', error }),
  result: work('result', { result: 'stolen' }),
  error: work('error', { error }),
  reject: work('reject'),
};

interface Cell {
  readonly what: string;
  readonly who: Who;
  readonly outcome: Outcome;
}

function cellsOf(table: string): Cell[] {
  const [head = '', ...rows] = table.trim().split('\n');
  expect(head.trim().split(/ +/)).toEqual(columns);
  return rows.flatMap((row) => {
    const [what = '', ...said] = row.split(/ {2,}| (?=(?:ok|none|lost|deny|gone|dupe|over)\b)/).filter((part) => part !== '');
    expect(said, what).toHaveLength(columns.length);
    return columns.map((who, at) => ({ what, who, outcome: said[at] as Outcome }));
  });
}

interface Answer extends Record<string, unknown> {
  readonly ok: boolean;
  readonly error?: { readonly code: string };
}

const nobodys = { id: '0190a000-0000-7000-8000-00000000ffff', service: 'never' };

let hub: Served;
let holder: Socket;
let ann: Socket;
let own: string;

beforeEach(async () => {
  hub = await serve({ authenticate: identities(scopes) });
  holder = await hub.connect({ auth: { token: tokens.holder } });
  await holder.emitWithAck('register', { type: 'service', name: 'llm' });
  ann = await hub.connect({ auth: { token: tokens.ann } });
  const handed = new Promise((resolve) => holder.once('request', resolve));
  ({ request_id: own } = await ann.emitWithAck('request', { to: 'llm', action: 'go', payload: 'a secret' }));
  await handed;
});
afterEach(async () => {
  expect(hub.errors).toEqual([]);
  await hub.close();
});

async function socketOf(who: Who): Promise<Socket> {
  if (who === 'holder') return holder;
  return who === 'ann' ? ann : await hub.connect({ auth: { token: tokens[who] } });
}

/** The request as its owner sees it. */
async function seen(): Promise<unknown> {
  return await ann.emitWithAck('get', { request_id: own, include: ['payload', 'result', 'streams'] });
}

function withoutNames(answer: unknown, { id, service }: typeof nobodys): string {
  return JSON.stringify(answer).replaceAll(id, '<id>').replaceAll(service, '<service>');
}

function isOfService(what: string): boolean {
  return JSON.stringify(events[what]?.(nobodys)).includes(nobodys.service);
}

/** Without an acknowledgement a refusal is an event. */
async function refusedEvent(socket: Socket, event: string, body: object): Promise<unknown> {
  const refused = new Promise((resolve) => socket.once('refused', resolve));
  socket.emit(event, body);
  return await refused;
}

async function say({ what, who, outcome }: Cell): Promise<void> {
  const socket = await socketOf(who);
  const real = { id: own, service: 'llm' };
  const [event, body] = events[what]?.(real) ?? [];
  if (event === undefined) throw new Error(`the table names "${what}", which is no event here`);
  const before = await seen();
  const answer: Answer = await socket.emitWithAck(event, body);
  expect(answer.error?.code).toBe(outcomes[outcome]);
  expect(answer.ok).toBe(outcome === 'ok');
  // Whoever is let in by a right of its own still sees nothing of what is Ann's.
  const isStranger = who === 'bob' || who === 'op' || who.endsWith('@evil');
  if (isStranger) expect(JSON.stringify(answer)).not.toContain('a secret');
  if (who.endsWith('@evil') && outcome === 'ok') expect(JSON.stringify(answer)).not.toMatch(/llm|acme/);
  if (outcome === 'ok') return;
  expect(await seen()).toEqual(before);
  if (outcome === 'dupe' || outcome === 'over' || who === 'holder') return;
  // Of a name that nobody has, or where the event names no other service than this one, of an id that nobody has.
  const names = isOfService(what) ? nobodys : { ...nobodys, service: real.service };
  const [, other] = events[what]?.(names) ?? [];
  expect(withoutNames(answer, real)).toBe(withoutNames(await socket.emitWithAck(event, other), names));
  const told = await refusedEvent(socket, event, body ?? {});
  expect(withoutNames(told, real)).toBe(withoutNames(await refusedEvent(socket, event, other ?? {}), names));
  expect(await seen()).toEqual(before);
}

describe('of a request that runs', () => {
  test.each(cellsOf(running))('$what, said by $who: $outcome', say);
});

describe('of a request that has ended', () => {
  beforeEach(async () => {
    await holder.emitWithAck('result', { request_id: own, result: 'done' });
  });
  test.each(cellsOf(ended))('$what, said by $who: $outcome', say);
});

describe('of a request that was handed on', () => {
  beforeEach(async () => {
    const next = await hub.connect({ auth: { token: 'ann-acme' } });
    await next.emitWithAck('register', { type: 'service', name: 'llm' });
    const handed = new Promise((resolve) => next.once('request', resolve));
    await holder.emitWithAck('reject', { request_id: own });
    await handed;
  });
  test.each(cellsOf(handedOn))('$what, said by $who: $outcome', say);
});

test('every event towards the hub stands in the table', async () => {
  const { handlers } = await import('./dispatch.ts');
  const said = new Set(Object.values(events).map((one) => one(nobodys)[0]));
  expect([...said].toSorted()).toEqual(Object.keys(handlers).toSorted());
});

test.each(columns.filter((who) => who !== 'ann').map((who) => [who, who === 'twin' || who === 'holder'] as const))(
  "%s shows the session token of Ann's connection: it becomes hers: %s",
  async (who, becomes) => {
    const { session_id, session_token } = await ann.emitWithAck('register', { type: 'client' });
    const socket = await socketOf(who);
    const answer = await socket.emitWithAck('register', { type: 'client', resume: { session_id, session_token } });
    expect(answer).toMatchObject({ ok: true, resumed: becomes });
    expect(answer.session_id === session_id).toBe(becomes);
    if (!becomes) expect(await seen()).toMatchObject({ ok: true });
  },
);

describe('an instance id of another', () => {
  const listed = (id: string) => ({
    ...{ type: 'service', name: 'llm', instance_id: 'w1' },
    in_flight: [{ request_id: id, attempt: 1 }],
  });

  beforeEach(async () => {
    await holder.emitWithAck('register', { type: 'service', name: 'llm', instance_id: 'w1' });
  });

  test.each(['bob', 'ann@evil', 'bob@evil'] as const)(
    'gives %s nothing of what it holds, and takes nothing from it',
    async (who) => {
      const thief = await socketOf(who);
      const told: unknown[] = [];
      thief.on('cancel', (body) => told.push(body));
      holder.on('refused', (body) => told.push(body));
      expect(await thief.emitWithAck('register', listed(own))).toMatchObject({ ok: true, in_flight: [] });
      expect(await thief.emitWithAck('register', listed(nobodys.id))).toMatchObject({ ok: true, in_flight: [] });
      await thief.emitWithAck('services', {});
      const real = { id: own, service: 'llm' };
      expect(told).toHaveLength(2);
      expect(withoutNames(told[0], real)).toBe(withoutNames(told[1], nobodys));
      expect(await holder.emitWithAck('progress', { request_id: own, progress: 0.5 })).toEqual({ ok: true });
    },
  );

  test('is replaced by another connection of its subject, which has what it lists', async () => {
    const replaced = new Promise((resolve) => holder.once('refused', resolve));
    const twin = await socketOf('twin');
    expect(await twin.emitWithAck('register', listed(own))).toMatchObject({ in_flight: [{ request_id: own, attempt: 1 }] });
    expect(await replaced).toMatchObject({ error: { code: 'instance_replaced' } });
  });
});

test.each([
  ['bob', ['llm']],
  ['eye', ['llm']],
  ['root', ['llm']],
  ['op', []],
  ['ann@evil', ['mark']],
] as const)('%s, who watches the services, is told of %j', async (who, names) => {
  const socket = await socketOf(who);
  const told: string[] = [];
  socket.on('service', ({ service, name }) => told.push(service?.name ?? name));
  const { services } = await socket.emitWithAck('services', { watch: true });
  if (who === 'ann@evil') await socket.emitWithAck('register', { type: 'service', name: 'mark' });
  else expect(services.map(({ name }: { name: string }) => name)).toEqual(names);
  await holder.emitWithAck('register', { type: 'service', name: 'llm', capacity: 5 });
  hub.clock.advance(100);
  // What was told before this answer came before it.
  await socket.emitWithAck('services', {});
  expect(told).toEqual(names);
});
