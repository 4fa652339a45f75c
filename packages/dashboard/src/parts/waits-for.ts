/** What would keep a request to a service waiting, in a sentence, said before it is sent. */

interface Asked {
  readonly name: string;
  readonly paused: boolean;
  readonly providers: readonly unknown[];
}

/** @returns undefined where nothing is known that would. */
export function waitsFor({ name, paused, providers }: Asked): string | undefined {
  if (paused) return `${name} is paused: a request waits until it is resumed.`;
  if (providers.length === 0) return `Nobody provides ${name} now: a request waits a minute for somebody who does.`;
  return undefined;
}
