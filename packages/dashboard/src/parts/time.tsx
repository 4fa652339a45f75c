/** An instant as people ask for it: how long ago; the exact time is in its tooltip and for machines. */

import { useNow } from '../app/now.ts';
import { agoText } from './durations.ts';

export function Ago({ at }: { readonly at: string }) {
  const now = useNow();
  return (
    <time dateTime={at} title={new Date(at).toLocaleString()}>
      {agoText(now - Date.parse(at))}
    </time>
  );
}
