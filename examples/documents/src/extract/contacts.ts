/** Finds e-mail addresses and the addresses of pages. Each piece is bounded, so that no text can make the search slow. */

import { linkOf } from '../parse/document.ts';

const emailPattern = /(?<![\p{L}\d._%+-])[\p{L}\d._%+-]{1,64}@[a-z\d](?:[a-z\d-]{0,62}\.){1,8}[a-z]{2,24}(?![\p{L}\d])/giu;
const linkPattern = /\bhttps?:\/\/[^\s<>"']{1,1000}/giu;

export function emailsIn(text: string): string[] {
  return text.match(emailPattern)?.map((email) => email.toLowerCase()) ?? [];
}

export function linksIn(text: string): string[] {
  const written = text.match(linkPattern) ?? [];
  // A point or a bracket after an address is the sentence's.
  return written.flatMap((link) => linkOf(link.replace(/[.,;:!?)\]]+$/u, '')) ?? []);
}
