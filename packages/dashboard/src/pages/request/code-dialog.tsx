/** The request as lines that send the same: with the SDK, with curl, on the command line. */

import type { RequestObject } from '@conduit/sdk';
import { useEffect, useRef } from 'react';
import { hubUrl } from '../../app/place.ts';
import { CodeBlock } from '../../parts/code-block.tsx';
import { useValue } from './follow.ts';
import styles from './run-again.module.css';

interface CodeDialogProps {
  readonly request: RequestObject;
  readonly onClose: () => void;
}

export function CodeDialog({ request, onClose }: CodeDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const { value, isLoaded } = useValue(request.requestId, 'payload', true);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} onClose={onClose} aria-labelledby="code-title" className={styles['wide']}>
      <form method="dialog" className={styles['form']}>
        <h2 id="code-title">As code</h2>
        {isLoaded && codeOf(request, value).map(([label, code]) => <CodeBlock key={label} label={label} code={code} />)}
        <div className={styles['buttons']}>
          <button type="submit">Close</button>
        </div>
      </form>
    </dialog>
  );
}

function codeOf({ to, action }: RequestObject, payload: unknown): readonly (readonly [label: string, code: string])[] {
  const hub = hubUrl.href.replace(/\/$/, '');
  const json = JSON.stringify(payload, (_key, value: unknown) =>
    value instanceof Uint8Array ? `<${value.byteLength} bytes>` : value,
  );
  const body = JSON.stringify({ to, action, payload: payload === undefined ? undefined : JSON.parse(json) });
  return [
    [
      'SDK',
      `import { connect } from '@conduit/sdk';

const conduit = await connect('${hub}');
console.log(await conduit.request(${[to, action].map((text) => JSON.stringify(text)).join(', ')}${json === undefined ? '' : `, ${json}`}));
conduit.close();`,
    ],
    [
      'Socket.IO',
      `socket.emit('request', ${body}, (answer) => console.log(answer));
socket.on('result', ({ result }) => console.log(result));`,
    ],
    [
      'curl',
      `curl -s ${hub}/api/v1/requests \\\n  -H 'Content-Type: application/json' -H 'Prefer: wait=30' \\\n  -d ${quoted(body)}`,
    ],
    ['Command line', `conduit call ${quoted(to)} ${quoted(action)}${json === undefined ? '' : ` ${quoted(json)}`} --url ${hub}`],
  ];
}

/** As one word of a shell. */
function quoted(text: string): string {
  return /^[\w.:/-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
