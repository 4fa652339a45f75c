/** The addresses of pages, below wherever the dashboard is. */

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
