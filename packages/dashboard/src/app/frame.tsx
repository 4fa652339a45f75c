/** What is around every page: where one is, where one can go, and whether it is live. */

import { Activity, Boxes, Cpu, LogOut, type LucideIcon, Moon, Network, PlugZap, Sun, SunMoon, Waypoints } from 'lucide-react';
import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { hubLife } from '../live/hub-life.ts';
import { useMayAct, useMe } from '../live/queries.ts';
import { useStore } from '../live/store.ts';
import { signOut, tokenStore } from '../live/token.ts';
import styles from './frame.module.css';
import { KeyList, useKeys } from './keys.tsx';
import { Logo } from './logo.tsx';
import { Notices } from './notices.tsx';
import { Pill } from './pill.tsx';
import { hubUrl } from './place.ts';
import { Search } from './search.tsx';
import { setTheme, type Theme, themeStore, themes } from './theme.ts';

const pages: readonly (readonly [path: string, name: string, Icon: LucideIcon])[] = [
  ['/', 'Overview', Activity],
  ['/requests', 'Requests', Waypoints],
  ['/services', 'Services', Boxes],
  ['/providers', 'Providers', Cpu],
  ['/clients', 'Clients', PlugZap],
  ['/cluster', 'Cluster', Network],
];

export function Frame({ children }: { readonly children: ReactNode }) {
  const [isHelpOpen, setHelpOpen] = useState(false);
  useKeys(useCallback(() => setHelpOpen(true), []));
  const [path] = useLocation();
  const main = useRef<HTMLElement>(null);
  const shownPath = useRef(path);
  // Another page begins at its beginning, also for whoever hears it.
  useEffect(() => {
    if (shownPath.current === path) return;
    shownPath.current = path;
    main.current?.focus({ preventScroll: false });
  }, [path]);
  return (
    <div className={styles['frame']}>
      <a className={styles['skip']} href="#main">
        Skip to the page
      </a>
      <header className={styles['side']}>
        <Link href="/" className={styles['brand'] ?? ''}>
          <Logo size={28} />
          Conduit
        </Link>
        <nav aria-label="Pages" className={styles['nav']}>
          {pages.map(([to, name, Icon]) => (
            <Link key={to} href={to} aria-current={isAt(path, to) ? 'page' : undefined}>
              <Icon size={16} aria-hidden="true" />
              {name}
            </Link>
          ))}
        </nav>
        <div className={styles['foot']}>
          <ThemeSwitch />
          <button type="button" data-kind="plain" onClick={() => setHelpOpen(true)}>
            <kbd>?</kbd> Keys
          </button>
          <a href={new URL('docs/', hubUrl).href}>Docs</a>
          <a href={new URL('api', hubUrl).href}>API</a>
          <SignedIn />
        </div>
      </header>
      <div className={styles['top']}>
        <Search />
        <ReadOnly />
        <Pill />
      </div>
      <main id="main" ref={main} tabIndex={-1} className={styles['main']}>
        {children}
      </main>
      <Notices />
      {isHelpOpen && <KeyList onClose={() => setHelpOpen(false)} />}
    </div>
  );
}

function isAt(path: string, to: string): boolean {
  return to === '/' ? path === '/' : path === to || path.startsWith(`${to}/`);
}

const themeIcons: Readonly<Record<Theme, LucideIcon>> = { auto: SunMoon, light: Sun, dark: Moon };

function ThemeSwitch() {
  const theme = useStore(themeStore);
  return (
    <fieldset className={styles['themes']}>
      <legend className="unseen">Theme</legend>
      {themes.map((one) => {
        const Icon = themeIcons[one];
        return (
          <label key={one} title={one}>
            <input className="unseen" type="radio" name="theme" checked={theme === one} onChange={() => setTheme(one)} />
            <Icon size={15} aria-hidden="true" />
            <span className="unseen">{one}</span>
          </label>
        );
      })}
    </fieldset>
  );
}

function ReadOnly() {
  const { me } = useMe();
  const mayAct = useMayAct();
  if (me === undefined || mayAct) return null;
  return (
    <span className={styles['readOnly']} title="This token lacks the scope admin: what is others' can be seen, not changed">
      read only
    </span>
  );
}

function SignedIn() {
  const { me } = useMe();
  const token = useStore(tokenStore);
  if (token === undefined || me === undefined) return null;
  const leave = (): void => {
    signOut();
    hubLife.restart();
  };
  return (
    <button type="button" data-kind="plain" onClick={leave} title={`Signed in as ${me.subject} of ${me.tenant}`}>
      <LogOut size={15} aria-hidden="true" />
      Sign out
    </button>
  );
}
