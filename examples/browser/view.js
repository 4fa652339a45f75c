// What the page shows. It knows nothing of sockets. Whatever comes from a page or a worker is text here, never markup.

const find = (id) => document.getElementById(id);

/** Rows by task id, in the order of the plan. */
const rows = new Map();
const frames = new Map();
let chunks = [];
let isWorking = false;

export function onAsk(ask) {
  find('ask').addEventListener('submit', (event) => {
    event.preventDefault();
    if (!isWorking) ask(find('url').value.trim());
  });
}

export function onStop(stop) {
  find('stop').addEventListener('click', stop);
}

/** @param tone busy, good, bad or nothing */
export function say(sentence, tone = '') {
  const state = find('state');
  if (state.textContent !== sentence) state.textContent = sentence;
  state.dataset.tone = tone;
}

export function setReady(isReady) {
  find('go').disabled = isWorking || !isReady;
}

export function start() {
  clear();
  isWorking = true;
  Object.assign(find('work').dataset, { shown: '', state: 'running' });
  setBusy(true);
  say('Sending…', 'busy');
}

export function finish(sentence, tone) {
  isWorking = false;
  setBusy(false);
  find('work').dataset.state = tone === 'good' ? 'done' : 'ended';
  for (const frame of frames.values()) if (!frame.isFilled) frame.element.remove();
  for (const row of rows.values()) settle(row);
  say(sentence, tone);
}

function setBusy(isBusy) {
  find('go').disabled = isBusy;
  find('stop').hidden = !isBusy;
  find('work').setAttribute('aria-busy', String(isBusy));
}

/** Back to the beginning, for a new request or a new attempt of the same. */
export function clear() {
  for (const { address } of frames.values()) if (address !== undefined) URL.revokeObjectURL(address);
  for (const id of ['tasks', 'sentences', 'pictures']) find(id).replaceChildren();
  find('says').hidden = true;
  rows.clear();
  frames.clear();
  chunks = [];
  setOverall(0);
}

export function setOverall(overall) {
  find('overall').value = overall;
}

export function showTasks(tasks) {
  for (const { task_id: taskId, title = taskId, state } of tasks) {
    const row = rowOf(taskId);
    row.name.textContent = title;
    row.bar.setAttribute('aria-label', title);
    if (state === 'completed') complete(row);
    if (taskId.startsWith('draw:')) frameOf(taskId).caption.textContent = title;
  }
}

export function setProgress(taskId, progress) {
  const row = rowOf(taskId);
  if (row.element.dataset.state === 'done') return;
  row.element.dataset.state = 'running';
  if (progress === null || progress === undefined) row.bar.removeAttribute('value');
  else row.bar.value = progress;
  row.percent.textContent = typeof progress === 'number' ? `${Math.round(progress * 100)} %` : '…';
}

export function showTaskResult(taskId, result) {
  complete(rowOf(taskId));
  if (result?.image === undefined) return;
  const frame = frameOf(taskId);
  if (frame.isFilled) return;
  frame.isFilled = true;
  // Never the type that the worker names: opened in a tab of its own, HTML or SVG would run as a page of this origin.
  frame.address = URL.createObjectURL(new Blob([result.image], { type: 'image/png' }));
  const picture = new Image(result.width, result.height);
  picture.alt = `Infographic: ${result.title}`;
  picture.src = frame.address;
  const link = document.createElement('a');
  link.href = frame.address;
  link.download = result.name;
  link.title = `Save ${result.name}`;
  link.append(picture);
  frame.paper.replaceChildren(link);
  frame.caption.textContent = result.title;
  frame.element.dataset.state = 'done';
}

export function failTask(taskId, message) {
  const row = rowOf(taskId);
  row.element.dataset.state = 'failed';
  row.bar.value = 0;
  row.percent.textContent = 'failed';
  row.element.title = message;
}

/** Chunks have their places; the text is the worker's sentences, one a line. */
export function showText(index, data) {
  chunks[index] = data;
  const sentences = chunks.join('').split('\n').filter(Boolean);
  const list = find('sentences');
  for (const [at, sentence] of sentences.entries()) {
    const item = list.children[at] ?? list.appendChild(document.createElement('li'));
    if (item.textContent !== sentence) item.textContent = sentence;
  }
  find('says').hidden = sentences.length === 0;
}

/** A bar that could not tell how far it is must not go on moving when nobody works any more. */
function settle({ bar, percent }) {
  if (bar.hasAttribute('value')) return;
  bar.value = 0;
  percent.textContent = '–';
}

function complete(row) {
  row.element.dataset.state = 'done';
  row.bar.value = 1;
  row.percent.textContent = 'done';
}

function rowOf(taskId) {
  const known = rows.get(taskId);
  if (known !== undefined) return known;
  const [element, name, bar, percent] = ['li', 'span', 'progress', 'span'].map((tag) => document.createElement(tag));
  name.textContent = taskId;
  bar.value = 0;
  bar.setAttribute('aria-label', taskId);
  element.append(name, bar, percent);
  find('tasks').append(element);
  const row = { element, name, bar, percent };
  rows.set(taskId, row);
  return row;
}

/** An empty sheet of the right shape stands where a picture will be, so that nothing moves when it comes. */
function frameOf(taskId) {
  const known = frames.get(taskId);
  if (known !== undefined) return known;
  const [element, paper, caption] = ['figure', 'div', 'figcaption'].map((tag) => document.createElement(tag));
  paper.className = 'paper';
  caption.textContent = taskId;
  element.append(paper, caption);
  find('pictures').append(element);
  const frame = { element, paper, caption, isFilled: false, address: undefined };
  frames.set(taskId, frame);
  return frame;
}
