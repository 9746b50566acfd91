import { buildEvent } from "./buildEvent.js";
import type { EpcisDocument } from "./event.js";
import { readJsonFields } from "./readJson.js";
import { readXmlFields } from "./readXml.js";
import { CareProofError } from "../../errors.js";
import { type JsonSource, parseJson } from "../../utils/json.js";

/**
 * Reads the events of an EPCIS text. JSON and JSON-LD of EPCIS 2.0: an EPCISDocument, an EPCISQueryDocument, an event, or an array of
 * events. XML of EPCIS 2.0 and 1.x: an EPCISDocument, an EPCISQueryDocument, or an event; see `schemaVersion` of the result. Nothing
 * is fetched. The order of XML elements is not checked.
 *
 * @param text The text; XML begins with `<`.
 * @param source Names the text in errors.
 * @throws CareProofError `JSON_INVALID`, `XML_INVALID` (path: file, line, column), `EPCIS_INVALID`, `EPCIS_EVENT_TYPE_UNKNOWN`,
 * `EPCIS_VERSION_UNSUPPORTED` (path: the field, such as `epcisBody.eventList[0].action`).
 */
export function readEpcis(text: string, source: JsonSource = {}): EpcisDocument {
  const content = text.replace(/^\uFEFF/, "");
  if (content.trim() === "") throw new CareProofError("INPUT_EMPTY", "there is no EPCIS text", source.name);
  const isXml = content.trimStart().startsWith("<");
  const { events, ...document } = isXml ? readXmlFields(content, source) : readJsonFields(parseJson(content, source));
  return { format: isXml ? "XML" : "JSON", ...document, events: Array.from(events, buildEvent) };
}
