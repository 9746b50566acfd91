import { CareProofError } from "../../errors.js";

/** A field of an event as JSON and XML have it alike: an element or attribute of XML, a key of JSON. A repeated field is many. */
export interface EpcisField {
  /** The standard's name, or `{namespace}name` for other vocabularies. */
  readonly name: string;
  /** Without white space around it; empty where there is none. */
  readonly text: string;
  readonly children: readonly EpcisField[];
  /** Where it is, such as `epcisBody.eventList[0].action`. */
  readonly path: string;
}

/** Refuses a document for what it says at a path. */
export function invalidEpcis(path: string, message: string): CareProofError {
  return new CareProofError("EPCIS_INVALID", message, path);
}
