// The page of the example: connect, register, request, and show what comes. `?hub=` says where the hub is.

const hub = new URLSearchParams(location.search).get('hub') ?? 'http://127.0.0.1:9100';
const { io } = await import(`${hub}/socket.io/socket.io.esm.min.js`).catch(() => {
  say(`No hub answers at ${hub}. Start one with: npm run demo`, 'bad');
  throw new Error('no hub');
});

// The whole of Conduit's client side: five statements, and the library brings the connection back by itself.
const socket = io(hub);
socket.emit('register', { type: 'client' });
socket.on('progress', (data) => updateProgressBar(data.task_id, data.progress));
socket.on('task_result', (data) => displayResult(data.task_id, data.result));
socket.on('result', (data) => showFinalResult(data.result));

// What makes it nicer.
socket.on('tasks', ({ tasks }) => {
  for (const { task_id, title } of tasks) bar(task_id).name(title ?? task_id);
});
socket.on('chunk', ({ index, data }) => {
  sentences[index] = data;
  document.querySelector('#text').textContent = sentences.join('');
});
socket.on('status', ({ state, reason }) => say(words[state] ?? state, '', reason));
socket.on('waiting', ({ reason, position }) =>
  say(words.queued, '', position === undefined ? reason : `${reason}, place ${position}`),
);
socket.on('error', ({ error }) => finish(`${error.message} (${error.code})`, 'bad'));
socket.on('refused', ({ error }) => finish(`${error.message} (${error.code})`, 'bad'));
socket.on('connect', () => !isWorking && say(`Connected to ${hub}`));
socket.on('disconnect', () => say('The connection is gone; it comes back by itself…', 'bad'));
socket.io.on('reconnect', () => isWorking && say(words.assigned));

const words = { queued: 'Waiting for a worker', assigned: 'A worker is on it', cancelling: 'Cancelling' };
const bars = new Map();
let sentences = [];
let isWorking = false;

document.querySelector('#ask').addEventListener('submit', (event) => {
  event.preventDefault();
  startOver();
  const url = document.querySelector('#url').value;
  socket.emit('request', { to: 'brightwrapper', action: 'generate-infographics', payload: { url } }, ({ state, reason }) => {
    if (isWorking && state !== undefined) say(words[state] ?? state, '', reason);
  });
});

function startOver() {
  isWorking = true;
  sentences = [];
  bars.clear();
  for (const id of ['tasks', 'text', 'pictures']) document.querySelector(`#${id}`).replaceChildren();
  document.querySelector('button').disabled = true;
  say('Sending…');
}

function updateProgressBar(taskId, progress) {
  bar(taskId).set(progress);
}

function displayResult(taskId, result) {
  bar(taskId).done();
  if (result?.image === undefined || document.querySelector(`[data-task="${CSS.escape(taskId)}"]`) !== null) return;
  const figure = document.createElement('figure');
  figure.dataset.task = taskId;
  const image = Object.assign(new Image(result.width, result.height), { alt: `Infographic: ${result.title}` });
  image.src = URL.createObjectURL(new Blob([result.image], { type: result.mime }));
  image.addEventListener('load', () => URL.revokeObjectURL(image.src));
  figure.append(image, Object.assign(document.createElement('figcaption'), { textContent: result.title }));
  document.querySelector('#pictures').append(figure);
}

function showFinalResult({ title, pictures }) {
  finish(`Done: ${pictures.length} pictures of “${title}”`, 'good');
}

function finish(sentence, tone) {
  isWorking = false;
  document.querySelector('button').disabled = false;
  say(sentence, tone);
}

function say(sentence, tone = '', detail = undefined) {
  const state = document.querySelector('#state');
  state.textContent = detail === undefined ? sentence : `${sentence} · ${String(detail).replaceAll('_', ' ')}`;
  state.className = tone;
}

function bar(taskId) {
  let known = bars.get(taskId);
  if (known !== undefined) return known;
  const [item, name, progress, percent] = ['li', 'span', 'progress', 'span'].map((tag) => document.createElement(tag));
  name.textContent = taskId;
  progress.value = 0;
  progress.setAttribute('aria-label', taskId);
  item.append(name, progress, percent);
  document.querySelector('#tasks').append(item);
  known = {
    name(title) {
      name.textContent = title;
      progress.setAttribute('aria-label', title);
    },
    set(value) {
      if (value === null) return progress.removeAttribute('value');
      progress.value = value;
      percent.textContent = `${Math.round(value * 100)} %`;
    },
    done() {
      item.className = 'done';
      progress.value = 1;
      percent.textContent = 'done';
    },
  };
  bars.set(taskId, known);
  return known;
}
