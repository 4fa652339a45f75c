/** Which web pages may speak to the hub: its own, those of this machine, and those it was told of. */

const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Whether a page of this origin may connect. No origin at all is no browser, and passes.
 * @param host the Host header of the request: a page that the hub itself served is of the same.
 */
export function isAllowedOrigin(origin: string | undefined, host: string | undefined, allowed: readonly string[]): boolean {
  if (origin === undefined || allowed.includes('*') || allowed.includes(origin)) return true;
  if (!URL.canParse(origin)) return false; // `null` among them: a sandboxed frame or a local file.
  const url = new URL(origin);
  return url.host === host || loopbackHosts.has(url.hostname);
}
