import { expect, test } from 'vitest';
import { makeInfographics, type Report, tasks } from './infographics.ts';

interface Recorded extends Report {
  readonly log: (readonly [what: string, ...details: readonly unknown[]])[];
}

function record(): Recorded {
  const log: Recorded['log'] = [];
  return {
    log,
    tasks: (all) => void log.push(['tasks', all]),
    progress: (taskId, progress) => void log.push(['progress', taskId, progress]),
    text: (text) => void log.push(['text', text]),
    done: (taskId, result) => void log.push(['done', taskId, result]),
  };
}

test('an article becomes four pictures, and every step says how far it is', async () => {
  const report = record();
  const result = await makeInfographics({ url: 'article:reefs' }, report, new AbortController().signal);
  expect(report.log[0]).toEqual(['tasks', tasks]);
  const done = report.log.filter(([what]) => what === 'done').map(([, taskId]) => taskId);
  expect(done.slice(0, 2)).toEqual(['read', 'understand']);
  expect([...done].sort()).toEqual(tasks.map(({ taskId }) => taskId).sort());
  for (const taskId of done) {
    const said = report.log.flatMap(([what, id, progress]) =>
      what === 'progress' && id === taskId && progress !== null ? [Number(progress)] : [],
    );
    expect(said).toEqual([...said].sort((one, other) => one - other));
  }
  expect(report.log).toContainEqual([
    'done',
    'draw:headline',
    { name: 'headline.png', title: 'Headline', width: 1200, height: 1500, mime: 'image/png', image: expect.any(Buffer) },
  ]);
  expect(result).toMatchObject({ title: expect.stringContaining('coral reefs'), url: 'article:reefs' });
  expect(Reflect.get(result, 'pictures')).toHaveLength(4);
  expect(report.log.filter(([what]) => what === 'text')).toHaveLength(Reflect.get(result, 'sentences').length);
});

test.each([undefined, null, 'article:tides', {}, { url: 7 }, { url: '' }, { url: `https://x/${'y'.repeat(3_000)}` }])(
  'a payload without a fit address is refused before anything begins: %o',
  async (payload) => {
    const report = record();
    const making = makeInfographics(payload, report, new AbortController().signal);
    await expect(making).rejects.toMatchObject({ code: 'invalid_payload', message: expect.stringContaining('address') });
    expect(report.log).toEqual([]);
  },
);
