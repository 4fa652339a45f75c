/** What the service brightwrapper answers, read as far as the page needs it: whoever serves that name may say anything. */

export interface Drawn {
  readonly image: BlobPart;
  readonly name: string;
  readonly title: string;
  readonly width: number;
  readonly height: number;
}

/** The picture that a step has drawn; undefined for a step that draws none. */
export function drawnFrom(result: unknown): Drawn | undefined {
  const { image, name, title, width, height } = fieldsOf(result);
  if (!(image instanceof Uint8Array)) return undefined;
  return {
    image: new Uint8Array(image),
    name: String(name),
    title: String(title),
    width: Number(width),
    height: Number(height),
  };
}

export function finishedFrom(result: unknown): { readonly title: string; readonly count: number } {
  const { title, pictures } = fieldsOf(result);
  return { title: String(title), count: Array.isArray(pictures) ? pictures.length : 0 };
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}
