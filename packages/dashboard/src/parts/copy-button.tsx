/** Puts a text on the clipboard, and says whether it is there. */

import { Check, Copy } from 'lucide-react';
import { useState } from 'react';

interface CopyButtonProps {
  /** Made when it is asked for: it may be long. */
  readonly text: () => string;
}

export function CopyButton({ text }: CopyButtonProps) {
  const [outcome, setOutcome] = useState<'Copied' | 'Can’t copy here'>();
  const copy = async (): Promise<void> => {
    // Pages that came over plain HTTP from elsewhere have no clipboard; the text can still be selected.
    await navigator.clipboard.writeText(text());
  };
  const press = (): void => {
    copy().then(
      () => setOutcome('Copied'),
      () => setOutcome('Can’t copy here'),
    );
  };
  const Icon = outcome === 'Copied' ? Check : Copy;
  return (
    <button type="button" data-kind="plain" onClick={press} onBlur={() => setOutcome(undefined)}>
      <Icon size={14} aria-hidden="true" />
      {outcome ?? 'Copy'}
    </button>
  );
}
