/** Light, dark, or as the system says: remembered by this browser. */

import { Store } from '../live/store.ts';

export const themes = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

const key = 'conduit-theme';

export const themeStore = new Store<Theme>(themes.find((theme) => theme === localStorage.getItem(key)) ?? 'auto');

export function setTheme(theme: Theme): void {
  localStorage.setItem(key, theme);
  themeStore.set(theme);
  applyTheme();
}

export function applyTheme(): void {
  if (themeStore.value === 'auto') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = themeStore.value;
}
