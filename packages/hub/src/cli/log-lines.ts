/** The hub's log for people at a terminal: a time, a level, a sentence, and what it is about. Machines get JSON. */

import { styleText } from 'node:util';
import type { LogStream } from '../ops/logger.ts';
import { plain } from './plain.ts';

const styles = { fatal: 'red', error: 'red', warn: 'yellow', info: 'cyan', debug: 'dim', trace: 'dim' } as const;

/** Said on every line, or shown in another way. */
const unshown = new Set(['level', 'time', 'hub_id', 'msg', 'err']);

/** JSON lines in, lines for people out. */
export function logLines(terminal: { write(text: string): unknown }, isColoured: boolean): LogStream {
  return {
    write: (line) => {
      const entry = JSON.parse(line) as Readonly<Record<string, unknown>>;
      const level = String(entry['level']);
      const style = Object.hasOwn(styles, level) ? styles[level as keyof typeof styles] : 'dim';
      const shownLevel = isColoured ? styleText(style, level.padEnd(5), { validateStream: false }) : level.padEnd(5);
      const time = new Date(String(entry['time'])).toTimeString().slice(0, 8);
      const fields = Object.entries(entry).filter(([name]) => !unshown.has(name));
      const about = fields
        .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
        .join(' ');
      terminal.write(
        `${time} ${shownLevel} ${plain(`${String(entry['msg'])}${about === '' ? '' : `  ${about}`}${stackOf(entry['err'])}`)}\n`,
      );
    },
  };
}

/** As the logger tells an error: its name, its sentence, where it was thrown, and what caused it. */
function stackOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  const { type, message, stack, cause } = error as Readonly<Record<string, unknown>>;
  const head = [type, message].filter((part) => typeof part === 'string').join(': ');
  const frames = typeof stack === 'string' && stack !== '' ? `\n    ${stack}` : '';
  return `\n${head}${frames}${stackOf(cause)}`;
}
