/** The pictures. An empty sheet of the right shape stands where one will be, so that nothing moves when it comes. */

import { element } from './element.ts';
import type { Drawn } from './infographics.ts';

interface Frame {
  readonly figure: HTMLElement;
  readonly paper: HTMLDivElement;
  readonly caption: HTMLElement;
  address?: string;
}

const gallery = element('pictures', HTMLElement);
const frames = new Map<string, Frame>();

/** Steps that draw are called so. */
export function expect(tasks: readonly { readonly taskId: string; readonly title?: string }[]): void {
  for (const { taskId, title = taskId } of tasks) if (taskId.startsWith('draw:')) frameOf(taskId).caption.textContent = title;
}

export function show(taskId: string, { image, name, title, width, height }: Drawn): void {
  const frame = frameOf(taskId);
  if (frame.address !== undefined) return;
  // Never a type that the worker names: opened in a tab of its own, HTML or SVG would run as a page of this origin.
  frame.address = URL.createObjectURL(new Blob([image], { type: 'image/png' }));
  const picture = new Image(width, height);
  picture.alt = `Infographic: ${title}`;
  picture.src = frame.address;
  const link = document.createElement('a');
  link.href = frame.address;
  link.download = name;
  link.title = `Save ${name}`;
  link.append(picture);
  frame.paper.replaceChildren(link);
  frame.caption.textContent = title;
  frame.figure.dataset['state'] = 'done';
}

/** What did not come by the end does not come. */
export function settle(): void {
  for (const { figure, address } of frames.values()) if (address === undefined) figure.remove();
}

export function clear(): void {
  for (const { address } of frames.values()) if (address !== undefined) URL.revokeObjectURL(address);
  gallery.replaceChildren();
  frames.clear();
}

function frameOf(taskId: string): Frame {
  const known = frames.get(taskId);
  if (known !== undefined) return known;
  const made: Frame = {
    figure: document.createElement('figure'),
    paper: document.createElement('div'),
    caption: document.createElement('figcaption'),
  };
  const { figure, paper, caption } = made;
  paper.className = 'paper';
  caption.textContent = taskId;
  figure.append(paper, caption);
  gallery.append(figure);
  frames.set(taskId, made);
  return made;
}
