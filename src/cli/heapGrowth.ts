import { setFlagsFromString } from "node:v8";

/** How much the heap may grow over what was alive in it before it is collected again, in percent. */
const GROWTH = 40;

/**
 * Has the heap collected before it grows to several times what is alive in it, as V8 lets it where the machine has memory left. For work
 * whose input is large and held whole: it takes about as long, in about half the memory.
 */
export function limitHeapGrowth(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH}`);
}
