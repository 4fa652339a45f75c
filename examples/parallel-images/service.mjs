// The service `image-gen`: one request becomes many pictures, drawn at the same time. Start as many workers as you like.

import { ServiceError, serve } from '@conduit/sdk';
import { Drawers } from './drawers.mjs';

const drawers = new Drawers();
const mostPictures = 24;

await serve('image-gen', { generate }, { capacity: 2, metadata: { threads: drawers.count } });
console.log(`image-gen draws with ${drawers.count} threads`);

/** Every picture is a task: its progress is the bar that people see, its result the picture, which is there before the others are. */
async function generate(payload, ctx) {
  const { prompt = 'a picture', count = 6 } = payload ?? {};
  if (typeof prompt !== 'string' || !Number.isInteger(count) || count < 1 || count > mostPictures)
    throw new ServiceError('wrong_order', `say { "prompt": "…", "count": 1 to ${mostPictures} }`);
  const names = Array.from({ length: count }, (_, at) => `picture-${at + 1}`);
  ctx.tasks(names.map((taskId, at) => ({ taskId, title: `Picture ${at + 1}` })));
  await Promise.all(
    names.map(async (name) => {
      const task = ctx.task(name);
      const png = await drawers.draw(`${prompt} ${name}`, { signal: ctx.signal, onProgress: (part) => task.progress(part) });
      task.done({ name: `${name}.png`, mime: 'image/png', image: png });
    }),
  );
  return { drawn: count };
}
