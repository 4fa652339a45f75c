/** Chance that repeats itself: the same seed gives the same numbers, on every machine. */

/** Numbers from 0 up to but not including 1. Marsaglia's xorshift of 32 bits, its seed mixed first: small seeds are alike otherwise. */
export function seeded(seed: number): () => number {
  // A xorshift that is 0 stays 0.
  let state = mixed(seed >>> 0) || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** A seed of a text, for example of a request's id: FNV-1a, 32 bits. */
export function seedOf(text: string): number {
  let hash = 0x811c_9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x0100_0193);
  return hash >>> 0;
}

/** Spreads each bit over all of them (the finalizer of MurmurHash3, which is in the public domain). */
function mixed(bits: number): number {
  const once = Math.imul(bits ^ (bits >>> 16), 0x85eb_ca6b);
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2_ae35);
  return (twice ^ (twice >>> 16)) >>> 0;
}
