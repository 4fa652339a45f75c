/**
 * Apache and nginx in front of a hub, with the files of `deploy/`: started on free ports, as nobody where the tests run as root,
 * beside what Debian's own files say. Of ours, only addresses, ports and places are the test's.
 */

import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { aProgram } from '../python/python.ts';
import { closing } from './closing.ts';
import { aFreePort } from './hub-process.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const nobody = 65_534;
const isRoot = process.getuid?.() === 0;
/** What `scripts/test-all.sh` unpacks: installed, it would run. */
const nginxUnpacked = 'node_modules/.cache/nginx/usr/sbin/nginx';

/** The domain of `conduit.conf`, and of the site that `conduit-below-a-path.conf` is a part of. */
export const domain = 'hub.example.org';
export const site = 'www.example.org';

export type Kind = 'apache' | 'nginx';

export interface WebServerOptions {
  /** Where the hub is. */
  readonly hub: { readonly port: number };
  /** Other numbers than those of our files, so that a test need not wait for a minute. */
  readonly instead?: Readonly<Record<string, string>>;
  /** Where it listens. */
  readonly port: number;
  /** Loopback by default. */
  readonly address?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Told each piece of the answer as it comes. */
  readonly onPiece?: (piece: string) => void;
}

export interface WebServer {
  readonly port: number;
  readonly plainPort: number;
  /** For whoever connects by a domain: leads it here, and knows the certificate. */
  readonly agent: Agent;
  /** Asks by TLS; the certificate has to be right. */
  ask(host: string, path: string, asked?: Asked): Promise<Answer>;
}

/** Resolves once it listens. It is gone, with its folder, when the test ends. */
export async function aWebServer(kind: Kind, options: WebServerOptions): Promise<WebServer> {
  const { port, address = '127.0.0.1' } = options;
  const plainPort = await aFreePort();
  const folder = mkdtempSync(join(tmpdir(), `conduit-${kind}-`));
  closing(() => rmSync(folder, { recursive: true, force: true }));
  const at = (name: string): string => join(folder, name);
  const names = `subjectAltName=DNS:${domain},DNS:${site}`;
  const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  execFileSync(
    'openssl',
    [...made, '-subj', `/CN=${domain}`, '-addext', names, '-keyout', at('key.pem'), '-out', at('cert.pem')],
    {
      stdio: 'ignore',
    },
  );
  for (const name of ['app', 'www', 'work']) mkdirSync(at(name));
  writeFileSync(at('app/index.html'), '<!doctype html><title>A page of our own</title>');
  writeFileSync(at('www/index.html'), '<!doctype html><title>The site</title>');

  const replaced: Readonly<Record<string, string>> = {
    '*:443': `${address}:${port}`,
    '*:80': `${address}:${plainPort}`,
    'listen 443': `listen ${address}:${port}`,
    'listen 80': `listen ${address}:${plainPort}`,
    '127.0.0.1:9100': `127.0.0.1:${options.hub.port}`,
    [`/etc/ssl/certs/${domain}.pem`]: at('cert.pem'),
    [`/etc/ssl/private/${domain}.key`]: at('key.pem'),
    '/var/www/conduit-app': at('app'),
    ...options.instead,
  };
  for (const name of ['conduit.conf', 'conduit-below-a-path.conf']) {
    let text = readFileSync(join(root, 'deploy', kind, name), 'utf8');
    for (const [from, to] of Object.entries(replaced)) text = text.replaceAll(from, to);
    writeFileSync(at(name), text);
  }
  const place = { address, port, plainPort, folder };
  writeFileSync(at('main.conf'), kind === 'apache' ? mainOfApache(place) : mainOfNginx(place));
  if (isRoot) giveTo(nobody, folder);

  const command =
    kind === 'apache'
      ? ['/usr/sbin/apache2', '-D', 'FOREGROUND', '-f', at('main.conf')]
      : [nginx(), '-p', folder, '-e', 'stderr', '-c', at('main.conf')];
  const [program = '', ...args] = isRoot
    ? ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups', '--pdeathsig', 'KILL', '--', ...command]
    : command;
  const running = aProgram(program, args, { cwd: folder });
  await running.printed(kind === 'apache' ? 'resuming normal operations' : 'start worker process ');

  const lookup = (_host: string, _options: object, done: (error: null, found: object[]) => void): void =>
    done(null, [{ address, family: 4 }]);
  const agent = new Agent({ ca: readFileSync(at('cert.pem')), lookup: lookup as never });
  closing(() => agent.destroy());
  const ask = async (host: string, path: string, { onPiece, body, ...asked }: Asked = {}): Promise<Answer> =>
    await new Promise((resolve, reject) => {
      const asking = request({ host, port, path, agent, ...asked }, (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (piece: string) => {
          text += piece;
          onPiece?.(piece);
        });
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
        answer.on('error', reject);
      });
      asking.on('error', reject);
      asking.end(body);
    });
  return { port, plainPort, agent, ask };
}

interface Place {
  readonly address: string;
  readonly port: number;
  readonly plainPort: number;
  readonly folder: string;
}

/** What Debian's `apache2.conf`, and the modules that it has on by itself, say of what matters here. */
function mainOfApache({ address, port, plainPort, folder }: Place): string {
  const standard = ['mpm_event', 'authz_core', 'deflate', 'dir', 'filter', 'mime', 'reqtimeout', 'socache_shmcb', 'substitute'];
  const enabled = /a2enmod (.*)/.exec(readFileSync(join(root, 'deploy/apache/conduit.conf'), 'utf8'))?.[1]?.split(' ') ?? [];
  const modules = [...standard, ...enabled].map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`);
  return `${modules.join('\n')}
ServerName localhost
PidFile ${folder}/work/pid
DefaultRuntimeDir ${folder}/work
ErrorLog "|/bin/cat"
LogLevel notice
Listen ${address}:${port}
Listen ${address}:${plainPort}
Timeout 300
KeepAliveTimeout 5
StartServers 2
MinSpareThreads 25
MaxSpareThreads 75
ThreadLimit 64
ThreadsPerChild 25
MaxRequestWorkers 150
RequestReadTimeout header=20-40,minrate=500
RequestReadTimeout body=10,minrate=500
AddOutputFilterByType DEFLATE text/html text/plain text/css application/javascript application/json
TypesConfig /etc/mime.types
DirectoryIndex index.html
Include ${folder}/conduit.conf
<VirtualHost ${address}:${port}>
  ServerName ${site}
  SSLEngine on
  SSLCertificateFile ${folder}/cert.pem
  SSLCertificateKeyFile ${folder}/key.pem
  DocumentRoot ${folder}/www
  Include ${folder}/conduit-below-a-path.conf
</VirtualHost>
`;
}

/** Likewise of Debian's `nginx.conf`, and where somebody may write who is nobody. */
function mainOfNginx({ address, port, folder }: Place): string {
  const writes = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `daemon off;
worker_processes 2;
pid ${folder}/work/pid;
error_log stderr notice;
events { worker_connections 768; }
http {
  ${writes.map((what) => `${what}_temp_path ${folder}/work/${what};`).join('\n  ')}
  access_log off;
  types { text/html html; }
  default_type application/octet-stream;
  gzip on;
  include ${folder}/conduit.conf;
  server {
    listen ${address}:${port} ssl http2;
    server_name ${site};
    ssl_certificate ${folder}/cert.pem;
    ssl_certificate_key ${folder}/key.pem;
    root ${folder}/www;
    include ${folder}/conduit-below-a-path.conf;
  }
}
`;
}

function nginx(): string {
  const found = [join(root, nginxUnpacked), '/usr/sbin/nginx'].find((path) => existsSync(path));
  if (found === undefined) throw new Error('this test needs nginx: scripts/test-all.sh unpacks it, without installing it');
  return found;
}

function giveTo(owner: number, folder: string): void {
  for (const name of ['', ...readdirSync(folder, { recursive: true, encoding: 'utf8' })])
    chownSync(join(folder, name), owner, owner);
}
