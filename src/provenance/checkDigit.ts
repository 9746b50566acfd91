/**
 * The check digit of a GS1 key: weights 3 and 1 from the right, to the next multiple of ten.
 *
 * @param digits All digits of the key except the check digit.
 * @see GS1 General Specifications, section 7.9.1.
 */
export function checkDigit(digits: string): number {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) sum += Number(digits[digits.length - 1 - i]) * (i % 2 === 0 ? 3 : 1);
  return (10 - (sum % 10)) % 10;
}

/** Whether the last of `digits` is the check digit of those before it. */
export function hasCheckDigit(digits: string): boolean {
  return checkDigit(digits.slice(0, -1)) === Number(digits.at(-1));
}
