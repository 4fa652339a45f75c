/** The work of the cut scenarios: two thousand chunks of text and of bytes by eight tasks, the same each time. */

import { randomOf } from '../support/random.ts';

export const chunkCount = 2_000;
const taskIds = Array.from({ length: 8 }, (_, at) => `task-${at + 1}`);

export interface Said {
  readonly event: string;
  readonly fields: object;
  /** How many chunks were said before it and with it. */
  readonly chunks: number;
}

interface Work {
  readonly said: readonly Said[];
  readonly text: string;
  readonly bytes: Buffer;
}

/** Everything the provider says, in order, and what its streams join to. */
export function eightTasks(seed: number): Work {
  const random = randomOf(seed);
  const said: Said[] = [];
  let text = '';
  const bytes: Buffer[] = [];
  let chunks = 0;
  const say = (event: string, fields: object): void => void said.push({ event, fields, chunks });
  say('tasks', { tasks: taskIds.map((task_id) => ({ task_id })) });
  const perTask = chunkCount / taskIds.length;
  for (let number = 0; number < chunkCount; number += 1) {
    const task_id = taskIds[number % taskIds.length];
    chunks += 1;
    if (random() < 0.7) {
      const data = `${number}:${'äx'.repeat(Math.floor(random() * 40))} `;
      text += data;
      say('chunk', { data, task_id });
    } else {
      const data = Buffer.from(Array.from({ length: Math.floor(random() * 120) }, () => Math.floor(random() * 256)));
      bytes.push(data);
      say('chunk', { stream: 'bytes', data, task_id });
    }
    const done = Math.floor(number / taskIds.length) + 1;
    if (number % 5 === 0) say('progress', { task_id, progress: done / perTask });
  }
  for (const [at, task_id] of taskIds.entries()) {
    if (at === 6) say('task_error', { task_id, error: { code: 'own', message: 'this one went wrong' } });
    else if (at === 7) say('task_result', { task_id, skipped: true });
    else say('task_result', { task_id, result: { task: at, picture: Buffer.from([at, at, at]) } });
  }
  say('result', { result: { chunks } });
  return { said, text, bytes: Buffer.concat(bytes) };
}
