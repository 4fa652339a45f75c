// Loaded into a hub with --expose-gc: asked over the channel to its parent, it tells how much is in use that no collection gives back.
process.on('message', () => {
  globalThis.gc();
  // What finalizers held goes with the second one.
  setImmediate(() => {
    globalThis.gc();
    const { heapUsed, external } = process.memoryUsage();
    process.send(heapUsed + external);
  });
});
// The hub leaves as it would without.
process.channel.unref();
