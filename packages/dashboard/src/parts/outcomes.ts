/** What a cancel came to, as the hub says it, in sentences. */

import type { Answer } from '@conduit/hub/contract/api';

export const outcomes: Readonly<Record<Answer<'cancelled'>['outcome'], string>> = {
  cancelled: 'The request is cancelled',
  requested: 'Its provider was asked to stop',
  already_finished: 'It had ended before',
};
