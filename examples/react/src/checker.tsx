/** The page: checks links with the service of that name, and shows each finding as it comes. */

import { type Finding, links } from '@conduit/example-worker/contract';
import { useRequest } from '@conduit/sdk/react';
import { type ReactNode, useState } from 'react';

export function Checker(): ReactNode {
  const [text, setText] = useState('http://127.0.0.1:9100/healthz\nhttp://127.0.0.1:9100/nowhere');
  const { start, cancel, ...request } = useRequest(links, 'check', { cancelOnUnmount: true });
  const { state, reason, isOpen, overall, attempt, tasks, chunks, result, error } = request;
  const message = state === 'running' ? tasks[0]?.message : (words[error?.code ?? reason ?? state] ?? error?.message);

  return (
    <>
      <h1>Link checker</h1>
      <form action={() => void start({ urls: linesOf(text) })}>
        <label htmlFor="urls">Addresses, one a line</label>
        <textarea id="urls" rows={5} required value={text} onChange={({ target }) => setText(target.value)} />
        {isOpen ? (
          <button type="button" onClick={() => cancel('stopped on the page')}>
            Stop
          </button>
        ) : (
          <button type="submit">Check</button>
        )}
      </form>
      <progress value={overall} max={1} aria-label="Overall" />
      <p role="status">
        {attempt > 1 && `Attempt ${attempt}: a worker was lost. `}
        {result !== undefined && `${result.checked} checked, ${result.broken.length} broken`}
        {message}
      </p>
      <ul>
        {chunks.map((finding) => (
          <Found key={finding.url} {...finding} />
        ))}
      </ul>
    </>
  );
}

/** What the hub says of a request that is not being worked on. */
const words: Readonly<Record<string, string>> = {
  no_provider: 'Waiting for a worker',
  at_capacity: 'Waiting in line: all workers are busy',
  provider_lost: 'The worker is gone; it has a moment to come back',
  assigned: 'A worker has it',
  cancelling: 'Stopping…',
  cancelled: 'Stopped',
};

/** Each once: the list of findings tells them apart by their address. */
function linesOf(text: string): string[] {
  const lines = text.split('\n').map((line) => line.trim());
  return [...new Set(lines)].filter((line) => line !== '');
}

function Found({ url, works, says }: Finding): ReactNode {
  return (
    <li data-works={works}>
      {url}: {says}
    </li>
  );
}
