/** Each finder on sentences of one's own, and on texts that mean harm. */

import { describe, expect, test } from 'vitest';
import { emailsIn, linksIn } from './contacts.ts';
import { DateFinder } from './dates.ts';
import { moneyIn } from './money.ts';
import { namesIn } from './names.ts';

describe('money', () => {
  test.each([
    ['It cost $1,250.50 in all.', 'USD', 1250.5],
    ['It cost 1.250,50 € in all.', 'EUR', 1250.5],
    ['It cost EUR 1.2 million.', 'EUR', 1_200_000],
    ['It cost 3,5 Mio. € then.', 'EUR', 3_500_000],
    ['It cost £2bn.', 'GBP', 2_000_000_000],
    ['It cost 12 dollars.', 'USD', 12],
    ["It cost CHF 12'500.", 'CHF', 12_500],
    ['It lost -$1,090,400 then.', 'USD', -1_090_400],
    ['It cost $1.250 million.', 'USD', 1_250_000],
    ['It cost €1.250.', 'EUR', 1250],
  ])('%s', (text, currency, amount) => {
    expect(moneyIn(text)).toEqual([expect.objectContaining({ currency, amount })]);
  });

  test('is not every number', () => {
    expect(moneyIn('In 2025 it had 46 roofs, 12 m wide, version 1.2.3, and 19 per cent.')).toEqual([]);
  });

  test('is given as it is written', () => {
    expect(moneyIn('It was $3.42 million, or so.').map(({ text }) => text)).toEqual(['$3.42 million']);
  });
});

describe('dates', () => {
  test.each([
    ['en', '14 June 2025', '2025-06-14'],
    ['en', '3rd of September 2025', '2025-09-03'],
    ['en', 'April 13, 2026', '2026-04-13'],
    ['en', 'Mar 1st, 2026', '2026-03-01'],
    ['en', 'February 2026', '2026-02'],
    ['en', '2029-06-30', '2029-06-30'],
    ['en', '25/12/2026', '2026-12-25'],
    ['de', '17. Februar 2026', '2026-02-17'],
    ['de', '19. März 2026', '2026-03-19'],
    ['de', '02.02.2026', '2026-02-02'],
    ['fr', '1 août 2026', '2026-08-01'],
    ['es', '5 de mayo de 2026', '2026-05-05'],
    ['fr', '03/04/2026', '2026-04-03'],
  ])('in %s: %s', (language, text, date) => {
    const [found] = new DateFinder(language).in(`(${text}).`);
    expect(found).toEqual({ text, date });
  });

  test('that two countries read differently have no day', () => {
    expect(new DateFinder('en').in('on 3/4/2026')).toEqual([{ text: '3/4/2026' }]);
  });

  test('that no calendar has are none', () => {
    const finder = new DateFinder(undefined);
    expect(finder.in('31 June 2025, 2025-02-30, 99.99.2025, 13/13/2025, 1234-5678-90, June 2, May we')).toEqual([]);
  });
});

describe('addresses', () => {
  test('are found with the sentence around them', () => {
    expect(emailsIn('Write to Board@North-Bay.example, or (a.b+c@x.y.example).')).toEqual([
      'board@north-bay.example',
      'a.b+c@x.y.example',
    ]);
    expect(linksIn('See (https://a.example/x?y=1). Or http://b.example!')).toEqual([
      'https://a.example/x?y=1',
      'http://b.example/',
    ]);
  });

  test('are not whatever has an @ or a point', () => {
    expect([...emailsIn('a@b, @someone, a@.example, x@y.1'), ...linksIn('a.example ftp://a.example')]).toEqual([]);
  });
});

describe('names', () => {
  test.each([
    ['The manager is Dr. Amina Okafor of Northbay.', 'Dr. Amina Okafor', 'person'],
    ['We thank Mr. Lindqvist for that.', 'Mr. Lindqvist', 'person'],
    ['It was built by Northwind Services Ltd in May.', 'Northwind Services Ltd', 'organisation'],
    ['The hall of the University of Northbay was full.', 'University of Northbay', 'organisation'],
    ['The turbines at Gull Point turned.', 'Gull Point', 'unknown'],
  ])('%s', (text, name, kind) => {
    expect(namesIn(text)).toEqual([{ name, kind }]);
  });

  test('are neither days nor the words that sentences begin with', () => {
    expect(namesIn('Last Monday was cold. Work begins on Tuesday. Boats return in June.')).toEqual([]);
  });
});

describe('a text that means harm', () => {
  const finder = new DateFinder('en');
  test.each([
    ['many digits', '1'.repeat(2_000)],
    ['many groups', '1,111'.repeat(400)],
    ['many signs', '$-'.repeat(1_000)],
    ['many addresses without an end', 'a@b.'.repeat(500)],
    ['one long word before an @', `${'a.'.repeat(990)}@b`],
    ['many points', '.'.repeat(2_000)],
    ['many names of months', 'June '.repeat(400)],
    ['capitals', 'A B '.repeat(500)],
  ])('with %s is searched in no time', (_, text) => {
    const startedAt = performance.now();
    moneyIn(text);
    finder.in(text);
    emailsIn(text);
    linksIn(text);
    namesIn(text);
    expect(performance.now() - startedAt).toBeLessThan(500);
  });
});
