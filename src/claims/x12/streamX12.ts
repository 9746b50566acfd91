import { EnvelopeReader, type X12Item } from "./envelopeReader.js";
import { X12Tokenizer } from "./tokenizer.js";

/**
 * Reads X12 interchanges as they arrive: several in one text, with any separators. What is wrong is reported with its place, what it concerns
 * is left out, and the rest is read. A transaction set is yielded when its SE was found right: nothing is held but the transaction
 * at hand.
 *
 * Read are 837P, 837I and 837D (005010X222, X223, X224; 004010X098, X096, X097) and 835 (005010X221, 004010X091) with their addenda.
 *
 * @param chunks UTF-8 or text in pieces of any length.
 * @throws CareProofError `INPUT_EMPTY`, `ENVELOPE_MISSING` where the text does not begin with a whole ISA segment.
 */
export async function* streamX12(
  chunks: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
): AsyncGenerator<X12Item, void, undefined> {
  // What is not UTF-8 is mostly in names, which are not read; where it matters it is found by its replacement.
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const tokenizer = new X12Tokenizer();
  const reader = new EnvelopeReader();
  for await (const chunk of chunks) {
    const text = typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true });
    for (const segment of tokenizer.push(text)) {
      // Most segments end nothing: an asynchronous step for each would take longer than reading it.
      for (const item of reader.take(segment)) yield item;
    }
  }
  for (const segments of [tokenizer.push(decoder.decode()), tokenizer.end()]) {
    for (const segment of segments) yield* reader.take(segment);
  }
  yield* reader.end(tokenizer.rest);
}
