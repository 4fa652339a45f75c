// The page: one request, a frame for each of its tasks, and each picture as it comes. `?hub=` says where the hub is.

import { sdkOf } from './sdk.js';
import * as view from './view.js';

const hub = new URL(new URLSearchParams(location.search).get('hub') ?? 'http://127.0.0.1:9100').origin;
const { connect } = await sdkOf(hub, () =>
  view.say(`No hub answers at ${hub}; still trying. Start one with: npx conduit start`, 'bad'),
);
const conduit = await connect(hub, { connectTimeoutMs: Infinity });
conduit.onState((state) => view.say(state === 'connected' ? 'Connected again' : 'Reconnecting…', 'busy'));
let request;

view.say(`Connected to ${hub}`);
view.onAsk((payload) => void draw(payload));
view.onStop(() => void request?.cancel('stopped on the page'));

async function draw(payload) {
  view.start();
  request = conduit.request('image-gen', 'generate', payload);
  let attempt = 0;
  try {
    for await (const event of request) {
      // A worker was lost, and another one starts over.
      if (event.attempt > attempt && attempt > 0) view.clear();
      attempt = event.attempt;
      view.setOverall(event.overall);
      show(event);
    }
  } catch (error) {
    view.finish(error.message, 'bad');
  }
}

function show(event) {
  if (event.type === 'tasks') view.expect(event.tasks);
  else if (event.type === 'progress') view.setProgress(event.taskId, event.progress);
  else if (event.type === 'task_result') view.showPicture(event.taskId, event.result);
  else if (event.type === 'status' && event.state === 'queued') view.say('Waiting for a worker', 'busy');
  else if (event.type === 'running') view.say('Drawing', 'busy');
  else if (event.type === 'result') view.finish(`Done: ${event.result.drawn} pictures`, 'good');
  else if (event.type === 'error') {
    const isOurs = event.error.code === 'cancelled';
    view.finish(isOurs ? 'Stopped' : event.error.message, isOurs ? '' : 'bad');
  }
}
