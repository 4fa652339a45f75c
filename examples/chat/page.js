// A chat with the service `llm`: asks it, shows its words as they come, and finds an answer again after a reload. `?hub=` says where the hub is.

import { Chats } from './chats.js';
import { sdkOf } from './sdk.js';
import * as view from './view.js';

const hub = new URL(new URLSearchParams(location.search).get('hub') ?? 'http://127.0.0.1:9100').origin;
/** What a model is told of the conversation so far: the latest messages. */
const mostMessages = 40;

const chats = new Chats();
/** The requests that are under way, by the answer they bring. */
const requests = new Map();
let current = chats.newest() ?? chats.create();

view.onChoose((id) => show(chats.get(id)));
view.onNew(() => show(chats.create()));
view.onForget((id) => {
  for (const answer of chats.get(id).messages) void requests.get(answer)?.cancel('the chat was deleted');
  show(chats.forget(id));
});
show(current);

const { connect } = await sdkOf(hub, () =>
  view.say(`No hub answers at ${hub}; still trying. Start one with: npm run demo`, 'bad'),
);
const conduit = await connect(hub, { connectTimeoutMs: Infinity });
conduit.onState((state) =>
  view.say(state === 'connected' ? 'Connected' : 'Reconnecting…', state === 'connected' ? 'good' : 'bad'),
);
view.say('Connected', 'good');
view.onAsk(ask);
view.onStop(() => void requests.get(current.messages.at(-1))?.cancel('stopped on the page'));
// What was under way when the page was closed is found by its id: the hub has kept every word.
for (const answer of chats.unfinished()) void follow(answer, conduit.follow(answer.requestId));

function ask(prompt) {
  const chat = current;
  const messages = [...chat.messages.map(({ role, text }) => ({ role, content: text })), { role: 'user', content: prompt }]
    .filter(({ content }) => content !== '')
    .slice(-mostMessages);
  const request = conduit.request('llm', 'chat', { messages });
  const answer = { role: 'assistant', text: '', state: 'open', note: 'Sending…', requestId: request.id };
  chats.add(chat, { role: 'user', text: prompt }, answer);
  show(chat);
  void follow(answer, request);
}

/** One answer from its first word to its end. Cuts of the connection are the SDK's matter. */
async function follow(answer, request) {
  requests.set(answer, request);
  let attempt = 0;
  try {
    for await (const event of request) {
      // The worker was lost, and another one starts over: what the first one said is void.
      if (event.attempt > attempt && attempt > 0) Object.assign(answer, { text: '', attempt: event.attempt });
      attempt = event.attempt;
      Object.assign(answer, changeOf(event, answer));
      view.showAnswer(answer);
      if (event.type !== 'chunk') chats.save();
    }
  } catch (error) {
    // The hub has forgotten it, or does not let this page in any more.
    Object.assign(answer, { state: 'failed', note: error.message });
  }
  requests.delete(answer);
  chats.save();
  view.showAnswer(answer);
  view.setAnswering(requests.has(current.messages.at(-1)));
}

/** What an event makes of an answer. */
function changeOf(event, { text }) {
  switch (event.type) {
    case 'chunk':
      return { text: text + event.data, note: '' };
    case 'status':
    case 'waiting':
      return { note: notes[event.reason] ?? notes[event.state] ?? '' };
    case 'stalled':
      return { note: event.stalled ? `The worker has been silent for ${Math.round(event.silentMs / 1000)} s` : '' };
    case 'snapshot':
      return { text: event.request.streams.flatMap(({ data = [] }) => data).join('') };
    case 'result':
      return { text: event.result.text, state: 'done', note: `written by ${event.result.model}` };
    case 'error':
      return event.error.code === 'cancelled'
        ? { state: 'stopped', note: 'Stopped' }
        : { state: 'failed', note: event.error.message };
    default:
      return {};
  }
}

const notes = {
  no_provider: 'No llm worker is connected; waiting for one',
  at_capacity: 'All workers are busy; waiting in line',
  provider_lost: 'The worker is gone; it has a moment to come back',
  provider_back: 'The worker is back',
  assigned: 'A worker has it',
  cancelling: 'Stopping…',
};

function show(chat) {
  current = chat;
  view.showChat(chat, chats.all());
  view.setAnswering(requests.has(chat.messages.at(-1)) || chat.messages.at(-1)?.state === 'open');
}
