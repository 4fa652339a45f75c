/** What a token allows, as text: `request:<glob>`, `provide:<glob>`, `observe:<glob>`, `admin`, `operator`. Only this file reads them. */

/** A service's name with stars in it, each for any characters, `/` and `.` among them. */
const scopePattern = /^(?:(?:request|provide|observe):[A-Za-z0-9*._:/-]{1,128}|admin|operator)$/;

export function isScope(text: string): boolean {
  return scopePattern.test(text);
}

/** Whether one of the scopes is of this kind and fits the name of the service. */
export function allows(scopes: readonly string[], kind: 'request' | 'provide' | 'observe', service: string): boolean {
  const head = `${kind}:`;
  return scopes.some((scope) => scope.startsWith(head) && matches(scope.slice(head.length), service));
}

/**
 * Whether the glob fits the whole name. What stands between two stars is taken where it first occurs, which never rules out
 * a later fit: nothing is tried twice, whatever the glob.
 */
export function matches(glob: string, name: string): boolean {
  const [first = '', ...rest] = glob.split('*');
  const last = rest.pop();
  if (last === undefined) return glob === name;
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}
