/** A request by the end of its id, which is what tells it from its neighbours: ids begin with their time. */
export const shortId = (id: string): string => id.slice(-8);
