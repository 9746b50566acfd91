import type { FhirCoverage } from "./claim.js";
import { FhirElement } from "./element.js";
import { codesOf, referenceText } from "./reference.js";
import type { JsonObject } from "../../utils/json.js";

const STATUSES = ["active", "cancelled", "draft", "entered-in-error"] as const;

/** Type of an identifier that is a person's (HL7 v2 table 0203). */
const MEMBER_NUMBER = "MB";

/** Who pays for themselves. */
const PERSON = /(^|\/)(Patient|RelatedPerson)\//;

/**
 * Reads a FHIR R4 `Coverage`. Who is insured is not in the result: no patient, subscriber, or member number.
 *
 * @throws CareProofError with the path of the element: `CODE_UNKNOWN`, `ELEMENT_MISSING`, `ELEMENT_INVALID`, `DATE_INVALID`.
 */
export function readCoverage(resource: JsonObject, path: string): FhirCoverage {
  const coverage = new FhirElement(resource, path);
  const id = coverage.text("id");
  const policyNumber = coverage
    .children("identifier")
    .find(({ value }) => !codesOf(value.type).includes(MEMBER_NUMBER))
    ?.text("value");
  const period = coverage.child("period");
  const [from, to] = [period?.day("start"), period?.day("end")];
  const order = coverage.positive("order");
  const payers = coverage.children("payor").flatMap((one) => referenceText(one) ?? []);
  const classes = coverage.children("class").flatMap((one): [string, string][] => {
    const [kind, value] = [codesOf(one.value.type)[0], one.text("value")];
    return kind === undefined || value === undefined ? [] : [[kind, value]];
  });
  return {
    ...(id === undefined ? {} : { reference: `Coverage/${id}` }),
    ...(policyNumber === undefined ? {} : { policyNumber }),
    status: coverage.code("status", STATUSES),
    payers: payers.filter((one) => !PERSON.test(one)),
    ...(period === undefined
      ? {}
      : { period: { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) } }),
    ...(order === undefined ? {} : { order }),
    classes: Object.fromEntries(classes),
    path,
  };
}
