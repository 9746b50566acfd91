/** Escapes all but the unreserved characters of RFC 3986. Values of element strings are ASCII. */
export function escapeText(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, escapeCharacter);
}

/** The ASCII character as `%` and two hexadecimal digits. */
export function escapeCharacter(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
}

/** Undoes percent-encoding byte by byte. `%` without two hexadecimal digits stays, as GS1's own reader leaves it. */
export function unescapeText(text: string): string {
  return text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}
