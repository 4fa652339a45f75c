// The documentation as a site: the same files that are readable in the repository, built for `/docs/` of a hub, with nothing from any other host.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { MarkdownRenderer } from 'vitepress';
import { defineConfig } from 'vitepress';

const folder = fileURLToPath(new URL('..', import.meta.url));

interface Page {
  readonly text: string;
  readonly link: string;
}

/** One that is not written yet is left out of the navigation. */
function pages(links: Readonly<Record<string, string>>): Page[] {
  return Object.entries(links)
    .map(([link, text]) => ({ text, link: `/${link}` }))
    .filter(({ link }) => existsSync(`${folder}${link}.md`));
}

/** Headings have the anchors here that they have on GitHub, so that one link works in both places. */
function anchorOf(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-');
}

/** A link out of this folder leads to a file of the repository, which a hub does not have: there it names the file. */
function nameFilesOfRepository(markdown: MarkdownRenderer): void {
  const inRepository = /^(?:\.\.\/)+(.+)$/;
  markdown.core.ruler.push('files_of_repository', ({ tokens, env }) => {
    const above = String(env.relativePath ?? '').split('/').length;
    for (const { children } of tokens) {
      const named: boolean[] = [];
      for (const token of children ?? []) {
        if (token.type === 'link_open') {
          const href = token.attrGet('href') ?? '';
          const path = inRepository.exec(href)?.[1];
          const isOut = path !== undefined && href.split('../').length - 1 >= above;
          named.push(isOut);
          if (!isOut) continue;
          token.tag = 'span';
          token.attrs = [
            ['class', 'in-repository'],
            ['title', `In the repository: ${path}`],
          ];
          token.type = 'in_repository_open';
        } else if (token.type === 'link_close' && named.pop() === true) {
          token.tag = 'span';
          token.type = 'in_repository_close';
        }
      }
    }
  });
}

export default defineConfig({
  title: 'Conduit',
  description: 'The hub that routes messages between your apps and services in real time',
  lang: 'en',
  base: '/docs/',
  cleanUrls: true,
  // What every page would carry within itself becomes a file, so that its policy can forbid scripts within pages.
  metaChunk: true,
  srcExclude: ['decisions/0000-template.md'],
  // Pictures stay files: they are few, and their styles are told apart by their names.
  vite: { build: { assetsInlineLimit: 0 } },
  head: [
    ['link', { rel: 'icon', type: 'image/svg+xml', href: '/docs/logo.svg' }],
    ['meta', { name: 'color-scheme', content: 'light dark' }],
  ],
  markdown: {
    config: nameFilesOfRepository,
    anchor: { slugify: anchorOf },
    theme: { light: 'github-light-high-contrast', dark: 'github-dark' },
  },
  themeConfig: {
    logo: '/logo.svg',
    // All of the words as they are written, or their beginnings: what merely looks like an error's code is not what was asked for.
    search: {
      provider: 'local',
      options: {
        miniSearch: {
          searchOptions: { combineWith: 'AND', fuzzy: false, prefix: true, boost: { title: 8, text: 2, titles: 1 } },
        },
      },
    },
    outline: { level: [2, 3] },
    docFooter: { prev: 'Before', next: 'Next' },
    externalLinkIcon: true,
    nav: [
      { text: 'Start', link: '/start' },
      { text: 'Guide', link: '/integration-guide' },
      { text: 'Operations', link: '/operations' },
      { text: 'Reference', link: '/protocol' },
    ],
    sidebar: [
      {
        text: 'Begin',
        items: pages({
          index: 'What Conduit is',
          start: 'Start: five minutes',
          concepts: 'Concepts',
          comparison: 'Comparison',
          glossary: 'Words',
        }),
      },
      {
        text: 'Build',
        items: pages({
          'integration-guide': 'Integration Guide',
          sdk: 'The SDK',
          'sdk-browser': 'The SDK in a page',
          'sdk-react': 'React hooks',
          python: 'Python',
          dispatch: 'HTTP workers',
          pools: 'Service pools and workers',
        }),
      },
      {
        text: 'Run',
        items: pages({
          operations: 'Operations',
          dashboard: 'The dashboard',
          configuration: 'Configuration',
          security: 'Security',
          'conduit-local': 'conduit.local',
        }),
      },
      {
        text: 'Reference',
        items: pages({
          guarantees: 'Guarantees',
          errors: 'Errors',
          limits: 'Limits',
          cli: 'Command line',
          http: 'HTTP API',
          // Written from the SDK's own comments when the site is built.
          'reference/sdk': 'SDK: @conduit/sdk',
          'reference/react': 'SDK: React',
          'reference/opentelemetry': 'SDK: OpenTelemetry',
          protocol: 'Wire protocol',
        }),
      },
      {
        text: 'Decisions',
        collapsed: true,
        items: pages({
          'decisions/0001-embedded-store': 'The embedded store',
          'decisions/0002-one-decision-two-phases': 'One decision, two phases',
          'decisions/0003-signed-sessions': 'Signed sessions',
          'decisions/0004-running-is-live': 'Running is live',
          'decisions/0005-loops-pull-from-the-log': 'Loops pull from the log',
          'decisions/0006-tokens': 'Tokens',
          'decisions/0007-metrics-of-our-own': 'Metrics of our own',
          'decisions/0008-tracing-is-an-option': 'Tracing is an option',
          'decisions/0009-http-workers': 'HTTP workers',
          'decisions/0010-dashboard': 'The dashboard',
        }),
      },
    ],
  },
});
