/** The third step: what a document names – dates, money, addresses, people and organisations – and its tables as rows. */

import { englishLanguage, passagesForModel } from '../english.ts';
import { linkOf, type ParsedDocument } from '../parse/document.ts';
import { type Passage, passagesOf } from '../passages.ts';
import { Turns } from '../turns.ts';
import { emailsIn, linksIn } from './contacts.ts';
import { DateFinder, type FoundDate } from './dates.ts';
import { Finds, type OnPage } from './finds.ts';
import { type Money, moneyIn } from './money.ts';
import { type Name, namesIn } from './names.ts';
import { boundedTables, type ExtractedTable } from './tables.ts';

export interface Extraction {
  readonly dates: readonly OnPage<FoundDate>[];
  readonly money: readonly OnPage<Money>[];
  readonly emails: readonly string[];
  readonly links: readonly string[];
  /** Of English texts; there is no model for others. */
  readonly names: readonly OnPage<Name>[];
  readonly tables: readonly ExtractedTable[];
  /** Whether there was more of anything than a result should hold. */
  readonly isCut: boolean;
}

interface Extracting {
  /** ISO 639-1. */
  readonly language: string | undefined;
  readonly signal: AbortSignal;
  /** How many of the pages have been searched. */
  readonly onPage: (page: number, pages: number) => void;
}

/** Each thing once, where it is first said. Rejects when the signal stops it. */
export async function extract(document: ParsedDocument, { language, signal, onPage }: Extracting): Promise<Extraction> {
  const turns = new Turns(signal);
  const passages = passagesOf(document);
  const dateFinder = new DateFinder(language);
  const forNames = new Set<Passage>(language === englishLanguage ? passagesForModel(passages) : []);
  const dates = new Finds<FoundDate>(({ text, date }) => date ?? text);
  const money = new Finds<Money>(({ currency, amount }) => `${currency} ${amount}`);
  const names = new Finds<Name>(({ name }) => name);
  const emails = new Finds<{ readonly email: string }>(({ email }) => email);
  const links = new Finds<{ readonly link: string }>(({ link }) => link);
  addLinks(document, { emails, links });
  let page = 0;
  for (const passage of passages) {
    if (passage.page > page) {
      page = passage.page;
      onPage(page - 1, document.pages);
    }
    dates.add(dateFinder.in(passage.text), page);
    money.add(moneyIn(passage.text), page);
    emails.add(
      emailsIn(passage.text).map((email) => ({ email })),
      page,
    );
    links.add(
      linksIn(passage.text).map((link) => ({ link })),
      page,
    );
    // The words of a heading begin with capitals whatever they are.
    if (passage.kind === 'paragraph' && forNames.has(passage)) names.add(namesIn(passage.text), page);
    await turns.next();
  }
  onPage(document.pages, document.pages);
  const { tables, isCut } = boundedTables(document);
  return {
    dates: dates.all,
    money: money.all,
    emails: emails.all.map(({ email }) => email),
    links: links.all.map(({ link }) => link),
    names: names.all,
    tables,
    isCut: isCut || [dates, money, emails, links, names].some((finds) => finds.isCut),
  };
}

/** What lies behind a link is often more than what its text says. */
function addLinks(
  { links: hrefs }: ParsedDocument,
  { emails, links }: { readonly emails: Finds<{ readonly email: string }>; readonly links: Finds<{ readonly link: string }> },
): void {
  for (const href of hrefs) {
    if (href.startsWith('mailto:'))
      emails.add(
        emailsIn(decoded(href.slice('mailto:'.length))).map((email) => ({ email })),
        1,
      );
    else if (linkOf(href) !== undefined) links.add([{ link: href }], 1);
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A stray % is part of the address.
    return text;
  }
}
