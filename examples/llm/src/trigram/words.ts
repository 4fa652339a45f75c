/** Takes text apart into words and marks, and puts them together again; spaces and quotation marks are not kept. */

/** Ends a paragraph; a token like any other. */
export const paragraphEnd = '\n\n';
const pattern = /(?:Mr|Mrs|Dr|St|Esq)\.|[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*|--|[.,;:!?]|\n\s*\n/gu;
const mark = /^(?:[.,;:!?]|--)$/;

/** Words, marks and ends of paragraphs, in their order. */
export function tokensOf(text: string): string[] {
  return Array.from(text.matchAll(pattern), ([token]) => (token.trim() === '' ? paragraphEnd : token));
}

export function isWord(token: string): boolean {
  return token !== paragraphEnd && !mark.test(token);
}

/** The token as it stands in a text after what was said before: with a space where one belongs. */
export function spelled(token: string, before: string | undefined): string {
  if (token === paragraphEnd || (mark.test(token) && token !== '--')) return token;
  if (before === undefined || before === paragraphEnd) return token;
  return ` ${token}`;
}
