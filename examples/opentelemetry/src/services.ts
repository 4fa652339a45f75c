/** Two services, of which one asks the other: with `tracing`, a request to the first is one trace through both. */

import { type Provider, type ServeOptions, ServiceError, serve } from '@conduit/sdk';

const prices: Readonly<Record<string, number>> = { apple: 0.4, pear: 0.5 };

/** Knows what each thing costs. */
export async function serveStock(options: ServeOptions): Promise<Provider> {
  return await serve(
    'stock',
    {
      price({ item }: { item: string }) {
        const price = prices[item];
        if (price === undefined) throw new ServiceError('unknown_item', `there are no "${item}" here`);
        return price;
      },
    },
    options,
  );
}

/** Adds up what a basket costs; for each thing it asks `stock`, as a part of its own request. */
export async function serveShop(options: ServeOptions): Promise<Provider> {
  return await serve(
    'shop',
    {
      async total({ items }: { items: string[] }, ctx) {
        const asked = items.map(async (item) => Number(await ctx.request('stock', 'price', { item })));
        return (await Promise.all(asked)).reduce((sum, price) => sum + price, 0);
      },
    },
    options,
  );
}
