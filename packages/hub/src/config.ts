/** Reads what a hub is told: flags before `CONDUIT_*` variables before the file. Anything wrong is one sentence that says where. */

import { readFileSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { defaults, memoryDefaults, type SettingName, settings } from './contract/config.ts';

export type HubConfig = typeof defaults & { readonly hubId: string };

/** Something the operator said can't be meant; the message is one sentence for people. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

type Said = Readonly<Record<string, unknown>>;

interface Sources {
  /** By setting, as the command line gave them. */
  readonly flags: Said;
  /** The environment. An empty one counts as not said: that is what compose files make of one that is missing. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly file?: string;
}

const names = Object.keys(settings) as SettingName[];

export interface Settings {
  readonly config: HubConfig;
  /** Where each was said that is not left to its default. */
  readonly origins: ReadonlyMap<SettingName, string>;
}

/** The whole configuration. @throws ConfigError */
export function readConfig(sources: Sources): HubConfig {
  return readSettings(sources).config;
}

/** The whole configuration, and where it was said. @throws ConfigError */
export function readSettings({ flags, variables, file }: Sources): Settings {
  const fromFile = file === undefined ? {} : readFile(file);
  const said: Record<string, unknown> = {};
  const origins = new Map<SettingName, string>();
  for (const name of names) {
    const picked = pick(name, [
      { where: flagOf(name), value: flags[name] },
      { where: variableOf(name), value: variables[variableOf(name)] || undefined },
      { where: `"${name}" in ${file}`, value: fromFile[name] },
    ]);
    if (picked === undefined) continue;
    said[name] = picked.value;
    origins.set(name, picked.where);
  }
  return { config: withDefaults(said), origins };
}

/** What is said, and the default for the rest. */
export function withDefaults(said: Partial<HubConfig>): HubConfig {
  const kept = said.memory === true ? memoryDefaults : {};
  return { hubId: hostname(), ...defaults, ...kept, ...said };
}

/** @throws ConfigError when a hub that asks for no token would be open to everybody without saying so. */
export function refuseOpenness({ host, insecure }: HubConfig): void {
  if (isLoopback(host) || insecure) return;
  throw new ConfigError(
    `--host ${host} lets other machines in, and this hub has no tokens: whoever reaches it may send, serve, read and cancel everything; make one with conduit token create, or add --insecure if that is meant`,
  );
}

/** How JWTs are proved; undefined where none are. @throws ConfigError */
export function jwtOf({ jwtKey: keys, jwtIssuer: issuer, jwtAudience: audience }: HubConfig) {
  if (keys.length === 0) return undefined;
  if (issuer === '' || audience === '') {
    throw new ConfigError(
      '--jwt-key wants --jwt-issuer and --jwt-audience: a key that signs for others too would open this hub to all of them',
    );
  }
  return { keys, issuer, audience };
}

/** Where the hub's tokens are; undefined where nothing is kept and no file is named. */
export function tokenFileOf({ tokens, memory, dataDir }: HubConfig): string | undefined {
  if (tokens !== '') return tokens;
  return memory ? undefined : join(dataDir, 'tokens.json');
}

export function flagOf(name: SettingName): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

export function variableOf(name: SettingName): string {
  return `CONDUIT_${name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

function pick(name: SettingName, sources: readonly { readonly where: string; readonly value: unknown }[]) {
  const source = sources.find(({ value }) => value !== undefined);
  if (source === undefined) return undefined;
  const { schema, expected } = settings[name];
  const parsed = schema.safeParse(source.value);
  if (!parsed.success) throw new ConfigError(`${source.where} must be ${expected}, not ${JSON.stringify(source.value)}`);
  return { value: parsed.data, where: source.where };
}

function readFile(path: string): Said {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new ConfigError(`the configuration ${path} can't be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content))
    throw new ConfigError(`${path} must hold one JSON object`);
  const unknown = Object.keys(content).find((key) => !(names as string[]).includes(key));
  if (unknown !== undefined)
    throw new ConfigError(`${path} has "${unknown}", which is no setting; conduit start --help names them`);
  return content as Said;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}
