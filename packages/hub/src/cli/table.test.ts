import { expect, test } from 'vitest';
import { columns } from './plain.ts';
import { serviceDetails, serviceLine, serviceTable } from './service-lines.ts';
import { tableLines, timeText } from './table.ts';

const paint = (_style: unknown, text: string): string => text;
const head = [
  { title: 'NAME', gives: true },
  { title: 'COUNT', isNumber: true },
  { title: 'WHAT', gives: true },
] as const;

test('columns are as wide as what stands in them, numbers to the right', () => {
  const lines = tableLines(
    head,
    [
      ['a', '10', 'x'],
      ['日本', '9', { text: 'red', style: 'red' }],
    ],
    { width: 80, paint },
  );
  expect(lines).toEqual(['NAME  COUNT  WHAT', 'a        10  x', '日本      9  red']);
});

test('a column in which nothing stands is left out', () => {
  expect(tableLines(head, [['a', '', 'x']], { width: 80, paint })).toEqual(['NAME  WHAT', 'a     x']);
});

test('where the window ends the longest column gives way, and no line is wider', () => {
  const rows = [
    ['a-name-of-some-length', '1', 'a sentence that goes on and on and on'],
    ['\u001b[2Jevil\n', '2', '語'.repeat(40)],
  ];
  for (const width of [24, 40, 60]) {
    for (const line of tableLines(head, rows, { width, paint })) {
      expect(columns(line), line).toBeLessThanOrEqual(width);
      expect(line).not.toContain('\u001b');
    }
  }
  expect(tableLines(head, rows, { width: Number.POSITIVE_INFINITY, paint })[1]).toContain('on and on and on');
});

const noon = new Date(2026, 0, 2, 12, 0, 0).getTime();

test('where much is missing, columns are left out in their order, and none is wider than the window', () => {
  const dropping = [
    { title: 'ID' },
    { title: 'STATE', gives: true },
    { title: 'SENT', drops: 2 },
    { title: 'TAGS', drops: 1 },
  ] as const;
  const rows = [['a59b2bb1', 'running 10 %, attempt 2', '17:10:05', 'morning']];
  const shown = (width: number): string => tableLines(dropping, rows, { width, paint })[0] ?? '';
  expect([60, 42, 38, 30].map((width) => shown(width).split(/ +/).length)).toEqual([4, 3, 3, 2]);
  for (const line of tableLines(dropping, rows, { width: 20, paint })) expect(columns(line)).toBeLessThanOrEqual(20);
});

test('today needs no date', () => {
  expect(timeText(noon, noon + 1_000)).toBe('12:00:00');
  expect(timeText(noon, noon + 24 * 60 * 60_000)).toBe('2026-01-02 12:00:00');
});

const provider = { sessionId: 's1', name: 'llm worker', state: 'busy', held: 4, capacity: 4, served: 9, joinedAt: 0 } as const;
const llm = {
  name: 'llm',
  actions: [{ name: 'go', description: 'Streams text', idempotent: false, timeoutMs: 60_000 }, { name: 'chat' }],
  providers: [provider, { ...provider, state: 'ready', held: 1 }],
  waiting: 12,
  paused: false,
} as const;

test('services stand in a table: who provides them, how much is at work, what waits', () => {
  const nobody = { name: 'documents', actions: [], providers: [], waiting: 3, paused: false, unprovidedMs: 60_000 };
  const any = { ...nobody, name: 'echo', providers: [{ ...provider, capacity: 1_000 }] };
  expect(serviceTable([llm, nobody, any, { ...nobody, name: 'idle', paused: true }], { width: 80, paint }, noon)).toEqual([
    'SERVICE    ACTIONS  PROVIDERS              AT WORK  WAITING',
    'llm        go chat  1 ready, 1 busy         5 of 8       12',
    'documents  any      nobody since 11:59:00        0        3',
    'echo       any      1 busy                       4        3',
    'idle       any      paused                       0        3',
  ]);
  expect(serviceTable([], { width: 80, paint }, noon)).toEqual(['No service has been offered in the last 7 days.']);
});

test('one service is shown with its actions and its providers', () => {
  const [title, , ...lines] = serviceDetails(llm, { width: 80, paint }, 0);
  expect(title).toBe('llm · 2 providers · 5 of 8 at work · 12 waiting');
  expect(lines[1]).toBe('go      once only, at most 1 min 0 s  Streams text');
  expect(lines.at(-2)).toMatch(/^llm worker {2}busy {4}4 of 4/);
  expect(serviceLine(llm, noon)).toBe('llm: 1 ready, 1 busy, 5 of 8 at work, 12 waiting');
});
