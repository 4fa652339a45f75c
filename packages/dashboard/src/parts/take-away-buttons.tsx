/** Takes a value along: to the clipboard, or as a file. */

import { Check, Download } from 'lucide-react';
import { useState } from 'react';
import { CopyButton } from './copy-button.tsx';
import { takenAway } from './take-away.ts';
import styles from './take-away-buttons.module.css';

interface TakeAwayProps {
  /** What the file is called. */
  readonly name: string;
  readonly value: unknown;
}

export function TakeAwayButtons({ name, value }: TakeAwayProps) {
  const [isSaved, setSaved] = useState(false);
  const save = (): void => {
    const { text, extension, type } = takenAway(value);
    const url = URL.createObjectURL(new Blob([text], { type }));
    const link = document.createElement('a');
    link.href = url;
    link.download = `${name}.${extension}`;
    link.click();
    URL.revokeObjectURL(url);
    setSaved(true);
  };
  const Icon = isSaved ? Check : Download;
  return (
    <span className={styles['buttons']}>
      <CopyButton text={() => takenAway(value).text} />
      <button type="button" data-kind="plain" onClick={save} onBlur={() => setSaved(false)}>
        <Icon size={14} aria-hidden="true" />
        {isSaved ? 'Saved' : 'Save'}
      </button>
    </span>
  );
}
