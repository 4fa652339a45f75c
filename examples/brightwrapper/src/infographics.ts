/** The job: from an address to pictures. It reads, understands, and draws every picture at the same time; it knows nothing of sockets. */

import { ServiceError } from '@conduit/sdk';
import { readArticle } from './article.ts';
import { type Picture, pictures } from './draw/pictures.ts';
import { render } from './draw/render.ts';
import { fetchPage } from './fetch-page.ts';
import { type Understanding, understand } from './understand.ts';

export interface Step {
  readonly taskId: string;
  readonly title: string;
  readonly weight: number;
}

/** What a job says while it works. */
export interface Report {
  tasks(tasks: readonly Step[]): void;
  /** @param progress 0…1, or `null` while it can't be told. */
  progress(taskId: string, progress: number | null, message?: string): void;
  text(text: string): void;
  done(taskId: string, result: unknown): void;
}

export const tasks: readonly Step[] = [
  { taskId: 'read', title: 'Read the page', weight: 1 },
  { taskId: 'understand', title: 'Understand it', weight: 1 },
  ...pictures.map(({ id, title }) => ({ taskId: `draw:${id}`, title, weight: 2 })),
];

/** Longer addresses are mistakes, or meant to be. */
const longestUrl = 2_000;

/** Rejects with a `ServiceError`, or with the signal's reason once it is aborted. */
export async function makeInfographics(payload: unknown, report: Report, signal: AbortSignal): Promise<object> {
  const url = urlOf(payload);
  report.tasks(tasks);
  report.progress('read', null, url);
  const page = await fetchPage(url, { signal, onProgress: (fraction) => report.progress('read', fraction) });
  const article = readArticle(page);
  report.done('read', { title: article.title, paragraphs: article.paragraphs.length });
  const understanding = await understand(article, {
    signal,
    onProgress: (fraction) => report.progress('understand', fraction),
  });
  const { title, sentences, figures, wordCount } = understanding;
  for (const sentence of sentences) report.text(`${sentence}\n`);
  report.done('understand', { sentences: sentences.length, figures: figures.length, words: wordCount });
  const drawn = await Promise.all(pictures.map(async (picture) => await drawOne(picture, { understanding, report, signal })));
  return { title, url, sentences, figures, pictures: drawn };
}

function urlOf(payload: unknown): string {
  const url: unknown = typeof payload === 'object' && payload !== null ? Reflect.get(payload, 'url') : undefined;
  if (typeof url === 'string' && url.length > 0 && url.length <= longestUrl) return url.trim();
  throw new ServiceError(
    'invalid_payload',
    `the payload needs an address of at most ${longestUrl} characters: { "url": "https://…" }`,
  );
}

/** How far a picture is after each step of drawing it; the last one, encoding, ends it. */
const fractions: Readonly<Record<string, number>> = { 'laid out': 0.4, rasterised: 0.8 };

async function drawOne(
  { id, title, draw }: Picture,
  { understanding, report, signal }: { understanding: Understanding; report: Report; signal: AbortSignal },
): Promise<object> {
  const taskId = `draw:${id}`;
  report.progress(taskId, 0);
  const svg = draw(understanding);
  report.progress(taskId, 0.1, 'composed');
  const { png, width, height } = await render(svg, signal, (step) => report.progress(taskId, fractions[step] ?? 0.5, step));
  report.done(taskId, { name: `${id}.png`, title, width, height, mime: 'image/png', image: png });
  return { task_id: taskId, title, width, height, bytes: png.byteLength };
}
