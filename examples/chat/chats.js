// The chats of this browser, newest first, kept in its localStorage.

const key = 'conduit-chats';
/** More would fill the 5 MB that a browser keeps for a page. */
const mostChats = 50;

export class Chats {
  #chats = read();

  all() {
    return this.#chats.filter(({ messages }) => messages.length > 0);
  }

  newest() {
    return this.all()[0];
  }

  get(id) {
    return this.#chats.find((chat) => chat.id === id) ?? this.create();
  }

  /** An empty one; there is never more than one of those. */
  create() {
    const empty = this.#chats.find(({ messages }) => messages.length === 0);
    if (empty !== undefined) return empty;
    const chat = { id: `${Date.now()}-${Math.random()}`, messages: [] };
    this.#chats.unshift(chat);
    return chat;
  }

  add(chat, ...messages) {
    chat.messages.push(...messages);
    this.#chats = [chat, ...this.#chats.filter((other) => other !== chat)].slice(0, mostChats);
    this.save();
  }

  /** @returns the chat to show instead. */
  forget(id) {
    this.#chats = this.#chats.filter((chat) => chat.id !== id);
    this.save();
    return this.newest() ?? this.create();
  }

  /** Answers that were still coming when they were saved. */
  unfinished() {
    return this.#chats.flatMap(({ messages }) => messages.filter(({ state }) => state === 'open'));
  }

  save() {
    localStorage.setItem(key, JSON.stringify(this.all()));
  }
}

function read() {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? [];
  } catch {
    // Somebody else's, or cut off: chats are no reason to show nothing at all.
    return [];
  }
}
