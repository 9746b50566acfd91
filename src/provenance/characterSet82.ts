/** A character that is in GS1 AI encodable character set 82 (GS1 General Specifications, figure 7.11-1). */
const CHARACTER_SET_82 = /^[!"%&'()*+,\-./0-9:;<=>?A-Z_a-z]$/;

/** Index of the first character of `text` outside GS1 character set 82, or -1. */
export function indexOutsideSet82(text: string): number {
  for (let i = 0; i < text.length; i++) if (!CHARACTER_SET_82.test(text[i]!)) return i;
  return -1;
}
