// What the page shows. It knows nothing of the hub. Whatever comes from a worker is text or a picture here, never markup.

const find = (id) => document.getElementById(id);
const frames = new Map();

export function onAsk(ask) {
  find('go').disabled = false;
  find('ask').addEventListener('submit', (event) => {
    event.preventDefault();
    if (!find('go').hidden) ask({ prompt: find('prompt').value, count: find('count').valueAsNumber });
  });
}

export function onStop(stop) {
  find('stop').addEventListener('click', stop);
}

/** @param tone busy, good, bad or nothing */
export function say(sentence, tone = '') {
  Object.assign(find('state'), { textContent: sentence }).dataset.tone = tone;
}

export function start() {
  clear();
  setBusy(true);
  say('Sending…', 'busy');
}

export function finish(sentence, tone) {
  setBusy(false);
  for (const { element } of frames.values()) if (element.dataset.state !== 'done') element.remove();
  say(sentence, tone);
}

/** Back to the beginning, for a new request or a new attempt of the same. */
export function clear() {
  for (const { address } of frames.values()) if (address !== undefined) URL.revokeObjectURL(address);
  frames.clear();
  find('pictures').replaceChildren();
  setOverall(0);
}

export function setOverall(overall) {
  find('overall').value = overall;
}

export function expect(tasks) {
  for (const { taskId, title = taskId } of tasks) {
    const element = Object.assign(document.createElement('li'), { title });
    const bar = Object.assign(document.createElement('progress'), { max: 1, value: 0, ariaLabel: title });
    element.append(bar);
    element.dataset.state = 'waiting';
    frames.set(taskId, { element, bar, title });
    find('pictures').append(element);
  }
}

export function setProgress(taskId, progress) {
  const frame = frames.get(taskId);
  if (frame === undefined || progress === null) return;
  frame.bar.value = progress;
  frame.element.dataset.state = 'drawing';
}

export function showPicture(taskId, result) {
  const frame = frames.get(taskId);
  if (frame === undefined || !(result?.image instanceof Uint8Array)) return;
  // Its type is ours to say: what is no picture must not become a page of this origin.
  frame.address = URL.createObjectURL(new Blob([result.image], { type: 'image/png' }));
  frame.element.dataset.state = 'done';
  frame.element.replaceChildren(Object.assign(new Image(), { src: frame.address, alt: frame.title }));
}

function setBusy(isBusy) {
  find('go').hidden = isBusy;
  find('stop').hidden = !isBusy;
}
