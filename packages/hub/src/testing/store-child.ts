/** A process that commits into a data folder as fast as it can and prints what is committed, until it is killed or the folder takes no more. */

import { writeSync } from 'node:fs';
import { openStore } from '../ledger/sqlite.ts';
import { History } from './history.ts';

const [dataDir = '', bytes = '100'] = process.argv.slice(2);
const say = (line: string) => writeSync(1, `${line}\n`);

try {
  const store = await openStore({ dataDir, durability: 'process', lockWaitMs: 0 });
  store.load();
  say(`epoch ${store.epoch}`);
  for (let count = 1; ; count += 1) {
    const requestId = `${process.pid}-${count}`;
    const history = new History().create(requestId, { payload: 'x'.repeat(Number(bytes)) }).commitTo(store);
    say(`${requestId} 1`);
    history.chunk(requestId, 'a').chunk(requestId, 'b').commitTo(store);
    say(`${requestId} 3`);
    if (count % 2 === 0) {
      history.result(requestId, 'done').commitTo(store);
      say(`${requestId} 4`);
    }
  }
} catch (error) {
  say(`trouble: ${error instanceof Error ? error.message : String(error)}`);
}
