/** Ends the process of a test file when the run that started it is gone, and with it the processes that the file has started. */

// Otherwise a test that waits goes on for nobody. Vitest has made `process.exit` a failure of the test, which would be told to nobody.
process.once('disconnect', () => {
  process.emit('exit', 1);
  process.kill(process.pid, 'SIGKILL');
});
