/** What `for await` goes over, and what whoever holds it by hand can leave at any moment: nothing has to come first. */

export interface Loop<Value> extends AsyncIterator<Value, undefined, undefined> {
  next(): Promise<IteratorResult<Value, undefined>>;
  /** Leaves it at once; a `next` that still waits is told that it is over. */
  return(value?: undefined): Promise<IteratorResult<Value, undefined>>;
  [Symbol.asyncIterator](): Loop<Value>;
}
