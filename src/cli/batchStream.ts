/** Batches whose roots are asked for at a time. */
const STEP = 100n;

/**
 * The number of the batch of a stream that has a root, the latest first; undefined where there is none.
 *
 * @param last Number of the stream's last batch, 0 before its first.
 * @param rootOf Asks for the root of a batch by its number.
 */
export async function findBatch(
  last: bigint,
  root: string,
  rootOf: (sequence: bigint) => Promise<string>,
): Promise<bigint | undefined> {
  for (let end = last; end > 0n; end -= STEP) {
    const numbers = Array.from({ length: Number(end < STEP ? end : STEP) }, (_, i) => end - BigInt(i));
    const roots = await Promise.all(numbers.map(rootOf));
    const found = roots.indexOf(root);
    if (found >= 0) return numbers[found];
  }
  return undefined;
}
