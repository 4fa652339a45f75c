import { expect, test } from 'vitest';
import { Window } from '../testing/window.ts';
import { Screen } from './screen.ts';

test('lines are drawn again in place, and what passed stays above', () => {
  const window = new Window(40, 10);
  const screen = new Screen(window);
  screen.draw(['one', 'two']);
  screen.draw(['one', 'TWO', 'three'], ['passed']);
  screen.draw(['last']);
  expect(window.lines).toEqual(['passed', 'last']);
});

test('what is as it was is not written again', () => {
  const window = new Window(40, 10);
  const screen = new Screen(window);
  screen.draw(['bar one', 'bar two']);
  window.written = '';
  screen.draw(['bar one', 'bar two']);
  expect(window.written).toBe('');
  screen.draw(['bar one', 'bar 2']);
  expect(window.written).not.toContain('one');
  expect(window.lines).toEqual(['bar one', 'bar 2']);
});

test('a window that became narrower is drawn over whole', () => {
  const window = new Window(40, 20);
  const screen = new Screen(window);
  screen.draw(['above'], []);
  screen.close();
  screen.draw(['x'.repeat(35), 'y'.repeat(35)]);
  window.resize(20);
  screen.draw(['short', 'lines']);
  expect(window.lines).toEqual(['above', 'short', 'lines']);
});
