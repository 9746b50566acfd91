import { CareProofError } from "../../errors.js";
import type { EpcisEvent } from "../epcis/event.js";
import { readGs1 } from "../gs1/identification.js";
import { lotKey } from "../lot.js";
import { NotSent } from "./reading.js";

/** Master data of CBV in `ilmd`: the namespace that XML declares, with or without a colon at its end. */
const MASTER_DATA = /^\{urn:epcglobal:cbv:mda:?\}(\w+)$/;

/** What an event's `ilmd` says of the lot that it commissions (CBV 2.0, section 9). */
export interface LotMasterData {
  /** AI 10. */
  readonly lotNumber?: string;
  /** The last day of use, `YYYY-MM-DD`. */
  readonly expirationDate?: string;
}

/** Reads lot number and expiration date. Throws CareProofError `EXPIRATION_DATE_INVALID`, path: the field. */
export function lotMasterDataOf({ ilmd = [] }: EpcisEvent, path: string): LotMasterData {
  const valueOf = (name: string): string | undefined => {
    const value = ilmd.find((field) => MASTER_DATA.exec(field.name)?.[1] === name)?.value;
    return value === "" ? undefined : value;
  };
  const lotNumber = valueOf("lotNumber");
  const expiration = valueOf("itemExpirationDate");
  const day = expiration === undefined ? undefined : /^(\d{4}-\d{2}-\d{2})(?:T.*)?$/.exec(expiration)?.[1];
  if (expiration !== undefined && day === undefined) {
    const message = `expected a date or a date and time, found ${JSON.stringify(expiration)}`;
    throw new CareProofError("EXPIRATION_DATE_INVALID", message, `${path}.ilmd.itemExpirationDate`);
  }
  return {
    ...(lotNumber === undefined ? {} : { lotNumber }),
    ...(day === undefined ? {} : { expirationDate: day }),
  };
}

/**
 * The key of the lot that a class of objects is: an LGTIN, or a GS1 Digital Link with AI 01 and 10.
 *
 * @throws NotSent `LOT_UNSAID` where it is no lot; CareProofError of `readGs1` at `path`.
 */
export function lotOfClass(epcClass: string, path: string): bigint {
  if (!/^urn:epc:class:lgtin:/i.test(epcClass) && !/^https?:\/\/[^?#]*\/(?:01|gtin)\/\d/i.test(epcClass)) {
    throw new NotSent("LOT_UNSAID", `names ${epcClass}, which is no lot (LGTIN, or AI 01 and 10)`);
  }
  try {
    const { elements } = readGs1(epcClass);
    const valueOf = (ai: string): string | undefined => elements.find((element) => element.ai === ai)?.value;
    const [gtin, lotNumber] = [valueOf("01"), valueOf("10")];
    if (gtin === undefined || lotNumber === undefined) {
      throw new NotSent("LOT_UNSAID", `names ${epcClass}, which is no lot (LGTIN, or AI 01 and 10)`);
    }
    return lotKey(gtin, lotNumber);
  } catch (error) {
    if (!(error instanceof CareProofError)) throw error;
    throw new CareProofError(error.code, error.message, path, { cause: error });
  }
}
