/** Draws a request on a terminal while it goes on: growing text, a headline and bars, in place, some ten times a second at the most. */

import type { FollowedEvent } from '@conduit/sdk';
import { requestLines } from './bars.ts';
import { type Paint, painter } from './paint.ts';
import { plainLine } from './plain.ts';
import { Screen, type Terminal } from './screen.ts';
import { type Row, Transcript } from './transcript.ts';
import type { RequestView } from './view.ts';

/** Faster than anybody reads, slow enough to cost nothing. */
const redrawMs = 100;
/** The headline says for how long it has been under way. */
const tickMs = 1_000;

/** A terminal whose window may change. */
export interface DrawnOn extends Terminal {
  readonly isTTY?: boolean;
  hasColors?(): boolean;
  on(event: 'resize', listener: () => void): unknown;
  off(event: 'resize', listener: () => void): unknown;
}

export class Drawing {
  readonly #terminal: DrawnOn;
  readonly #view: RequestView;
  readonly #screen: Screen;
  readonly #paint: Paint;
  readonly #transcript = new Transcript();
  readonly #ticking: NodeJS.Timeout;
  /** Lines of our own, for above the text. */
  #said: string[] = [];
  #note = '';
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  readonly #changed = (): void => {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#draw();
    }, redrawMs);
  };

  constructor(terminal: DrawnOn, view: RequestView) {
    this.#terminal = terminal;
    this.#view = view;
    this.#screen = new Screen(terminal);
    this.#paint = painter(terminal);
    this.#ticking = setInterval(this.#changed, tickMs);
    terminal.on('resize', this.#changed);
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** The view has taken it already. */
  take(event: FollowedEvent): void {
    if (event.type === 'chunk') this.#transcript.take(event);
    else this.#transcript.startOver(event.attempt);
    this.#changed();
  }

  /** Stands in the headline until the next one; an empty one takes it away. */
  note(sentence: string): void {
    this.#note = sentence;
    this.#changed();
  }

  /** A line that stays. */
  say(line: string): void {
    this.#said.push(line);
    this.#changed();
  }

  /** Leaves the last state standing; may be called again. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#timer);
    clearInterval(this.#ticking);
    this.#terminal.off('resize', this.#changed);
    this.#draw();
    this.#screen.close();
  }

  #draw(): void {
    const { width, height } = this.#screen;
    const transcript = this.#transcript;
    const passed = this.#isClosed ? transcript.close(width) : transcript.passing(width);
    // Half of the window is for what is streamed, the other for where it stands.
    const growing = this.#isClosed ? [] : transcript.growing(width).slice(-Math.floor(height / 2));
    const place = { width, height: height - growing.length - 1, paint: this.#paint };
    const lines = requestLines(this.#view, place, { note: this.#isClosed ? '' : this.#note, now: Date.now() });
    const said = this.#said.map((line) => this.#paint('dim', plainLine(line, width)));
    this.#said = [];
    const between = transcript.hasText ? [''] : [];
    this.#screen.draw([...growing.map(this.#styled), ...between, ...lines], [...said, ...passed.map(this.#styled)]);
  }

  readonly #styled = ({ text, isOurs }: Row): string => (isOurs ? this.#paint('dim', text) : text);
}
