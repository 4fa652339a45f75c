/** Where the hub is, and what to show it: as the caller says, as the environment says, as the page was served. */

/** The parts of the surroundings that are looked at, present in Node only or in browsers only. */
interface Surroundings {
  readonly process?: { readonly env?: Readonly<Record<string, string | undefined>> };
  readonly location?: { readonly origin?: string; readonly protocol?: string };
}

const surroundings = globalThis as Surroundings;

/** Where `conduit start` listens. */
const usualUrl = 'http://127.0.0.1:9100';

export interface Address {
  readonly origin: string;
  /** Socket.IO's own path: behind a proxy a hub may stand below one. */
  readonly path: string;
}

/** In Node `CONDUIT_URL`, in a page the page's own origin; otherwise the usual port of this machine. */
export function defaultUrl(): string {
  const { location, process } = surroundings;
  const isPage = location?.protocol === 'http:' || location?.protocol === 'https:';
  return process?.env?.['CONDUIT_URL'] ?? (isPage ? location.origin : undefined) ?? usualUrl;
}

/** In Node `CONDUIT_TOKEN`; an empty one counts as not said. */
export function defaultToken(): string | undefined {
  return surroundings.process?.env?.['CONDUIT_TOKEN'] || undefined;
}

/** Why nothing came of connecting. A page can't know whether nobody answers or the hub turns it away: browsers keep that to themselves. */
export function unreachableText(url: string): string {
  const { origin: page, protocol } = surroundings.location ?? {};
  if (page === undefined || page === addressOf(url).origin)
    return `no hub answers at ${url}; is one running there? (conduit start)`;
  if (protocol === 'file:')
    return `no hub answers at ${url}, or none that takes a page that was opened as a file: have it served`;
  return `no hub answers at ${url}, or it lets no pages of ${page} in; its log says so (conduit start --allow-origin ${page})`;
}

/** @throws TypeError when it is no address of a hub. */
export function addressOf(url: string): Address {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !/^(?:http|ws)s?:$/.test(parsed.protocol))
    throw new TypeError(`a hub's address is a URL such as ${usualUrl}, not "${url}"`);
  return { origin: `${parsed.protocol}//${parsed.host}`, path: `${parsed.pathname.replace(/\/+$/, '')}/socket.io/` };
}
