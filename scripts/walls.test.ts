/** The walls between the rooms hold: what must not be imported is refused, with the reason. */

import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const planted = mkdtempSync(join(tmpdir(), 'conduit-walls-'));
for (const file of ['biome.json', 'scripts/no-random.grit']) {
  mkdirSync(dirname(join(planted, file)), { recursive: true });
  copyFileSync(join(root, file), join(planted, file));
}
afterAll(() => rmSync(planted, { recursive: true }));

let plants = 0;
/** What the linter says of each planted file. It is asked once, of all: a linter started for each takes most of its time to start. */
let verdicts: ReadonlyMap<string, string> | undefined;

/** Plants such a file in such a place, while the tests are told; gives what the linter says of it, while they run. */
function plant(place: string, text: string): () => string {
  plants += 1;
  const path = place.replace('.ts', `-${plants}.ts`);
  mkdirSync(dirname(join(planted, path)), { recursive: true });
  writeFileSync(join(planted, path), text);
  return () => {
    verdicts ??= lint();
    return verdicts.get(path) ?? '';
  };
}

function lint(): ReadonlyMap<string, string> {
  const biome = join(root, 'node_modules/.bin/biome');
  const { stdout, stderr } = spawnSync(
    biome,
    ['lint', '--colors=off', '--vcs-enabled=false', '--max-diagnostics=none', 'packages'],
    {
      cwd: planted,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 ** 2,
    },
  );
  const output = `${stdout}${stderr}`;
  if (!output.includes(`Checked ${plants} files`))
    throw new Error(`the linter did not look at all ${plants} planted files: ${output}`);
  const said = new Map<string, string>();
  // Each finding begins with its file, at the start of a line.
  for (const finding of output.split(/^(?=packages\/\S+\.ts:\d+:\d+ )/m)) {
    const path = finding.slice(0, finding.indexOf(':'));
    said.set(path, `${said.get(path) ?? ''}${finding.replaceAll(/\s+/g, ' ')}`);
  }
  return said;
}

const importing = (from: string): string => `import { planted } from '${from}';\n\nexport const used = planted;\n`;

const protocol = 'packages/sdk/src/protocol/planted.ts';
const sdk = (name: string): string => `packages/sdk/src/${name}/planted.ts`;
const room = (name: string): string => `packages/hub/src/${name}/planted.ts`;

const reasons = {
  protocol: 'The protocol imports nothing: it runs in browsers, hubs and tests alike, and everything else stands on it.',
  routing: 'Routing is pure: it knows only the protocol and who speaks, so that the whole of it runs in the simulator.',
  access: 'Access is used by both edges and decides alone: it knows only the protocol, and how tokens are proved.',
  sessions: "Sessions, HTTP, ledgers and clusters meet in routing's ports only; only hub.ts knows them all.",
  ledger: "A ledger makes routing's decisions atomic and knows nothing of who asked or how.",
  edge: 'An edge speaks to routing through its ports; only hub.ts knows the other rooms.',
  cluster: 'A cluster carries what routing says between hubs through its ports, whatever keeps or shows it.',
  ground: "Every room may stand on logs, clocks and schemas, so they stand on no room but routing's ports.",
  client: "Whoever only calls carries nothing of the service side; what both need is the connection's.",
  service: "Whoever only serves carries nothing of the client side; what both need is the connection's.",
};

/** What each room must not import: packages with and without a path, rooms one level up and deeper, detours. */
const walls: readonly [path: string, reason: string, refused: readonly string[]][] = [
  [
    protocol,
    reasons.protocol,
    ['node:fs', 'node:fs/promises', 'zod', 'hono/html', '@conduit/hub', '../outside.ts', './../outside.ts'],
  ],
  [
    room('routing'),
    reasons.routing,
    [
      '../sessions/x.ts',
      '../ledger/deep/x.ts',
      '../access/budget.ts',
      '../hub.ts',
      './../hub.ts',
      '../../../sdk/src/protocol/errors.ts',
      'node:fs',
      'node:fs/promises',
      'zod',
      'hono/html',
      '@conduit/hub',
      '@hono/node-server',
    ],
  ],
  [room('access'), reasons.access, ['../routing/x.ts', '../hub.ts', '../sessions/deep/x.ts', './../routing/x.ts', 'zod']],
  [
    room('sessions'),
    reasons.sessions,
    [
      '../ledger/x.ts',
      '../ledger/deep/x.ts',
      './../ledger/x.ts',
      '../http/x.ts',
      '../cli/x.ts',
      '../ops/x.ts',
      '../wire/socketio.ts',
      '../hub.ts',
      '../config.ts',
    ],
  ],
  [room('sessions/deep'), reasons.sessions, ['../../ledger/x.ts', '../../hub.ts']],
  [
    room('ledger'),
    reasons.ledger,
    [
      '../sessions/x.ts',
      '../sessions/deep/x.ts',
      './../wire/x.ts',
      '../http/x.ts',
      '../access/x.ts',
      '../ops/x.ts',
      '../cli/x.ts',
      '../hub.ts',
      '../config.ts',
    ],
  ],
  [
    room('http'),
    reasons.edge,
    ['../ledger/x.ts', '../ledger/deep/x.ts', './../sessions/x.ts', '../wire/x.ts', '../cli/x.ts', '../hub.ts', '../config.ts'],
  ],
  [room('wire'), reasons.edge, ['../sessions/x.ts', '../http/x.ts', '../ledger/x.ts', '../cluster/x.ts', '../hub.ts']],
  [
    room('cluster'),
    reasons.cluster,
    ['../ledger/x.ts', '../sessions/deep/x.ts', '../http/x.ts', '../wire/x.ts', '../cli/x.ts', '../hub.ts', '../config.ts'],
  ],
  [room('ops'), reasons.ground, ['../sessions/x.ts', '../ledger/x.ts', '../hub.ts', '../config.ts']],
  [room('contract'), reasons.ground, ['../http/x.ts', '../ledger/x.ts', '../cli/x.ts', '../hub.ts']],
  [sdk('client'), reasons.client, ['../service/x.ts', '../service/deep/x.ts', '@conduit/hub']],
  [sdk('react'), reasons.client, ['../service/x.ts', '@conduit/hub']],
  [sdk('service'), reasons.service, ['../client/x.ts', './../client/x.ts', '@conduit/hub']],
];

test.each(
  walls.flatMap(([path, reason, refused]) => refused.map((from) => [path, from, reason, plant(path, importing(from))] as const)),
)('%s may not import %s', (_path, _from, reason, said) => {
  expect(said()).toContain(`× ${reason}`);
});

const imports: readonly [how: string, text: string][] = [
  ['a type', "import type { Planted } from '../sessions/x.ts';\n\nexport type Used = Planted;\n"],
  ['for its effect', "import '../sessions/x.ts';\n"],
  ['while running', "export const used = () => import('../sessions/x.ts');\n"],
  ['to pass it on', "export { planted } from '../sessions/x.ts';\n"],
];

test.each(imports.map(([how, text]) => [how, plant(room('routing'), text)] as const))(
  'a wall holds for what is imported %s',
  (_how, said) => {
    expect(said()).toContain(`× ${reasons.routing}`);
  },
);

const ambient: readonly [text: string, reason: string][] = [
  ['Date.now()', 'Time comes through the Clock port.'],
  ['new Date()', 'Time comes through the Clock port.'],
  ['performance.now()', 'Time comes through the Clock port.'],
  ['setTimeout(f, 1)', 'Timers come through the Clock port.'],
  ['setInterval(f, 1)', 'Timers come through the Clock port.'],
  ['setImmediate(f)', 'Turns come through the Clock port.'],
  ['queueMicrotask(f)', 'Turns come through the Clock port.'],
  ['process.pid', 'Routing runs anywhere; what it needs comes through ports.'],
  ['crypto.randomUUID()', 'Ids come through the Ids port.'],
  ['Math.random()', 'Ids come through the Ids port.'],
  ['globalThis.process', 'Behind it stand the clock and the process, which come through ports.'],
];

const using = (text: string): string => `export const planted = (f: () => void) => [f, ${text}];\n`;

test.each(ambient.map(([text, reason]) => [text, reason, plant(room('routing'), using(text))] as const))(
  'routing may not use %s',
  (_text, reason, said) => {
    expect(said()).toContain(reason);
    expect(said()).toMatch(/noRestrictedGlobals|plugin/);
  },
);

/** A wall that refuses everything would pass the tests above. */
const gates: readonly [path: string, allowed: readonly string[]][] = [
  [protocol, ['./errors.ts']],
  [room('routing'), ['./record.ts', '../access/identity.ts', '@conduit/sdk/protocol/states']],
  [room('access'), ['./identity.ts', '@conduit/sdk/protocol/errors', 'node:crypto', 'node:timers/promises', 'jose']],
  [
    room('sessions'),
    ['../routing/ports.ts', '../access/budget.ts', '../wire/connection.ts', 'node:crypto', '@conduit/sdk/protocol/wire'],
  ],
  [room('ledger'), ['../routing/record.ts', 'node:fs/promises', '@conduit/sdk/protocol/states']],
  [room('http'), ['../ops/clock.ts', '../routing/ports.ts', 'hono', 'hono/html']],
  [room('wire'), ['../routing/ports.ts', 'socket.io', 'node:http']],
  [room('cluster'), ['../routing/ports.ts', 'node:net', '@conduit/sdk/protocol/states']],
  [room('ops'), ['../routing/ports.ts', 'pino']],
  [room('contract'), ['../ops/logger.ts', '../routing/ports.ts', 'zod']],
  [sdk('client'), ['../connection/link.ts', '../protocol/errors.ts', 'socket.io-client']],
];

test.each(gates.flatMap(([path, allowed]) => allowed.map((from) => [path, from, plant(path, importing(from))] as const)))(
  '%s may import %s',
  (_path, _from, said) => {
    expect(said()).not.toContain('noRestrictedImports');
  },
);

const needsNoPort = plant(room('routing'), using('Math.max(1, 2), structuredClone({}), new Map()'));

test('routing may use what needs no port', () => {
  expect(needsNoPort()).not.toMatch(/noRestrictedGlobals|plugin/);
});
