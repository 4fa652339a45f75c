/** A request by the end of its id, which is what tells it from its neighbours; the whole of it is in its tooltip. */

import { Link } from 'wouter';
import { requestPath } from '../app/paths.ts';
import styles from './id-link.module.css';

export const shortId = (id: string): string => id.slice(-8);

export function IdLink({ id }: { readonly id: string }) {
  return (
    <Link href={requestPath(id)} className={styles['id'] ?? ''} title={id}>
      {shortId(id)}
    </Link>
  );
}
