import { MemoryStore } from './memory.ts';
import { storeContract } from './store.contract.ts';

storeContract(async () => {
  const store = new MemoryStore('epoch-1');
  return { store, reopen: async () => store };
});
