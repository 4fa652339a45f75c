/** Ids of one's own for what has to be named before the hub answers. */

/**
 * A UUID of version 7 (RFC 9562): ids of later milliseconds sort after earlier ones. Random bytes and not `crypto.randomUUID`, which
 * is missing on pages that come over plain http from another machine.
 */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(10));
  // Its two highest bits are the variant: 10.
  bytes[2] = 0x80 | ((bytes[2] ?? 0) & 0x3f);
  const random = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  const time = Date.now().toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(1, 4)}-${random.slice(4, 8)}-${random.slice(8)}`;
}
