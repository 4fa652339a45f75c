/** Before any test: the browser is unpacked by one, for a file that one test still writes can't be started by another. */

import { chromiumPath } from './chromium.ts';

export const setup = async (): Promise<void> => {
  await chromiumPath();
};
