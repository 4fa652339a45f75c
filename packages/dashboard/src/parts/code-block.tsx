/** Lines to copy. */

import styles from './code-block.module.css';
import { CopyButton } from './copy-button.tsx';

export function CodeBlock({ code, label }: { readonly code: string; readonly label: string }) {
  return (
    <figure className={styles['block']}>
      <figcaption className={styles['head']}>
        <span>{label}</span>
        <CopyButton text={() => code} />
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard. */}
      <pre className={styles['code']} tabIndex={0}>
        {code}
      </pre>
    </figure>
  );
}
