import { CareProofError } from "../../errors.js";
import { identify } from "../gs1/identification.js";
import type { ProductIdentifier } from "../tokenId.js";

const KEY_URN = /^urn:epc:id:(?:sgtin|sscc):/i;
/** A GTIN or SSCC in the path of a GS1 Digital Link, by its number or its short name. */
const KEY_LINK = /^https?:\/\/[^?#]*\/(?:0[01]|gtin|sscc)\/\d/i;
/** The company prefix of a URN. */
const PREFIX_URN = /^urn:epc:(?:id:(?:sgtin|sscc)|class:lgtin):(\d+)\./i;

/**
 * The package or logistic unit that an EPC of an event names.
 *
 * @param path Where it stands, for errors; absent where who calls adds it.
 * @returns undefined where it names something else: an asset, a class of objects, a URI of another scheme.
 * @throws CareProofError of `identify` at `path` for an SGTIN or SSCC that is malformed: `GTIN_INVALID`, `SERIAL_INVALID`,
 * `SSCC_INVALID`, `EPC_URN_INVALID`, `DIGITAL_LINK_INVALID` …
 */
export function readEpc(epc: string, path?: string): ProductIdentifier | undefined {
  if (!KEY_URN.test(epc) && !KEY_LINK.test(epc)) return undefined;
  try {
    return identify(epc).identifier;
  } catch (error) {
    if (!(error instanceof CareProofError)) throw error;
    if (error.code === "SERIAL_MISSING") return undefined;
    // The element that is wrong stands in the message; the place is that in the document.
    throw new CareProofError(error.code, error.message, path, { cause: error });
  }
}

/** Digits of the GS1 company prefix of an EPC; undefined where it is no URN, and so does not tell. */
export function prefixLengthOf(epc: string): number | undefined {
  return PREFIX_URN.exec(epc)?.[1]?.length;
}
