/** The page at `/` until the dashboard's turn comes: what this is, how it is, and what to do next. No script, nothing from elsewhere. */

import { html } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';
import type { HubStatus } from './app.ts';

export function page({ hubId, openRequests, connections, trouble }: HubStatus): HtmlEscapedString | Promise<HtmlEscapedString> {
  const health = trouble === undefined ? 'Ready' : `Not ready: ${trouble}`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Conduit · ${hubId}</title>
<style>
:root { color-scheme: light dark; --ink: light-dark(#1b2430, #e6ebf2); --soft: light-dark(#5b6775, #9aa7b6); --line: light-dark(#dde3ea, #2a3441); --accent: light-dark(#0b66c3, #6cb2ff); --back: light-dark(#fbfcfd, #12181f); --card: light-dark(#fff, #18202a); }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; }
main { max-width: 44rem; margin: 0 auto; padding: 12vh 1.25rem 4rem; }
h1 { margin: 0; font-size: 2.25rem; letter-spacing: -.02em; }
p { margin: .5rem 0 0; color: var(--soft); }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: 1px; margin: 2.5rem 0; background: var(--line); border: 1px solid var(--line); border-radius: .75rem; overflow: hidden; }
dl div { background: var(--card); padding: 1rem 1.25rem; }
dt { font-size: .8125rem; color: var(--soft); }
dd { margin: .125rem 0 0; font-size: 1.375rem; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
pre { margin: .75rem 0 0; padding: 1rem 1.25rem; background: var(--card); border: 1px solid var(--line); border-radius: .75rem; overflow: auto; font: .875rem/1.6 ui-monospace, monospace; }
h2 { margin: 0; font-size: 1.0625rem; }
b { color: var(--accent); font-weight: 600; }
</style>
</head>
<body><main>
<h1>Conduit</h1>
<p>The hub that routes messages between your apps and services in real time.</p>
<dl>
<div><dt>Health</dt><dd>${health}</dd></div>
<div><dt>Open requests</dt><dd>${openRequests}</dd></div>
<div><dt>Connections</dt><dd>${connections}</dd></div>
<div><dt>Hub</dt><dd>${hubId}</dd></div>
</dl>
<h2>Ask a service for something</h2>
<pre><b>conduit call</b> brightwrapper generate-infographics '{"url":"article:tides"}'</pre>
</main></body>
</html>`;
}
