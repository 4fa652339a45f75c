/** A row of numbers that are read in one look; each leads to what it counts, where there is such a list. */

import { Link } from 'wouter';
import styles from './tiles.module.css';

export interface Tile {
  readonly name: string;
  /** Left out: not known yet, or of nothing. */
  readonly value: string | undefined;
  /** Since when, or of what. */
  readonly unit: string;
  /** The list of what it counts. */
  readonly path?: string;
  /** Whose colour it has. */
  readonly state?: string;
}

export function Tiles({ tiles }: { readonly tiles: readonly Tile[] }) {
  return (
    <ul className={styles['tiles']}>
      {tiles.map(({ name, value = '–', unit, path, state }) => {
        const shown = (
          <>
            <span className={styles['name']}>{name}</span>
            <span className={styles['value']}>
              {value} <small>{unit}</small>
            </span>
          </>
        );
        return (
          <li key={name} data-state={state}>
            {path === undefined ? <div>{shown}</div> : <Link href={path}>{shown}</Link>}
          </li>
        );
      })}
    </ul>
  );
}
