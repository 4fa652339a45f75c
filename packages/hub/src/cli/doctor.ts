/** `conduit doctor`: whether a hub could start here, or how the one is that runs: a line for each thing that was looked at. */

import { ConfigError, readSettings, type Settings } from '../config.ts';
import { configurationFindings } from './doctor/configuration.ts';
import { type Finding, failed } from './doctor/finding.ts';
import { folderFindings } from './doctor/folder.ts';
import { machineFindings } from './doctor/machine.ts';
import { portFindings } from './doctor/port.ts';
import { exitCodes } from './exit.ts';
import { type Paint, painter } from './paint.ts';
import { plain } from './plain.ts';

const marks = {
  ok: { word: 'ok', style: 'green' },
  warning: { word: 'warning', style: 'yellow' },
  failed: { word: 'failed', style: 'red' },
} as const;
const markWidth = 8;
const checkWidth = 14;

/** @param flags those of `conduit start`, and `json`. @returns the exit code. */
export async function doctor({ json, ...flags }: Readonly<Record<string, unknown>>): Promise<number> {
  const paint = painter(process.stdout);
  const found: Finding[] = [];
  const tell = (findings: readonly Finding[]): void => {
    found.push(...findings);
    for (const finding of findings) process.stdout.write(json === true ? lineOf(finding) : textOf(finding, paint));
  };
  tell(await machineFindings());
  const settings = settingsOf(flags);
  if (settings instanceof ConfigError) {
    tell([failed('configuration', settings.message, 'conduit start --help names every setting and what it may be')]);
    return exitCodes.usage.code;
  }
  tell(configurationFindings(settings));
  tell(await folderFindings(settings.config));
  tell(await portFindings(settings.config));
  return found.some(({ status }) => status === 'failed') ? exitCodes.failed.code : exitCodes.completed.code;
}

function settingsOf(flags: Readonly<Record<string, unknown>>): Settings | ConfigError {
  try {
    const file = flags['config'] ?? process.env['CONDUIT_CONFIG'];
    return readSettings({ flags, variables: process.env, ...(typeof file === 'string' && file !== '' ? { file } : {}) });
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}

function textOf({ check, status, says, advice }: Finding, paint: Paint): string {
  const { word, style } = marks[status];
  const now = advice === undefined ? '' : `${' '.repeat(markWidth + checkWidth)}→ ${plain(advice)}\n`;
  return `${paint(style, word.padEnd(markWidth))}${check.padEnd(checkWidth)}${plain(says)}\n${now}`;
}

function lineOf({ check, status, says, advice }: Finding): string {
  return `${JSON.stringify({ check, status, message: says, ...(advice === undefined ? {} : { advice }) })}\n`;
}
