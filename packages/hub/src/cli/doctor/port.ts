/** The port: free, or a hub answers there, how it is, and whether its clock agrees with this machine's. */

import { isFields } from '@conduit/sdk/protocol/fields';
import type { HubConfig } from '../../config.ts';
import { version } from '../../version.ts';
import { troubleOfListening } from '../listening.ts';
import { type Finding, failed, ok, sentenceOf, warning } from './finding.ts';

const answerMs = 5_000;
/** Beyond it JWTs that were just made are refused; an answer tells whole seconds. */
const clockToleranceMs = 5_000;

const advice = 'stop it, or give --port';

export async function portFindings({ host, port }: HubConfig): Promise<readonly Finding[]> {
  const where = `${host}:${port}`;
  const trouble = await troubleOfListening(host, port);
  if (trouble === undefined) return [ok('port', port === 0 ? 'the system gives a free one' : `${where} is free`)];
  if (trouble !== 'EADDRINUSE') {
    return [
      failed(
        'port',
        `can't listen on ${where} (${trouble})`,
        'give --host an address of this machine, and a --port that this user may take',
      ),
    ];
  }
  return await findingsAt(urlOf(host, port), where);
}

async function findingsAt(url: string, where: string): Promise<readonly Finding[]> {
  try {
    const ready = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(answerMs) });
    const state: unknown = await ready.json().catch(() => undefined);
    const { info } = await fieldsAt(`${url}/openapi.json`);
    if (!isFields(state) || typeof state['ok'] !== 'boolean' || !isFields(info) || info['title'] !== 'Conduit') {
      return [failed('port', `something that is no hub listens on ${where}`, advice)];
    }
    const running = `a hub answers on ${where}, version ${String(info['version'])}`;
    return [
      info['version'] === version
        ? ok('port', running)
        : warning('port', `${running}; this is ${version}`, 'restart it to run this version'),
      state['ok']
        ? ok('readiness', 'it is ready')
        : failed('readiness', `it is not ready: ${String(state['reason'])}`, 'its log says more'),
      clockFinding(ready.headers.get('date')),
    ];
  } catch (error) {
    return [failed('port', `what listens on ${where} does not answer as a hub: ${sentenceOf(error)}`, advice)];
  }
}

async function fieldsAt(url: string): Promise<Readonly<Record<string, unknown>>> {
  const response = await fetch(url, { signal: AbortSignal.timeout(answerMs) });
  const body: unknown = await response.json().catch(() => undefined);
  return isFields(body) ? body : {};
}

export function clockFinding(date: string | null, now = Date.now()): Finding {
  const at = date === null ? Number.NaN : Date.parse(date);
  if (Number.isNaN(at)) return ok('clock', 'the hub does not tell its time');
  const apart = Math.abs(now - at);
  if (apart <= clockToleranceMs) return ok('clock', "the hub's clock and this machine's agree");
  const says = `the hub's clock and this machine's are ${Math.round(apart / 1_000)} s apart`;
  return warning('clock', says, 'let both follow the same time (timedatectl set-ntp true): JWTs are refused beyond 5 s');
}

/** An address that stands for all of them is asked at this machine's own. */
function urlOf(host: string, port: number): string {
  const asked = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${asked.includes(':') ? `[${asked}]` : asked}:${port}`;
}
