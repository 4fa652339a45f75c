/** Which web pages may speak to the hub: its own, those of this machine, and those it was told of. */

/** What a browser says of the page that connects. */
export interface Visit {
  /** The `Origin` header; what is no browser sends none. */
  readonly origin: string | undefined;
  /** The `Host` header: the name by which the hub was reached. */
  readonly host: string | undefined;
  /** The address at which the hub was reached. */
  readonly localAddress: string | undefined;
}

interface OriginsParts {
  /** Further origins, such as `https://app.example.org`; `*` lets everybody in. */
  readonly allowed: readonly string[];
  readonly log: { warn(fields: object, sentence: string): void };
}

/** Refused origins are told once each, as far as these many are remembered. */
const maxTold = 100;

export class Origins {
  readonly #allowed: ReadonlySet<string>;
  readonly #log: OriginsParts['log'];
  readonly #told = new Set<string>();

  constructor({ allowed, log }: OriginsParts) {
    this.#allowed = new Set(allowed.map(normalized));
    this.#log = log;
  }

  /** Whether the page may connect; a refusal is logged with the flag that would allow it. */
  admits({ origin, host, localAddress }: Visit): boolean {
    if (origin === undefined || this.allows(origin) || isOwn(origin, { host, localAddress })) return true;
    this.#tell(normalized(origin));
    return false;
  }

  /** Whether pages of this origin may connect wherever the hub is reached. */
  allows(origin: string): boolean {
    return this.#allowed.has('*') || this.#allowed.has(normalized(origin)) || isLoopbackName(parsed(origin)?.hostname ?? '');
  }

  #tell(origin: string): void {
    if (this.#told.has(origin)) return;
    if (this.#told.size >= maxTold) this.#told.clear();
    this.#told.add(origin);
    const advice = adviceFor(origin);
    this.#log.warn({ origin }, `a page of ${origin} was turned away; ${advice}`);
  }
}

function adviceFor(origin: string): string {
  if (origin === 'null') return 'it was opened as a file, or stands in a sandbox: serve it over HTTP, and allow that origin';
  return `--allow-origin ${origin} would let it in`;
}

/**
 * A page that the hub itself served. A foreign page whose name was made to point at this machine (DNS rebinding) looks the
 * same, so a hub that is reached on this machine has only this machine's names; behind a proxy it is told the others.
 */
function isOwn(origin: string, { host, localAddress }: Omit<Visit, 'origin'>): boolean {
  const url = parsed(origin);
  if (url === undefined || url.host !== host?.toLowerCase()) return false;
  return !isLoopbackAddress(localAddress) || isLoopbackName(url.hostname);
}

/** As URLs write it. What is no URL (`null` among them: a sandboxed frame or a local file) is a word like any other. */
function normalized(origin: string): string {
  const url = parsed(origin);
  if (url === undefined) return /^[\w.*-]{1,64}$/.test(origin) ? origin : 'an unreadable origin';
  return `${url.protocol}//${url.host}`;
}

function parsed(origin: string): URL | undefined {
  return URL.canParse(origin) ? new URL(origin) : undefined;
}

export function isLoopbackName(hostname: string): boolean {
  return (
    hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname)
  );
}

export function isLoopbackAddress(address: string | undefined): boolean {
  return address === '::1' || /^(?:::ffff:)?127\./.test(address ?? '');
}
