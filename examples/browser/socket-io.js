// Gets the Socket.IO client from the hub itself, so that both always fit together and a page needs nothing installed.

const retryMs = 2_000;

/** Resolves with `io`; calls `onMissing` whenever no hub answers, and goes on trying. */
export async function socketIo(hub, onMissing) {
  while (!(await load(`${hub}/socket.io/socket.io.min.js`))) {
    onMissing();
    await new Promise((resolve) => setTimeout(resolve, retryMs));
  }
  return globalThis.io;
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
