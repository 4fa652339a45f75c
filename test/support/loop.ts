/** The event loop of the test's own process, and of a hub in it: it stands still while a test says so. */

/** Nothing else happens in this process for so long, milliseconds. */
export function standStill(ms: number): void {
  for (const until = performance.now() + ms; performance.now() < until; );
}
