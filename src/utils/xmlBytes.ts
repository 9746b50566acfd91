import { invalidXml } from "./xml.js";

/** Encodings that are read, by their names in an XML declaration, with those of WHATWG's Encoding Standard. */
const ENCODINGS: Readonly<Record<string, string>> = {
  "utf-8": "utf-8",
  "utf-16": "utf-16le",
  "us-ascii": "utf-8",
  // The standard reads ISO 8859-1 as windows-1252, which has more characters where ISO 8859-1 has controls.
  "iso-8859-1": "windows-1252",
  "windows-1252": "windows-1252",
};

/**
 * The text of an XML file in the encoding that its byte order mark or its declaration names; UTF-8 by default (XML 1.0, appendix F).
 *
 * @throws CareProofError `XML_INVALID` where the encoding is not known, or the bytes are not of it.
 */
export function decodeXml(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return decode(bytes, "utf-16le");
  if (first === 0xfe && second === 0xff) return decode(bytes, "utf-16be");
  const start = String.fromCharCode(...bytes.subarray(0, 200));
  const declared =
    /^(?:\xef\xbb\xbf)?<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]+)["']/.exec(start)?.[1] ?? "utf-8";
  const encoding = ENCODINGS[declared.toLowerCase()];
  if (encoding === undefined) throw invalidXml(`the encoding ${JSON.stringify(declared)} is not read`);
  return decode(bytes, encoding);
}

function decode(bytes: Uint8Array, encoding: string): string {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (error) {
    throw invalidXml(`it is not in the encoding ${encoding}${error instanceof TypeError ? "" : `: ${String(error)}`}`);
  }
}
