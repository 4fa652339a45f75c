/** Lines as a page holds them, made into what a person reads. */

import { describe, expect, test } from 'vitest';
import { blocksOf } from './blocks.ts';
import type { Block } from './document.ts';
import { linesOf, type Piece } from './lines.ts';
import { withoutRunningLines } from './running-lines.ts';

const size = 10;
const height = 800;

function aPiece(text: string, { x = 50, y = 700, of = size }: { x?: number; y?: number; of?: number } = {}): Piece {
  return { text, x, y, width: text.length * of * 0.5, size: of };
}

/** Lines of a paragraph, one under the other. */
function aColumn(texts: readonly string[], { x = 50, top = 700 }: { x?: number; top?: number } = {}): Piece[] {
  return texts.map((text, at) => aPiece(text, { x, y: top - at * 12 }));
}

function blocks(...pages: (readonly Piece[])[]): Block[] {
  return blocksOf(withoutRunningLines(pages.map((pieces, at) => ({ page: at + 1, height, lines: linesOf(pieces) }))));
}

function texts(...pages: (readonly Piece[])[]): string[] {
  return blocks(...pages).map((block) => (block.kind === 'table' ? JSON.stringify(block.rows) : block.text));
}

describe('a paragraph', () => {
  test('is lines that stand close together', () => {
    expect(texts([...aColumn(['One line', 'and another.']), ...aColumn(['A new one.'], { top: 650 })])).toEqual([
      'One line and another.',
      'A new one.',
    ]);
  });

  test('has its divided words whole, and the hyphens of addresses in place', () => {
    expect(texts(aColumn(['A docu-', 'ment at north-', 'Bay and a@b-', 'c.example']))).toEqual([
      'A document at north- Bay and a@b-c.example',
    ]);
  });

  test('goes on after the turn of a page', () => {
    expect(texts(aColumn(['It begins here and']), aColumn(['ends there.']))).toEqual(['It begins here and ends there.']);
  });

  test('goes on at the top of the next column', () => {
    const lines = ['It', 'begins', 'at', 'the', 'left', 'of', 'it', 'and'];
    expect(texts([...aColumn(lines), ...aColumn(['ends there.'], { x: 320 })])).toEqual([
      'It begins at the left of it and ends there.',
    ]);
  });

  test('ends where an item of a list begins', () => {
    expect(texts(aColumn(['Three things:', '• one', '2. two', 'with more', 'c) three']))).toEqual([
      'Three things:',
      '• one',
      '2. two with more',
      'c) three',
    ]);
  });

  test('is read column by column where there are two', () => {
    const left = Array.from({ length: 8 }, (_, at) => `left ${at}.`);
    const right = Array.from({ length: 8 }, (_, at) => `right ${at}.`);
    expect(texts([...aColumn(left), ...aColumn(right, { x: 320 })])).toEqual([left.join(' '), right.join(' ')]);
  });
});

test('a heading is larger than the text, and the largest is the highest', () => {
  const page = [
    aPiece('Title', { y: 780, of: 20 }),
    aPiece('Part', { y: 740, of: 14 }),
    ...aColumn(['Some words of text', 'and some more of them']),
  ];
  expect(blocks(page).slice(0, 2)).toEqual([
    { kind: 'heading', level: 1, text: 'Title', page: 1 },
    { kind: 'heading', level: 2, text: 'Part', page: 1 },
  ]);
});

describe('a table', () => {
  test('is rows whose cells share columns; a cell that is missing is empty', () => {
    const page = [
      aPiece('Name', { y: 700 }),
      aPiece('Price', { x: 200, y: 700 }),
      aPiece('Sum', { x: 300, y: 700 }),
      aPiece('Boat', { y: 684 }),
      aPiece('12', { x: 215, y: 684 }),
      aPiece('Total', { y: 668 }),
      aPiece('12', { x: 305, y: 668 }),
    ];
    expect(blocks(page)).toEqual([
      {
        kind: 'table',
        page: 1,
        rows: [
          ['Name', 'Price', 'Sum'],
          ['Boat', '12', ''],
          ['Total', '', '12'],
        ],
      },
    ]);
  });

  test('is not a single line with a gap', () => {
    expect(texts([aPiece('Chapter one'), aPiece('17', { x: 400 })])).toEqual(['Chapter one 17']);
  });
});

describe('a line that returns on every page', () => {
  const page = (number: number, foot: string): Piece[] => [...aColumn([`Text of page ${number}.`]), aPiece(foot, { y: 20 })];

  test('is left out at its foot, whatever its number', () => {
    expect(texts(page(1, 'Page 1'), page(2, 'Page 2'), page(3, 'Page 3'))).toEqual([
      'Text of page 1.',
      'Text of page 2.',
      'Text of page 3.',
    ]);
  });

  test('stays where it stands on few pages, or in the middle', () => {
    expect(texts(page(1, 'Note 1'), page(2, 'Other'))).toContain('Note 1');
    expect(texts(aColumn(['Same.']), aColumn(['Same.']), aColumn(['Same.']))).toHaveLength(3);
  });

  test('stays where the text begins: letters and forms often begin alike', () => {
    const letter = (number: number): Piece[] =>
      aColumn([`Letter ${number}`, 'Dear member,', `this is letter ${number}.`], { top: 730 });
    expect(texts(letter(1), letter(2), letter(3))[2]).toBe('Letter 3 Dear member, this is letter 3.');
  });
});

test('a line is as large as most of it: marks of items and words of code are smaller', () => {
  const page = [
    aPiece('•', { y: 700, of: 8 }),
    aPiece('an item that goes on', { x: 62, y: 700 }),
    aPiece('code()', { y: 688, of: 9 }),
    ...aColumn(['and its end', 'and more of the text'], { top: 676 }),
    aPiece('a note', { y: 652, of: 7 }),
  ];
  expect(texts(page)).toEqual(['• an item that goes on code() and its end and more of the text', 'a note']);
});

test('a page of very many lines is read in time', () => {
  const startedAt = performance.now();
  const [text] = texts(aColumn(Array.from({ length: 100_000 }, () => 'some-')));
  expect(text?.length).toBeGreaterThan(400_000);
  expect(performance.now() - startedAt).toBeLessThan(5_000);
});

test('the dots of a table of contents are one mark', () => {
  expect(texts([aPiece('Introduction . . . . . . . 17')])).toEqual(['Introduction … 17']);
});

test('letters that are raised belong to their line', () => {
  const page = [aPiece('water'), aPiece('2', { x: 76, y: 703, of: 6 }), aPiece('and more', { x: 86 })];
  expect(texts(page)).toEqual(['water2 and more']);
});
