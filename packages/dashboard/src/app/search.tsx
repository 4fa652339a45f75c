/** One box that finds anything: an id jumps there, everything else narrows the list of requests. */

import { SearchIcon } from 'lucide-react';
import type { FormEvent } from 'react';
import { useLocation } from 'wouter';
import { get } from '../live/api.ts';
import { filtersOf } from '../pages/requests/filters.ts';
import { searchId } from './keys.tsx';
import { act } from './notices.tsx';
import { requestPath, requestsPath } from './paths.ts';
import styles from './search.module.css';

/** As many characters of an id are enough to look for it. */
const idPattern = /^[0-9a-f-]{8,}$|^[0-9A-HJKMNP-TV-Z]{8,}$/;

export function Search() {
  const [, navigate] = useLocation();
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const text = String(new FormData(event.currentTarget).get('text') ?? '').trim();
    if (idPattern.test(text)) {
      void act(async () => {
        const { requests } = await get('requests', `/requests?limit=2&text=${encodeURIComponent(text)}`);
        const [first, second] = requests;
        if (first !== undefined && second === undefined) {
          navigate(requestPath(first.request_id));
          return `Opened ${first.request_id}`;
        }
        navigate(requestsPath({ text }));
        return second === undefined ? `No request's id begins or ends with ${text}` : `More than one request is found by ${text}`;
      });
      return;
    }
    navigate(requestsPath(filtersOf(text)));
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: browsers know <search> for too short a time.
    <form className={styles['search']} role="search" onSubmit={submit}>
      <SearchIcon size={15} aria-hidden="true" />
      <input
        id={searchId}
        name="text"
        type="search"
        placeholder="Id, state:failed, service:llm, tag:…"
        aria-label="Search requests"
        autoComplete="off"
        spellCheck={false}
      />
      <kbd>/</kbd>
    </form>
  );
}
