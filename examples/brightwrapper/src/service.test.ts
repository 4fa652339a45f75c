/** The service behind a real hub: what a caller is shown and given. */

import { createTestHub } from '@conduit/hub/testing';
import { type Conduit, connect } from '@conduit/sdk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { brightwrapper, serveBrightwrapper } from './service.ts';

const hub = await createTestHub();
let conduit: Conduit;
beforeAll(async () => {
  await serveBrightwrapper({ hub: hub.url, handlesSignals: false });
  conduit = await connect(hub.url);
});
afterAll(async () => {
  conduit.close();
  await hub.close();
});

const draw = (url: string) => conduit.use(brightwrapper)['generate-infographics']({ url });

test('an article becomes four pictures, each a step with its own result', async () => {
  const request = draw('article:tides');
  const pictures: unknown[] = [];
  let text = '';
  for await (const event of request) {
    if (event.type === 'task_result' && event.taskId.startsWith('draw:')) pictures.push(event.result);
    if (event.type === 'chunk') text += String(event.data);
  }
  expect(pictures).toHaveLength(4);
  for (const picture of pictures) expect(picture).toMatchObject({ mime: 'image/png', image: expect.any(Buffer) });
  expect(await request).toMatchObject({ url: 'article:tides', sentences: text.trimEnd().split('\n') });
});

test('an address that can not be read says what to do, with the code of the service', async () => {
  await expect(draw('article:nothing')).rejects.toMatchObject({
    code: 'invalid_payload',
    message: 'there is no article "nothing"; there are tides, bridges, reefs',
  });
});

test('a cancel stops the drawing', async () => {
  const request = draw('article:reefs');
  for await (const event of request) {
    if (event.type === 'task_result' && event.taskId === 'understand') break;
  }
  await request.cancel('no longer needed');
  await expect(request).rejects.toMatchObject({ code: 'cancelled' });
});
