/** How whoever reads a line types a command of this program: through npx, where it came by npx or npm; by its name otherwise. */

/** npm says so to every program that it starts. */
const isThroughNpm = process.env['npm_command'] !== undefined;

/** `conduit`, or `npx conduit`. */
export const conduitCommand = isThroughNpm ? 'npx conduit' : 'conduit';
