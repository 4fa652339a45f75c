// What the page shows. It knows nothing of the hub. Whatever comes from a worker is text here, never markup.

const find = (id) => document.getElementById(id);
const prompt = find('prompt');
const scroll = find('scroll');

/** The rows of the messages that are shown. */
const rows = new Map();
let isConnected = false;
let isAnswering = false;
let listeners = {};

export function onAsk(ask) {
  isConnected = true;
  find('ask').addEventListener('submit', (event) => {
    event.preventDefault();
    send(prompt.value);
  });
  // Enter sends, Shift+Enter begins a line; while a word is still being composed, Enter belongs to the keyboard.
  prompt.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send(prompt.value);
  });
  for (const idea of find('ideas').children) idea.addEventListener('click', () => send(idea.textContent));
  prompt.addEventListener('input', grow);
  refresh();

  function send(text) {
    if (isAnswering || text.trim() === '') return;
    prompt.value = '';
    grow();
    ask(text.trim());
    prompt.focus();
  }
}

export function onStop(stop) {
  find('stop').addEventListener('click', stop);
}

export function onNew(create) {
  find('new').addEventListener('click', () => {
    setMenu(false);
    create();
    prompt.focus();
  });
}

export function onChoose(choose) {
  listeners = { ...listeners, choose };
}

export function onForget(forget) {
  listeners = { ...listeners, forget };
}

find('menu').addEventListener('click', () => setMenu(document.body.dataset.menu !== 'open'));
document.addEventListener('keydown', ({ key }) => {
  if (key === 'Escape') setMenu(false);
});

function setMenu(isOpen) {
  document.body.dataset.menu = isOpen ? 'open' : 'closed';
  find('menu').setAttribute('aria-expanded', String(isOpen));
}

/** @param tone busy, good or bad */
export function say(sentence, tone) {
  Object.assign(find('state'), { textContent: sentence }).dataset.tone = tone;
}

export function setAnswering(is) {
  isAnswering = is;
  refresh();
}

function refresh() {
  find('send').disabled = !isConnected || isAnswering;
  find('send').hidden = isAnswering;
  find('stop').hidden = !isAnswering;
}

export function showChat(chat, chats) {
  find('title').textContent = titleOf(chat);
  find('welcome').hidden = chat.messages.length > 0;
  find('list').replaceChildren(...chats.map((one) => entryOf(one, one === chat)));
  rows.clear();
  for (const message of chat.messages) rows.set(message, rowOf(message));
  find('messages').replaceChildren(...[...rows.values()].map(({ element }) => element));
  for (const message of chat.messages) if (message.role === 'assistant') fill(message);
  scroll.scrollTop = scroll.scrollHeight;
}

/** An answer of a chat that is not shown waits until it is. */
export function showAnswer(answer) {
  if (!rows.has(answer)) return;
  // Whoever reads further up is left there.
  const isAtEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 60;
  fill(answer);
  if (isAtEnd) scroll.scrollTop = scroll.scrollHeight;
}

function fill(answer) {
  const { element, text, note } = rows.get(answer);
  text.textContent = answer.text;
  const about = answer.attempt > 1 ? `attempt ${answer.attempt}: the worker was lost, another one started over` : '';
  note.textContent = [about, answer.note].filter(Boolean).join(' · ');
  element.dataset.state = answer.state;
}

function rowOf({ role, text }) {
  const element = document.createElement('li');
  element.dataset.role = role;
  const who = Object.assign(document.createElement('span'), { className: 'who', textContent: role === 'user' ? 'You' : 'llm' });
  const words = Object.assign(document.createElement('p'), { className: 'text', textContent: text });
  const note = Object.assign(document.createElement('p'), { className: 'note' });
  element.append(who, words, ...(role === 'user' ? [] : [note]));
  return { element, text: words, note };
}

function entryOf(chat, isCurrent) {
  const element = document.createElement('li');
  const choose = Object.assign(document.createElement('button'), { type: 'button', textContent: titleOf(chat) });
  choose.addEventListener('click', () => {
    setMenu(false);
    listeners.choose(chat.id);
  });
  if (isCurrent) choose.setAttribute('aria-current', 'true');
  const forget = Object.assign(document.createElement('button'), { type: 'button', className: 'forget', textContent: '×' });
  forget.setAttribute('aria-label', `Delete “${titleOf(chat)}”`);
  forget.addEventListener('click', () => listeners.forget(chat.id));
  element.append(choose, forget);
  return element;
}

function titleOf({ messages: [first] }) {
  return first?.text.slice(0, 80) ?? 'New chat';
}

/** As high as what is written, up to what the style allows. */
function grow() {
  prompt.style.height = 'auto';
  prompt.style.height = `${prompt.scrollHeight + 2}px`;
}
