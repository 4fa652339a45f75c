/** The job: from an address to pictures. It reads, understands, and draws every picture at the same time; it knows nothing of sockets. */

import { readArticle } from './article.ts';
import { pictures } from './draw/pictures.ts';
import { render } from './draw/render.ts';
import { Failure } from './failure.ts';
import { fetchPage } from './fetch-page.ts';
import { type Understanding, understand } from './understand.ts';

/** What a job says while it works. */
export interface Report {
  tasks(tasks: readonly { readonly task_id: string; readonly title: string; readonly weight?: number }[]): void;
  progress(taskId: string, progress: number | null, message?: string): void;
  text(text: string): void;
  done(taskId: string, result: unknown): void;
}

export const tasks = [
  { task_id: 'read', title: 'Read the page' },
  { task_id: 'understand', title: 'Understand it' },
  ...pictures.map(({ id, title }) => ({ task_id: `draw:${id}`, title, weight: 2 })),
];

export async function makeInfographics(payload: unknown, report: Report, signal: AbortSignal): Promise<object> {
  const url = urlOf(payload);
  report.tasks(tasks);
  report.progress('read', null, url);
  const page = await fetchPage(url, signal, (fraction) => report.progress('read', fraction ?? null, url));
  const article = readArticle(page);
  report.done('read', { title: article.title, paragraphs: article.paragraphs.length });
  const understanding = understandAloud(article, report);
  signal.throwIfAborted();
  const drawn = await Promise.all(pictures.map(async (picture) => await drawOne(picture, { understanding, report, signal })));
  return { title: article.title, url, sentences: understanding.sentences, figures: understanding.figures, pictures: drawn };
}

function urlOf(payload: unknown): string {
  const url: unknown = typeof payload === 'object' && payload !== null ? Reflect.get(payload, 'url') : undefined;
  if (typeof url !== 'string') throw new Failure('invalid_payload', 'the payload needs an address: { "url": "https://…" }');
  return url;
}

function understandAloud(article: Parameters<typeof understand>[0], report: Report): Understanding {
  const found = understand(article, (fraction) => report.progress('understand', fraction));
  for (const sentence of found.sentences) report.text(`${sentence}\n`);
  report.done('understand', { sentences: found.sentences.length, figures: found.figures.length, words: found.wordCount });
  return found;
}

/** How far a picture is after each step of drawing it. */
const fractions: Readonly<Record<string, number>> = { 'laid out': 0.4, rasterised: 0.8 };

async function drawOne(
  { id, title, draw }: (typeof pictures)[number],
  { understanding, report, signal }: { understanding: Understanding; report: Report; signal: AbortSignal },
): Promise<object> {
  const taskId = `draw:${id}`;
  report.progress(taskId, 0.1, 'composed');
  const { png, width, height } = await render(draw(understanding), signal, (step) =>
    report.progress(taskId, fractions[step] ?? 0.5, step),
  );
  report.done(taskId, { name: `${id}.png`, title, width, height, mime: 'image/png', image: png });
  return { task_id: taskId, title, width, height, bytes: png.byteLength };
}
