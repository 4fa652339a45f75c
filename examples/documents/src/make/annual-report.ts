/** The annual report of an energy cooperative that does not exist: five pages with headings, lists, tables, money, dates and people. */

import { Sheet } from './sheet.ts';

export async function annualReport(): Promise<Buffer> {
  const sheet = new Sheet({
    title: 'Annual Report 2025',
    author: 'Northbay Energy Cooperative',
    language: 'en',
    foot: (page, pages) => `Northbay Energy Cooperative, Annual Report 2025, page ${page} of ${pages}`,
  });
  sheet.heading('title', 'Annual Report 2025');
  sheet.paragraph(
    'Northbay Energy Cooperative owns wind turbines, solar roofs and one large battery on the coast of Northbay. It belongs to the 1,840 members who use its electricity. This report tells them what their cooperative did between 1 January 2025 and 31 December 2025, what it earned, and what it plans to do with the money.',
  );
  sheet.heading('section', 'Letter from the chair');
  sheet.paragraph(
    'Last year was the windiest since our first turbine turned in 2011. The three turbines at Gull Point delivered more electricity than ever before, and for the first time the cooperative sold more electricity than its members used. We are proud of that, and we know that not every year will be like it.',
  );
  sheet.paragraph(
    'The most important decision of the year was made on 14 June 2025, when the general meeting voted to build a second battery. Storage lets us sell electricity in the evening, when people need it, instead of at noon, when everybody has it. Without storage, a windy night is worth almost nothing to a small producer.',
  );
  sheet.paragraph(
    'I thank our manager, Dr. Amina Okafor, who kept the turbines running through the storm of 7 November 2025, and Mr. Lars Lindqvist, who leaves the board after twelve years. The board has asked Ms. Helen Marsh to take his place until the next general meeting.',
  );
  sheet.nextPage();

  sheet.heading('section', 'What we produced');
  sheet.paragraph(
    'The cooperative produced 21,460 megawatt-hours of electricity in 2025, which is eleven per cent more than in the year before. Wind gave three quarters of it. The solar roofs gave less than planned, because the roof of the fish market was closed for repairs from 3 March 2025 to 20 May 2025.',
  );
  sheet.table([
    ['Source', '2024 (MWh)', '2025 (MWh)', 'Change'],
    ['Wind turbines', '14,120', '16,210', '+14.8%'],
    ['Solar roofs', '4,890', '4,730', '-3.3%'],
    ['Biogas plant', '320', '520', '+62.5%'],
    ['Total', '19,330', '21,460', '+11.0%'],
  ]);
  sheet.heading('part', 'Turbines');
  sheet.paragraph(
    'The wind turbines stood still for 212 hours, half as long as in 2024. Most of that time was planned maintenance. Northwind Services Ltd replaced the gearbox of the second turbine in nine days, and the cooperative paid $310,000 for the gearbox and the work.',
  );
  sheet.heading('part', 'Solar roofs');
  sheet.paragraph(
    'There are now 46 solar roofs. The school, the library and the fish market joined in 2025. Each roof is rented for twenty years, and its owner receives electricity at the price that members pay.',
  );
  sheet.nextPage();

  sheet.heading('section', 'What we earned');
  sheet.paragraph(
    'The cooperative earned $3.42 million from electricity and $186,500 from services to the grid. Its costs were $2.71 million, most of which was maintenance, rent and interest. What is left is $896,500 before tax. The board proposes to pay a dividend of $45 for each share and to keep the rest for the second battery.',
  );
  sheet.table([
    ['Item', '2024', '2025'],
    ['Electricity sold', '$2,984,000', '$3,420,000'],
    ['Services to the grid', '$121,200', '$186,500'],
    ['Maintenance', '-$1,090,400', '-$1,204,700'],
    ['Rent and interest', '-$911,300', '-$874,900'],
    ['Salaries', '-$588,000', '-$630,400'],
    ['Surplus before tax', '$515,500', '$896,500'],
  ]);
  sheet.heading('part', 'Debt');
  sheet.paragraph(
    'The loan for the first battery, EUR 1.2 million from the Coastal Development Bank, was paid back on 30 September 2025, two years early. The remaining debt of the cooperative is $1,150,000, and its last payment is due on 2029-06-30.',
  );
  sheet.nextPage();

  sheet.heading('section', 'What comes next');
  sheet.paragraph(
    'The second battery will stand beside the first one at Gull Point. It will store 8 megawatt-hours, enough for all members from sunset to midnight. Work begins on April 13, 2026 and should end before the autumn storms.',
  );
  sheet.heading('part', 'Costs of the second battery');
  sheet.table([
    ['Part', 'Supplier', 'Price'],
    ['Cells and racks', 'Voltaic Corp', '$1,640,000'],
    ['Converters', 'Northwind Services Ltd', '$420,000'],
    ['Foundations', 'Marsh & Sons', '$95,000'],
  ]);
  sheet.heading('part', 'Risks');
  sheet.items([
    'The price of electricity in the evening may fall when others build batteries too.',
    'The permit of the harbour authority is expected in February 2026, but has not been given.',
    'A dispute about the noise of the third turbine is before the court in Northbay.',
  ]);
  sheet.nextPage();

  sheet.heading('section', 'General meeting and contact');
  sheet.paragraph(
    'The next general meeting takes place on 13 June 2026 in the hall of the University of Northbay. Members receive their invitation by 15 May 2026. Motions must reach the office four weeks before the meeting, by letter or by e-mail to board@northbay-energy.example.',
  );
  sheet.paragraph(
    'Questions about this report are answered by Dr. Amina Okafor, amina.okafor@northbay-energy.example, telephone 555 0142.',
  );
  sheet.link('The figures of every month are published at ', 'https://northbay-energy.example/figures');
  return await sheet.bytes();
}
