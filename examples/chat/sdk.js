// Gets the SDK from the hub itself, so that both always fit together and a page needs nothing installed.

const retryMs = 2_000;

/** Resolves with the SDK; calls `onMissing` whenever no hub answers, and goes on trying. */
export async function sdkOf(hub, onMissing) {
  while (!(await load(`${hub}/sdk/conduit.js`))) {
    onMissing();
    await new Promise((resolve) => setTimeout(resolve, retryMs));
  }
  return globalThis.conduit;
}

/** A script element and no import: a failed import is remembered by the browser and never tried again. */
function load(address) {
  return new Promise((resolve) => {
    const script = document.createElement('script');
    script.src = address;
    script.addEventListener('load', () => resolve(true));
    script.addEventListener('error', () => {
      script.remove();
      resolve(false);
    });
    document.head.append(script);
  });
}
