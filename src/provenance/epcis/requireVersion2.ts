import type { EpcisDocument } from "./event.js";
import { CareProofError } from "../../errors.js";

/** Refuses a document of EPCIS 1.x. Throws CareProofError `EPCIS_VERSION_UNSUPPORTED`, path `schemaVersion`. */
export function requireVersion2({ schemaVersion }: EpcisDocument): void {
  if (schemaVersion === undefined || schemaVersion.startsWith("2.")) return;
  const message = `the document is of EPCIS ${schemaVersion}: only 2.0 is taken`;
  throw new CareProofError("EPCIS_VERSION_UNSUPPORTED", message, "schemaVersion");
}
