/** Colours where a person looks: on a terminal, unless NO_COLOR says no. FORCE_COLOR is heard before both. */

import { styleText } from 'node:util';

export type Style = Parameters<typeof styleText>[0];

/** Gives text a style, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string;

interface Target {
  readonly isTTY?: boolean;
  hasColors?(): boolean;
}

type Variables = Readonly<Record<string, string | undefined>>;

export function hasColours(target: Target, { NO_COLOR = '', FORCE_COLOR = '' }: Variables = process.env): boolean {
  if (FORCE_COLOR !== '') return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  if (NO_COLOR !== '' || target.isTTY !== true) return false;
  return target.hasColors?.() ?? false;
}

export function painter(target: Target, variables?: Variables): Paint {
  if (!hasColours(target, variables)) return (_style, text) => text;
  return (style, text) => (text === '' ? '' : styleText(style, text, { validateStream: false }));
}

/** Whether lines can be drawn again in place. */
export function isScreen(target: Target, { TERM }: Variables = process.env): boolean {
  return target.isTTY === true && TERM !== 'dumb';
}
