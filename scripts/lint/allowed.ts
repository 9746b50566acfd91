/**
 * What may carry `bytes` or `string` in our contracts, and why that holds nothing about a person. Each entry is a decision
 * of a review: add one only with a reason that a data protection officer would accept.
 */
export const ALLOWED: Readonly<Record<string, string>> = {
  "multicall(bytes[])": "calls of the contract's own functions, each under these same rules",
  "nameOperator(address,uint56,uint40,uint40,bytes)": "signature of a key of an organisation",
  "StringTooLong(string)": "OpenZeppelin's error about the contract's own EIP-712 name, thrown at deployment only",
};
