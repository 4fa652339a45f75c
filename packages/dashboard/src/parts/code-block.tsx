/** Lines to copy. */

import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import styles from './code-block.module.css';

export function CodeBlock({ code, label }: { readonly code: string; readonly label: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = (): void => {
    navigator.clipboard.writeText(code).then(
      () => setCopied(true),
      // Pages that came over plain HTTP from elsewhere have no clipboard; the text can still be selected.
      () => setCopied(false),
    );
  };
  return (
    <figure className={styles['block']}>
      <figcaption className={styles['head']}>
        <span>{label}</span>
        <button type="button" data-kind="plain" onClick={copy} onBlur={() => setCopied(false)}>
          {isCopied ? <Check size={14} aria-hidden="true" /> : <Copy size={14} aria-hidden="true" />}
          {isCopied ? 'Copied' : 'Copy'}
        </button>
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard. */}
      <pre className={styles['code']} tabIndex={0}>
        {code}
      </pre>
    </figure>
  );
}
