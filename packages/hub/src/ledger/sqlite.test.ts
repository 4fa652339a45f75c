import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openStore } from './sqlite.ts';
import { storeContract } from './store.contract.ts';

storeContract(async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'conduit-store-'));
  let store = await openStore({ dataDir, durability: 'process' });
  onTestFinished(async () => {
    store.close();
    await rm(dataDir, { recursive: true });
  });
  return {
    store,
    reopen: async () => {
      store.close();
      store = await openStore({ dataDir, durability: 'process' });
      return store;
    },
  };
});
