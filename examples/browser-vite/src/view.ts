/** The form, the sentence that says how it stands, and the text. Whatever comes from a page or a worker is text here, never markup. */

import { element } from './element.ts';

export type Tone = 'busy' | 'good' | 'bad' | '';

const form = element('ask', HTMLFormElement);
const url = element('url', HTMLInputElement);
const go = element('go', HTMLButtonElement);
const stop = element('stop', HTMLButtonElement);
const work = element('work', HTMLElement);
const state = element('state', HTMLElement);
const overall = element('overall', HTMLProgressElement);
const says = element('says', HTMLElement);
const sentences = element('sentences', HTMLOListElement);
let text = '';

export function onAsk(ask: (url: string) => void): void {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (!go.disabled) ask(url.value.trim());
  });
}

export function onStop(listener: () => void): void {
  stop.addEventListener('click', listener);
}

export function setReady(isReady: boolean): void {
  go.disabled = !isReady;
}

export function say(sentence: string, tone: Tone = ''): void {
  if (state.textContent !== sentence) state.textContent = sentence;
  state.dataset['tone'] = tone;
}

export function start(): void {
  Object.assign(work.dataset, { shown: '', state: 'running' });
  setBusy(true);
  say('Sending…', 'busy');
}

export function finish(sentence: string, tone: Tone): void {
  setBusy(false);
  work.dataset['state'] = tone === 'good' ? 'done' : 'ended';
  say(sentence, tone);
}

export function setOverall(fraction: number): void {
  overall.value = fraction;
}

/** The text is the worker's sentences, one a line. */
export function addText(piece: string): void {
  text += piece;
  for (const [at, sentence] of text.split('\n').filter(Boolean).entries()) {
    const item = sentences.children[at] ?? sentences.appendChild(document.createElement('li'));
    if (item.textContent !== sentence) item.textContent = sentence;
  }
  says.hidden = sentences.childElementCount === 0;
}

export function clear(): void {
  text = '';
  sentences.replaceChildren();
  says.hidden = true;
  setOverall(0);
}

function setBusy(isBusy: boolean): void {
  setReady(!isBusy);
  stop.hidden = !isBusy;
  work.setAttribute('aria-busy', String(isBusy));
}
