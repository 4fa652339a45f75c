/** Where the hub is, as this page was loaded from it: the page's `<base>` says how far up. */

/** Ends with a slash. */
export const hubUrl = new URL('./', document.baseURI);

/** What stands before every address of the dashboard; empty at the root of a host. */
export const basePath = hubUrl.pathname.replace(/\/$/, '');

/** The address of a request. */
export function requestPath(requestId: string): string {
  return `/requests/${requestId}`;
}

/** The address of a service; its name may have slashes of its own. */
export function servicePath(name: string): string {
  return `/services/${name.split('/').map(encodeURIComponent).join('/')}`;
}

/** The list of requests, narrowed. */
export function requestsPath(filters: Readonly<Record<string, string>>): string {
  return `/requests?${new URLSearchParams(filters)}`;
}
