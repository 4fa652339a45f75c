/** A client before any hub has answered: what is asked of it meanwhile is sent once one has. */

import { Connection, type ConnectionOptions } from '../connection/connection.ts';
import { Conduit } from './conduit.ts';
import { Requests } from './requests.ts';

/** Opens nothing yet. @throws TypeError when `url` is no address of a hub. */
export function openable(
  url: string | undefined,
  options: ConnectionOptions,
): { readonly conduit: Conduit; readonly open: Connection['open'] } {
  const connection = new Connection(url, options);
  const conduit = new Conduit(connection, new Requests(connection));
  return { conduit, open: async (patienceMs, how) => await connection.open(patienceMs, how) };
}
