/** A value as the text that is copied or saved of it: texts as they are, everything else as the API's JSON. Pure. */

interface Taken {
  readonly text: string;
  readonly extension: 'txt' | 'json';
  readonly type: string;
}

export function takenAway(value: unknown): Taken {
  if (typeof value === 'string') return { text: value, extension: 'txt', type: 'text/plain' };
  const text = JSON.stringify(value, (_key, part: unknown) => (part instanceof Uint8Array ? { $base64: base64(part) } : part), 2);
  return { text: text ?? '', extension: 'json', type: 'application/json' };
}

/** In pieces: a call takes only so many arguments. */
function base64(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += 8_192) binary += String.fromCharCode(...bytes.subarray(at, at + 8_192));
  return btoa(binary);
}
