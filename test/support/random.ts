/** Chance that can be had again: the same seed gives the same numbers. */

/** Numbers from 0 up to 1 (mulberry32: small, and good enough to choose moments). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The seed of this run: `CONDUIT_SEED`, or a new one. It is printed, so that a failure can be had again. */
export function aSeed(what: string): number {
  const said = process.env['CONDUIT_SEED'];
  const seed = said === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(said);
  process.stdout.write(`${what}: CONDUIT_SEED=${seed}\n`);
  return seed;
}

/** `count` different whole numbers below `bound`, in their order. */
export function drawn(count: number, bound: number, random: () => number): number[] {
  const all = new Set<number>();
  while (all.size < count) all.add(Math.floor(random() * bound));
  return [...all].sort((a, b) => a - b);
}
