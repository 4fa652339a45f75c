/** Finds dates and writes them one way: `14 June 2025`, `April 13, 2026`, `17. Februar 2026`, `02.02.2026`, `2029-06-30`, `February 2026`. */

export interface FoundDate {
  /** As it is written. */
  readonly text: string;
  /** ISO 8601, to the day or the month. Left out where 3/4/2026 may be March or April. */
  readonly date?: string;
}

/** Whose names of months are known beside the text's own. */
const always = 'en';

/** What finds the dates of texts in one language: made once for a document. */
export class DateFinder {
  readonly #months: ReadonlyMap<string, number>;
  readonly #pattern: RegExp;
  readonly #isEnglish: boolean;

  constructor(language: string | undefined) {
    this.#isEnglish = language === undefined || language === always;
    this.#months = new Map([...monthNames(always), ...monthNames(language ?? always)]);
    // The longest first: "June" must not be taken for "Jun".
    const name = [...this.#months.keys()].sort((one, other) => other.length - one.length).join('|');
    this.#pattern = new RegExp(
      [
        String.raw`(?<![\d-])(?<y1>\d{4})-(?<m1>\d{2})-(?<d1>\d{2})(?![\d-])`,
        String.raw`(?<!\d)(?<d2>\d{1,2})(?:st|nd|rd|th|\.|º)?[ \u00a0](?:of |de )?(?<n2>${name})\b\.?,?[ \u00a0](?:de )?(?<y2>\d{4})(?!\d)`,
        String.raw`(?<!\p{L})(?<n3>${name})\b\.?[ \u00a0](?<d3>\d{1,2})(?:st|nd|rd|th)?,?[ \u00a0](?<y3>\d{4})(?!\d)`,
        String.raw`(?<!\p{L})(?<n4>${name})\b\.?,?[ \u00a0](?:of |de )?(?<y4>\d{4})(?!\d)`,
        String.raw`(?<![\d.])(?<d5>\d{1,2})\.[ \u00a0]?(?<m5>\d{1,2})\.[ \u00a0]?(?<y5>\d{4})(?!\d)`,
        String.raw`(?<![\d/])(?<a6>\d{1,2})/(?<b6>\d{1,2})/(?<y6>\d{4})(?![\d/])`,
      ].join('|'),
      'giu',
    );
  }

  /** In the order of the text; what no calendar has is none. */
  in(text: string): FoundDate[] {
    return [...text.matchAll(this.#pattern)].flatMap((match) => this.#read(match[0], match.groups ?? {}));
  }

  #read(text: string, found: Readonly<Record<string, string | undefined>>): FoundDate[] {
    if (found['y6'] !== undefined) return this.#readSlashes(text, found['y6'], [Number(found['a6']), Number(found['b6'])]);
    const year = found['y1'] ?? found['y2'] ?? found['y3'] ?? found['y4'] ?? found['y5'];
    const named = found['n2'] ?? found['n3'] ?? found['n4'];
    const month = named === undefined ? Number(found['m1'] ?? found['m5']) : this.#months.get(named.toLowerCase());
    const day = found['d1'] ?? found['d2'] ?? found['d3'] ?? found['d5'];
    const date = isoOf(Number(year), month ?? 0, day === undefined ? undefined : Number(day));
    return date === undefined ? [] : [{ text, date }];
  }

  /** The day comes first everywhere but in English, where it depends on who writes. */
  #readSlashes(text: string, year: string, [first, second]: readonly [number, number]): FoundDate[] {
    const [dayFirst, monthFirst] = [isoOf(Number(year), second, first), isoOf(Number(year), first, second)];
    if (!this.#isEnglish && dayFirst !== undefined) return [{ text, date: dayFirst }];
    const [date, other] = [dayFirst, monthFirst].filter((one) => one !== undefined);
    if (date === undefined) return [];
    return other === undefined || other === date ? [{ text, date }] : [{ text }];
  }
}

function isoOf(year: number, month: number, day: number | undefined): string | undefined {
  const date = new Date(Date.UTC(year, month - 1, day ?? 1));
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== (day ?? 1)) return undefined;
  return date.toISOString().slice(0, day === undefined ? 7 : 10);
}

/** Long and short, as within a date, in small letters. */
function monthNames(language: string): [string, number][] {
  return (['long', 'short'] as const).flatMap((style) => {
    const format = new Intl.DateTimeFormat(language, { month: style, day: 'numeric', timeZone: 'UTC' });
    return Array.from({ length: 12 }, (_, at): [string, number] => {
      const month = format.formatToParts(Date.UTC(2026, at, 1)).find(({ type }) => type === 'month')?.value ?? '';
      return [month.toLowerCase().replace(/\.$/, ''), at + 1];
    }).filter(([month]) => /^\p{L}+$/u.test(month));
  });
}
