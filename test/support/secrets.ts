/**
 * What must stand in no log: tokens of every kind by their shape, the query of every address, and whatever peers of the tests
 * said as payload, result, chunk or details. Every hub process of the suite is held to it when it is closed.
 */

/** Stands in the query of every peer's address. */
export const inQuery = 'canary-in-the-query';

/** Shorter ones occur by chance. */
const minLength = 12;
/** So much of a text tells it apart. */
const comparedLength = 64;
/** More are not remembered: a flood of messages says nothing new. */
const maxKept = 2_000;
/** What the hub passes on and never reads. */
const opaqueMembers = ['payload', 'result', 'data', 'details'];

/** The hub's own tokens, JWTs, and what sessions come back with. */
const shapes: Readonly<Record<string, RegExp>> = {
  'a token': /conduit_[0-9a-f]{12}_[\w-]{43}/,
  'a JWT': /\beyJ[\w-]{8,}\.[\w-]{8,}\./,
  'a session token': /\b[0-9a-f]{8}-[0-9a-f-]{27}\.\d+\.[\w-]{43}/,
  'a query': new RegExp(inQuery),
};

const kept = new Set<string>();

/** Remembers the texts of what is opaque in a message. */
export function keepSecret(body: unknown): void {
  if (typeof body !== 'object' || body === null) return;
  for (const [name, value] of Object.entries(body)) {
    if (opaqueMembers.includes(name)) keepTexts(value, 0);
    else if (name === 'error') keepSecret(value);
  }
}

/** Names of services and actions are logged, and a payload may name one too. */
const names = /"(?:service|action)":"[^"]*"/g;

/** @throws Error that names what a log says and should not. */
export function expectNoSecrets(output: string): void {
  const searched = output.replaceAll(names, '');
  const found = [
    ...Object.keys(shapes).filter((name) => shapes[name]?.test(searched)),
    ...[...kept].filter((text) => searched.includes(text)).map((text) => `a payload, ${text}`),
  ];
  if (found.length === 0) return;
  throw new Error(`a log of a hub holds ${found.join(' and ')}; it says:\n${output.slice(-20_000)}`);
}

function keepTexts(value: unknown, depth: number): void {
  if (kept.size >= maxKept || depth > 8) return;
  if (typeof value === 'string') {
    if (value.length >= minLength) kept.add(value.slice(0, comparedLength));
  } else if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)) {
    for (const one of Object.values(value).slice(0, 100)) keepTexts(one, depth + 1);
  }
}
