/** Asks for a token where the hub has tokens. */

import { KeyRound } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { ask } from '../live/api.ts';
import { signIn } from '../live/token.ts';
import { Logo } from './logo.tsx';
import styles from './sign-in.module.css';

/** @param why what the hub said of the last token. */
export function SignIn({ why }: { readonly why: string | undefined }) {
  const [trouble, setTrouble] = useState(why);
  const [isAsking, setAsking] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const token = String(new FormData(event.currentTarget).get('token') ?? '').trim();
    if (token === '') return;
    setAsking(true);
    try {
      await ask('/me', {}, token);
      // Everything is shown anew, and this form goes.
      signIn(token);
    } catch (error) {
      setTrouble(error instanceof Error ? error.message : String(error));
      setAsking(false);
    }
  };
  return (
    <main className={styles['page']}>
      <form className={styles['form']} onSubmit={(event) => void submit(event)}>
        <Logo size={40} />
        <h1>Sign in</h1>
        <p>This hub has tokens. Yours says what you may see and do; it is kept by this tab only.</p>
        <label htmlFor="token">Token</label>
        <input id="token" name="token" type="password" autoComplete="current-password" spellCheck={false} required />
        <p className={styles['trouble']} role="alert">
          {trouble}
        </p>
        <button type="submit" data-kind="main" disabled={isAsking}>
          <KeyRound size={15} aria-hidden="true" />
          Sign in
        </button>
        <p>
          An operator makes one: <code>conduit token create NAME --scope 'observe:*'</code>
        </p>
      </form>
    </main>
  );
}
