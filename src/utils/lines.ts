/** A line of a text, without its end, and its number from 1. */
export interface NumberedLine {
  readonly line: string;
  readonly number: number;
}

/**
 * The lines of UTF-8 as a stream, empty ones left out.
 *
 * @throws TypeError of `TextDecoder` where the bytes are not UTF-8.
 */
export async function* splitLines(
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): AsyncGenerator<NumberedLine> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  // A line may be far longer than a chunk: its parts are joined once.
  let parts: string[] = [];
  let number = 0;
  for await (const chunk of chunks) {
    const [first = "", ...others] = decoder.decode(chunk, { stream: true }).split("\n");
    parts.push(first);
    for (const other of others) {
      const line = parts.join("");
      parts = [other];
      number++;
      if (line.trim() !== "") yield { line, number };
    }
  }
  parts.push(decoder.decode());
  const last = parts.join("");
  if (last.trim() !== "") yield { line: last, number: number + 1 };
}
