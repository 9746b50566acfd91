import { unreadable } from "./files.js";

/** What comes before the text itself: white space and the byte order mark. */
const BLANK = new Set([0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf]);

/** How JSON and XML begin. No CSV with named columns does. */
const BEGINNINGS = new Set(["{", "[", "<"].map((character) => character.charCodeAt(0)));

/**
 * Tells an EPCIS document from other text by its first character.
 *
 * @param name The file's name, for errors.
 * @returns The same text again, from its beginning.
 * @throws CareProofError `FILE_UNREADABLE`.
 */
export async function sniffEpcis(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
): Promise<{ isEpcis: boolean; text: AsyncIterable<Uint8Array> }> {
  const iterator = chunks[Symbol.asyncIterator]();
  const read: Uint8Array[] = [];
  let first: number | undefined;
  try {
    while (first === undefined) {
      const next = await iterator.next();
      if (next.done === true) break;
      read.push(next.value);
      first = next.value.find((byte) => !BLANK.has(byte));
    }
  } catch (error) {
    throw unreadable(name, error);
  }
  const text = async function* (): AsyncGenerator<Uint8Array> {
    yield* read.splice(0);
    yield* { [Symbol.asyncIterator]: () => iterator };
  };
  return { isEpcis: first !== undefined && BEGINNINGS.has(first), text: text() };
}
