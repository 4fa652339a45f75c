/** Asks before something is done that can't be undone, or to the wrong one, and says exactly what it is. */

import { useEffect, useRef } from 'react';
import styles from './confirm.module.css';

interface ConfirmProps {
  readonly title: string;
  readonly text: string;
  /** The verb on the button. */
  readonly verb: string;
  /** What the button does is bad for somebody, unless said otherwise. */
  readonly kind?: 'bad' | 'main';
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

export function Confirm({ title, text, verb, kind = 'bad', onConfirm, onClose }: ConfirmProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} onClose={onClose} aria-labelledby="confirm-title">
      <h2 id="confirm-title">{title}</h2>
      <p className={styles['text']}>{text}</p>
      <form method="dialog" className={styles['buttons']}>
        <button type="submit">Leave it</button>
        <button type="submit" data-kind={kind} onClick={onConfirm}>
          {verb}
        </button>
      </form>
    </dialog>
  );
}
