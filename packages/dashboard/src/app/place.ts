/** Where the hub is, as this page was loaded from it: the page's `<base>` says how far up. */

/** Ends with a slash. */
export const hubUrl = new URL('./', document.baseURI);

/** What stands before every address of the dashboard; empty at the root of a host. */
export const basePath = hubUrl.pathname.replace(/\/$/, '');
