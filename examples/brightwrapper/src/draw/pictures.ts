/** The infographics of an article, in the order in which they are shown. Each is an SVG; a thread makes pixels of it. */

import type { Understanding } from '../understand.ts';
import { figures } from './figures.ts';
import { headline } from './headline.ts';
import { keyPoints } from './key-points.ts';
import { words } from './words.ts';

export interface Picture {
  readonly id: string;
  readonly title: string;
  readonly draw: (article: Understanding) => string;
}

export const pictures: readonly Picture[] = [
  { id: 'headline', title: 'Headline', draw: headline },
  { id: 'key-points', title: 'Key points', draw: keyPoints },
  { id: 'figures', title: 'Figures', draw: figures },
  { id: 'words', title: 'Words', draw: words },
];
