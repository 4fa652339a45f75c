/** The page of the example: connects, asks, and shows what comes. `?hub=` says where the hub is. */

import '../../browser/style.css';
import { type Conduit, type ConduitRequest, connect, type FollowedEvent, isConduitError } from '@conduit/sdk';
import * as bars from './bars.ts';
import { drawnFrom, finishedFrom } from './infographics.ts';
import * as pictures from './pictures.ts';
import * as view from './view.ts';
import { sentenceOf } from './words.ts';

/** After so long without an answer the page says so, and goes on trying; milliseconds. */
const patienceMs = 3_000;

const hub = new URLSearchParams(location.search).get('hub') ?? 'http://127.0.0.1:9100';
const conduit = await reach(hub);
let current: ConduitRequest | undefined;

view.setReady(true);
view.say(`Connected to ${hub}`);
conduit.onState((state) => {
  if (state === 'reconnecting') view.say('The connection is gone; it comes back by itself…', 'bad');
  if (state === 'connected') view.say('Connected again', current === undefined ? '' : 'busy');
});
view.onAsk((url) => void ask(url));
view.onStop(() => void current?.cancel('stopped on the page'));

async function reach(url: string): Promise<Conduit> {
  try {
    for (;;) {
      try {
        return await connect(url, { connectTimeoutMs: patienceMs });
      } catch (error) {
        if (!isConduitError(error, 'unreachable')) throw error;
        // Browsers keep from a page why it was turned away, so this can only guess.
        const guess = `If its log says that it turns this page away, --allow-origin ${location.origin} would let it in`;
        view.say(`No hub answers at ${url}; still trying. Start one with: npm run demo. ${guess}`, 'bad');
      }
    }
  } catch (error) {
    view.say(messageOf(error), 'bad');
    throw error;
  }
}

/** One request from its beginning to its end. Cuts are the SDK's matter. */
async function ask(url: string): Promise<void> {
  clear();
  view.start();
  current = conduit.request('brightwrapper', 'generate-infographics', { url });
  let attempt = 0;
  try {
    for await (const event of current) {
      // A new attempt starts over, so what the earlier one showed has to go.
      if (event.attempt > attempt && attempt > 0) clear();
      attempt = event.attempt;
      view.setOverall(event.overall);
      show(event);
    }
  } catch (error) {
    end(messageOf(error), 'bad');
  }
}

function show(event: FollowedEvent): void {
  if (event.type === 'tasks') {
    bars.declare(event.tasks);
    pictures.expect(event.tasks);
  } else if (event.type === 'progress') bars.setProgress(event.taskId, event.progress);
  else if (event.type === 'task_result') {
    bars.complete(event.taskId);
    const drawn = drawnFrom(event.result);
    if (drawn !== undefined) pictures.show(event.taskId, drawn);
  } else if (event.type === 'task_error') bars.fail(event.taskId, event.error.message);
  else if (event.type === 'chunk') view.addText(String(event.data));
  else if (event.type === 'result') {
    const { title, count } = finishedFrom(event.result);
    end(`Done: ${count} pictures of “${title}”`, 'good');
  } else if (event.type === 'error') {
    const isOurs = event.error.code === 'cancelled';
    end(isOurs ? 'Stopped' : event.error.message, isOurs ? '' : 'bad');
  } else {
    const sentence = sentenceOf(event);
    if (sentence !== undefined) view.say(sentence, 'busy');
  }
}

function end(sentence: string, tone: view.Tone): void {
  current = undefined;
  bars.settle();
  pictures.settle();
  view.finish(sentence, tone);
}

function clear(): void {
  bars.clear();
  pictures.clear();
  view.clear();
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
