import { fieldsOfV1, fieldsOfV2 } from "./jsonRecord.js";
import { registrationOf } from "./recordFields.js";
import type { TrialRegistration } from "./registration.js";
import { fieldsOfXml } from "./xmlRecord.js";
import { CareProofError } from "../../errors.js";
import { isJsonObject, type JsonObject, type JsonSource, type JsonValue, parseJson } from "../../utils/json.js";
import { parseXml } from "../../utils/xml.js";

/**
 * Reads the records of ClinicalTrials.gov in a text: a study or a list of studies of API v2, a `FullStudiesResponse` or a study of the
 * legacy API v1, or a `clinical_study` of the legacy XML.
 *
 * @param text JSON, or XML, which begins with `<`.
 * @param source Names the text in errors.
 * @throws CareProofError `JSON_INVALID`, `XML_INVALID`, `REGISTRATION_INVALID`, `REGISTRATION_NUMBER_INVALID`, with the field's path.
 */
export function readTrialRegistrations(text: string, source: JsonSource = {}): TrialRegistration[] {
  const content = text.replace(/^\uFEFF/, "");
  if (content.trim() === "") throw new CareProofError("INPUT_EMPTY", "there is nothing in it", source.name);
  if (content.trimStart().startsWith("<")) {
    const root = parseXml(content, source);
    if (root.local !== "clinical_study") throw invalid("the root is not clinical_study", root.local);
    return [registrationOf(fieldsOfXml(root))];
  }
  return studiesOf(parseJson(content, source)).map(({ study, path }) =>
    registrationOf("protocolSection" in study ? fieldsOfV2(study, path) : fieldsOfV1(study, path)),
  );
}

/** Whether a JSON value is what {@link readTrialRegistrations} reads. */
export function isTrialRegistration(value: JsonObject): boolean {
  return ["protocolSection", "ProtocolSection", "FullStudiesResponse", "Study", "studies"].some(
    (name) => name in value,
  );
}

function studiesOf(value: JsonValue): { study: JsonObject; path: string }[] {
  if (!isJsonObject(value)) throw invalid("expected a study: an object");
  if ("protocolSection" in value || "ProtocolSection" in value) return [{ study: value, path: "" }];
  if (isJsonObject(value.Study)) return [{ study: value.Study, path: "Study" }];
  if (Array.isArray(value.studies)) return value.studies.map((study, i) => studyAt(study, `studies[${i}]`));
  const response = value.FullStudiesResponse;
  if (isJsonObject(response) && Array.isArray(response.FullStudies)) {
    return response.FullStudies.map((full, i) => {
      const path = `FullStudiesResponse.FullStudies[${i}].Study`;
      return studyAt(isJsonObject(full) ? full.Study : undefined, path);
    });
  }
  throw invalid("has neither protocolSection nor FullStudiesResponse: no record of ClinicalTrials.gov");
}

function studyAt(study: JsonValue | undefined, path: string): { study: JsonObject; path: string } {
  if (!isJsonObject(study)) throw invalid("expected a study: an object", path);
  return { study, path };
}

function invalid(message: string, path?: string): CareProofError {
  return new CareProofError("REGISTRATION_INVALID", message, path);
}
