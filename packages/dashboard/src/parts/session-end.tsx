/** The end of a session's id, beside a name that others may have too. */

import styles from './session-end.module.css';

/** Sessions of one moment begin alike. */
const shown = 5;

export function SessionEnd({ id }: { readonly id: string }) {
  return (
    <small className={styles['end']} title={id}>
      {id.slice(-shown)}
    </small>
  );
}
