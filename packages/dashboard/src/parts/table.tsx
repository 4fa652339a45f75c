/** A page that is a table: its heading, its rows, and what it says when there are none. */

import type { ReactNode } from 'react';
import styles from './table.module.css';

interface TableProps {
  readonly title: string;
  /** Beside the title: what all rows come to, and what else there is to see. */
  readonly aside?: ReactNode;
  readonly heads: readonly string[];
  /** The columns that a phone has no room for, the first is 1. */
  readonly minor?: readonly number[];
  readonly isEmpty: boolean;
  readonly empty: ReactNode;
  readonly children: ReactNode;
}

export function Table({ title, aside, heads, minor = [], isEmpty, empty, children }: TableProps) {
  return (
    <>
      <header className={styles['head']}>
        <h1>{title}</h1>
        {aside}
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard. */}
      <section className={styles['sheet']} aria-label={title} tabIndex={0}>
        {isEmpty ? (
          empty
        ) : (
          <table data-minor={minor.join(' ')}>
            <thead>
              <tr>
                {heads.map((head) => (
                  <th key={head} scope="col">
                    {head}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>{children}</tbody>
          </table>
        )}
      </section>
    </>
  );
}
