/** What `conduit init` can write: known to the help as well, before anything is written. */

export const templates = {
  worker: {
    title: 'a worker in TypeScript, which looks whether links work',
    next: ['npm install', 'npm start'],
    ask: `call links check '{"urls":["http://127.0.0.1:9100/healthz"]}'`,
  },
  python: {
    title: 'a worker in Python, which answers word by word',
    next: ['python3 -m venv .venv && .venv/bin/pip install -r requirements.txt', '.venv/bin/python worker.py'],
    ask: `call llm chat '{"prompt": "Hello"}'`,
  },
  page: {
    title: 'a page without a build, which asks for pictures',
    next: ['node serve.mjs 8080'],
    ask: undefined,
  },
} as const;

export type Template = keyof typeof templates;
