/** A German invoice: one page with a table, amounts written the continental way, and no English at all. */

import { Sheet } from './sheet.ts';

export async function rechnung(): Promise<Buffer> {
  const sheet = new Sheet({
    title: 'Rechnung 2026-0117',
    author: 'Druckerei Lindenhof GmbH',
    language: 'de',
    foot: () => 'Druckerei Lindenhof GmbH, Lindenallee 4, 20099 Hamburg',
  });
  sheet.heading('title', 'Rechnung 2026-0117');
  sheet.paragraph('Hamburg, den 17. Februar 2026');
  sheet.paragraph(
    'Sehr geehrte Frau Brandt, vielen Dank für Ihren Auftrag vom 02.02.2026. Wir haben die Plakate und Programmhefte für Ihr Sommerfest gedruckt und am 12.02.2026 an Ihre Adresse geliefert. Für unsere Arbeit berechnen wir Ihnen die folgenden Beträge.',
  );
  sheet.heading('section', 'Leistungen');
  sheet.table([
    ['Leistung', 'Menge', 'Einzelpreis', 'Betrag'],
    ['Plakate, A2, vierfarbig', '150', '2,40 €', '360,00 €'],
    ['Programmhefte, 24 Seiten', '800', '1,15 €', '920,00 €'],
    ['Gestaltung', '6', '75,00 €', '450,00 €'],
    ['Summe', '', '', '1.730,00 €'],
  ]);
  sheet.heading('section', 'Zahlung');
  sheet.paragraph(
    'Bitte überweisen Sie den Gesamtbetrag von 2.058,70 €, in dem 19 Prozent Umsatzsteuer enthalten sind, bis zum 19. März 2026. Bei Fragen zu dieser Rechnung erreichen Sie uns unter rechnung@lindenhof-druck.example.',
  );
  return await sheet.bytes();
}
