import { checkElement, type Gs1Element } from "./applicationIdentifiers.js";
import { companyPrefixOf } from "./companyPrefix.js";
import { escapeCharacter, unescapeText } from "./percentEncoding.js";
import { CareProofError } from "../../errors.js";
import { checkDigit } from "../checkDigit.js";
import { tokenIdOf, type ProductIdentifier } from "../tokenId.js";

/** Scheme, company prefix, the rest of the key with its first digit in front, and the serial or lot number. */
const URN = /^urn:epc:(id:sgtin|id:sscc|class:lgtin):(\d{6,12})\.(\d+)(?:\.(.+))?$/;

/** Characters of set 82 that a URN escapes (EPC Tag Data Standard, table A-1). */
const ESCAPED = /["%&/<>?]/g;

/**
 * Reads an EPC pure identity URN of a package (`urn:epc:id:sgtin:…`) or logistic unit (`urn:epc:id:sscc:…`), or the class URN of a lot
 * (`urn:epc:class:lgtin:…`), as elements with AI 01 and 21, AI 00, or AI 01 and 10.
 *
 * @throws CareProofError `EPC_URN_INVALID`, or of {@link checkElement}.
 * @see EPC Tag Data Standard, section 6.
 */
export function readEpcUrn(urn: string): Gs1Element[] {
  // The first two parts of a URN are the same in capitals (RFC 8141, section 3.1).
  const match = URN.exec(urn.replace(/^urn:epc:/i, "urn:epc:"));
  if (match === null) {
    throw new CareProofError(
      "EPC_URN_INVALID",
      "expected urn:epc:id:sgtin:, urn:epc:id:sscc: or urn:epc:class:lgtin:, a company prefix of 6 to 12 digits, the rest of the key, and for a package or lot its number, parted by dots",
    );
  }
  const [, scheme, prefix, reference, text] = match as unknown as [string, string, string, string, string | undefined];
  const length = scheme === "id:sscc" ? 17 : 13;
  if (prefix.length + reference.length !== length) {
    const message = `company prefix and reference have ${prefix.length + reference.length} digits together, not ${length}`;
    throw new CareProofError("EPC_URN_INVALID", message);
  }
  if ((text === undefined) !== (scheme === "id:sscc")) {
    const message =
      scheme === "id:sscc" ? "an SSCC has two parts" : "the third part, a serial or lot number, is missing";
    throw new CareProofError("EPC_URN_INVALID", message);
  }
  const digits = reference.slice(0, 1) + prefix + reference.slice(1);
  const key = `${digits}${checkDigit(digits)}`;
  if (text === undefined) return [{ ai: "00", value: key }];
  const number = { ai: scheme === "id:sgtin" ? "21" : "10", value: unescapeText(text) };
  checkElement(number);
  return [{ ai: "01", value: key }, number];
}

/**
 * Writes the EPC pure identity URN of a package or logistic unit.
 *
 * @param prefixLength Digits of the GS1 company prefix, 6 to 12. The key does not tell it.
 * @throws CareProofError `PREFIX_INVALID`, `GTIN_INVALID`, `SERIAL_INVALID` or `SSCC_INVALID`.
 */
export function writeEpcUrn(identifier: ProductIdentifier, prefixLength: number): string {
  tokenIdOf(identifier);
  const prefix = companyPrefixOf(identifier, prefixLength);
  const key = identifier.kind === "sgtin" ? identifier.gtin : identifier.sscc;
  const reference = key.slice(0, 1) + key.slice(1 + prefixLength, -1);
  if (identifier.kind === "sscc") return `urn:epc:id:sscc:${prefix}.${reference}`;
  return `urn:epc:id:sgtin:${prefix}.${reference}.${identifier.serial.replace(ESCAPED, escapeCharacter)}`;
}
