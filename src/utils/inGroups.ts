/**
 * What is made of each item, in the order of the items, so many at a time: ethers sends those of a moment in one request.
 *
 * @param size Items that are under way at a time.
 */
export async function inGroups<T, R>(items: readonly T[], size: number, make: (item: T) => Promise<R>): Promise<R[]> {
  const made: R[] = [];
  for (let start = 0; start < items.length; start += size) {
    made.push(...(await Promise.all(items.slice(start, start + size).map(make))));
  }
  return made;
}
