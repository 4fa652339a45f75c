/** The token that this tab signed in with. It lives as long as the tab, and goes nowhere but to the hub. */

import { Store } from './store.ts';

const key = 'conduit-token';

export const tokenStore = new Store<string | undefined>(sessionStorage.getItem(key) ?? undefined);

export function signIn(token: string): void {
  sessionStorage.setItem(key, token);
  tokenStore.set(token);
}

export function signOut(): void {
  sessionStorage.removeItem(key);
  tokenStore.set(undefined);
}
