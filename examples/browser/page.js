// The page of the example: connect, register, request, and show what comes. `?hub=` says where the hub is.

import { socketIo } from './socket-io.js';
import * as view from './view.js';

const told = new URLSearchParams(location.search).get('hub') ?? 'http://127.0.0.1:9100';
if (!/^https?:\/\/./.test(told) || !URL.canParse(told)) {
  view.say(`?hub= must be an address such as http://127.0.0.1:9100, not "${told}"`, 'bad');
  throw new Error('no address of a hub');
}
const hub = new URL(told).origin;
const io = await socketIo(hub, () => view.say(`No hub answers at ${hub}; still trying. Start one with: npm run demo`, 'bad'));

// The protocol's example. The library brings the connection back by itself, and the hub goes on where it was.
const socket = io(hub);
socket.emit('register', { type: 'client' });
const request = (payload, more) =>
  socket.emit('request', { to: 'brightwrapper', action: 'generate-infographics', payload, ...more }, accepted);
socket.on('progress', (data) => updateProgressBar(data.task_id, data.progress));
socket.on('task_result', (data) => displayResult(data.task_id, data.result));
socket.on('result', (data) => showFinalResult(data.result));

const updateProgressBar = view.setProgress;
const displayResult = view.showTaskResult;
const showFinalResult = ({ title, pictures }) => finish(`Done: ${pictures.length} pictures of “${title}”`, 'good');

// What makes it nicer: names for the bars, the sentences as they come, and words for every state.
socket.on('tasks', ({ tasks }) => view.showTasks(tasks));
socket.on('task_error', ({ task_id, error }) => view.failTask(task_id, error.message));
socket.on('chunk', ({ index, data }) => view.showText(index, data));
socket.on('status', ({ state, reason }) => sayState(state, reason));
socket.on('waiting', ({ reason, position }) => sayState('queued', reason, position));
socket.on('running', () => sayState('running'));
socket.on('stalled', ({ silent_ms }) => view.say(`The worker has been silent for ${Math.round(silent_ms / 1000)} s`, 'busy'));
socket.on('error', ({ error }) =>
  finish(error.code === 'cancelled' ? 'Stopped' : error.message, error.code === 'cancelled' ? '' : 'bad'),
);
socket.on('refused', ({ error }) => finish(error.message, 'bad'));

/** A page that was connected once is known to be let in. */
let wasConnected = false;
/** What is asked for now: its id, the last number seen of it, and its attempt. */
let current;

// Every event tells how far the whole is; a new attempt starts over, so what the earlier one showed has to go.
socket.onAny((_name, data) => {
  if (current === undefined || data?.request_id !== current.id) return;
  if (data.attempt > current.attempt && current.attempt > 0) view.clear();
  current.attempt = data.attempt ?? current.attempt;
  current.seq = Math.max(current.seq, data.seq ?? 0);
  if (data.overall !== undefined) view.setOverall(data.overall);
});

socket.on('connect', () => {
  wasConnected = true;
  view.setReady(true);
  if (current === undefined) return view.say(`Connected to ${hub}`);
  // Sent again with its id it is still the one request. A session the hub no longer knows has to ask for its events.
  if (!current.isAccepted) request(current.payload, { request_id: current.id });
  else if (!socket.recovered) socket.emit('watch', { request_id: current.id, after_seq: current.seq }, watched);
  view.say('Connected again', 'busy');
});
socket.on('disconnect', () => view.say('The connection is gone; it comes back by itself…', 'bad'));
socket.on('connect_error', ({ message }) => {
  view.setReady(false);
  if (!socket.active) return view.say(`The hub refuses this page: ${message}`, 'bad');
  // Browsers keep from a page why it was turned away, so this can only guess.
  const guess = `No connection to ${hub}; still trying. If its log says that it turns this page away, `;
  view.say(wasConnected ? 'Reconnecting…' : `${guess}--allow-origin ${location.origin} would let it in`, 'bad');
});

view.onAsk((url) => {
  current = { id: newId(), payload: { url }, seq: 0, attempt: 0, isAccepted: false };
  view.start();
  request(current.payload, { request_id: current.id });
});
view.onStop(() => socket.emit('cancel', { request_id: current?.id, reason: 'stopped on the page' }));

function accepted({ ok, state, reason, error }) {
  if (!ok) return finish(error.message, 'bad');
  if (current === undefined) return;
  // The answer stands for the first event. Asked again after a cut, it may have gone on since: then the others are missing.
  if (current.seq === 0 && state !== 'queued' && state !== 'assigned') {
    socket.emit('watch', { request_id: current.id, after_seq: 1 }, watched);
  }
  current.isAccepted = true;
  current.seq = Math.max(current.seq, 1);
  sayState(state, reason);
}

function watched({ ok, mode, error, request: known }) {
  if (!ok)
    return finish(
      error.code === 'request_not_found' ? 'The hub has forgotten the request; press Go again' : error.message,
      'bad',
    );
  // Its log was trimmed, or lost: what is left is where it stands.
  if (mode !== 'snapshot' || current === undefined) return;
  view.showTasks(known.tasks);
  view.setOverall(known.overall);
  if (known.error !== undefined) finish(known.error.message, 'bad');
  else if (known.result !== undefined) showFinalResult(known.result);
}

function finish(sentence, tone) {
  current = undefined;
  view.finish(sentence, tone);
}

function sayState(state, reason, position) {
  if (current === undefined) return;
  const [sentence, tone] = states[state] ?? [];
  if (sentence === undefined) return;
  const details = [reasons[reason], position === undefined ? undefined : `place ${position} in line`].filter(Boolean);
  view.say([sentence, ...details].join(' · '), tone);
}

const states = {
  queued: ['Waiting for a worker', 'busy'],
  assigned: ['A worker has it', 'busy'],
  running: ['Working', 'busy'],
  cancelling: ['Stopping', 'busy'],
};
const reasons = {
  no_provider: 'none is connected',
  at_capacity: 'all are busy',
  provider_lost: 'it was lost, and has a moment to come back',
  provider_back: 'it is back',
  rejected: 'one turned it down',
};

/** A UUID. `crypto.randomUUID` is missing on pages that come over plain http from another machine. */
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
