import { CATEGORIES, type Category } from "./codes.js";
import { kindsOfType } from "./fhir/resourceTypes.js";
import { ACT_CODE, canonicalSystem } from "./fhir/systems.js";
import type { FhirResource } from "./fhirResource.js";
import { CareProofError } from "../errors.js";
import { isJsonObject, type JsonValue } from "../utils/json.js";

/** The resource types whose `category` decides. */
const TYPES_DECIDED_BY_CODE: ReadonlySet<string> = new Set(["Observation", "DiagnosticReport"]);

/**
 * The general category of each code of `category`, by code system. A code that is not here decides nothing: surveys and
 * activities mix kinds of data, so that only OTHER, which a consent must name, is safe for them.
 */
const CATEGORY_OF_CODE: ReadonlyMap<string, ReadonlyMap<string, Category>> = new Map([
  [
    "http://terminology.hl7.org/CodeSystem/observation-category",
    new Map([
      ...codes("LABORATORY", "laboratory"),
      ...codes("IMAGING", "imaging"),
      ...codes("VITAL_SIGNS", "vital-signs"),
      ...codes("SOCIAL_HISTORY", "social-history"),
      ...codes("PROCEDURES", "procedure therapy"),
      ...codes("CONDITIONS", "exam"),
    ]),
  ],
  [
    // Diagnostic service sections (HL7 v2 table 0074).
    "http://terminology.hl7.org/CodeSystem/v2-0074",
    new Map([
      ...codes("LABORATORY", "BG BLB CH CP HM IMM LAB MB MCB MYC OSL SP SR TX VR"),
      ...codes("IMAGING", "CT CUS NMR NMS OUS RAD RUS RX VUS XRC"),
      ...codes("GENOMICS", "CG GE"),
      ...codes("PROCEDURES", "CTH OT PT RC RT"),
    ]),
  ],
]);

/** The protected category of each sensitivity code of ActCode (InformationSensitivityPolicy), narrower codes included. */
const CATEGORY_OF_SENSITIVITY: ReadonlyMap<string, Category> = new Map([
  ...codes("PSY", "PSY MH"),
  ...codes("ETH", "ETH ETHUD OPIOIDUD SUD"),
  ...codes("HIV", "HIV"),
  ...codes("SEX", "SEX"),
  ...codes("GDIS", "GDIS"),
  ...codes("STD", "STD"),
  ...codes("SDV", "SDV MST VIO"),
  ...codes("PSYTHPN", "PSYTHPN"),
  ...codes("SCA", "SCA SICKLE"),
]);

/**
 * Codes of ActCode that `meta.security` may carry and that name no kind of data: obligations, refrain policies, and TBOO (not
 * to be told to the patient except by a physician, which restricts the telling and not the reader).
 */
const NO_KIND_OF_DATA: ReadonlySet<string> = new Set(
  (
    "TBOO " +
    "ANONY AOD AUDIT AUDTR CPLYCC CPLYCD CPLYCUI CPLYJPP CPLYJSP CPLYOPP CPLYOSP CPLYPOL DECLASSIFYLABEL DEID DELAU " +
    "DOWNGRDLABEL DRIVLABEL ENCRYPT ENCRYPTR ENCRYPTT ENCRYPTU HUAPRV LABEL MASK MINEC PERSISTLABEL PRIVMARK PSEUD " +
    "REDACT UPGRDLABEL " +
    "NOAUTH NOCOLLECT NODSCLCD NODSCLCDS NOINTEGRATE NOLIST NOMOU NOORGPOL NOPAT NOPERSISTP NORDSCLCD NORDSCLCDS " +
    "NORDSCLW NORELINK NOREUSE NOVIP ORCON"
  ).split(" "),
);

/**
 * The kind of data of a FHIR R4 resource as a category bit number (see `CATEGORIES`). The first of these that applies:
 *
 * 1. the protected category of a sensitivity code of HL7 v3 ActCode in `meta.security`;
 * 2. for Observation and DiagnosticReport, the first code of `category` in HL7's observation-category or v2-0074 that names a
 *    kind of data, else OTHER;
 * 3. the kind that all resources of its type are of (`kindsOfType`), else OTHER.
 *
 * @param where The resource's place, for errors.
 * @throws CareProofError `SENSITIVITY_UNKNOWN` for a code of ActCode in `meta.security` that has no category here, and
 * `SENSITIVITY_AMBIGUOUS` for two protected kinds in one resource, since a leaf has one category: neither is ever dropped.
 */
export function recordCategory(resource: FhirResource, where: string = resource.resourceType): number {
  return CATEGORIES[protectedCategory(resource, where) ?? generalCategory(resource)];
}

function generalCategory(resource: FhirResource): Category {
  if (!TYPES_DECIDED_BY_CODE.has(resource.resourceType))
    return kindsOfType(resource.resourceType)?.permitted[0] ?? "OTHER";
  for (const concept of asArray(resource.category)) {
    for (const coding of isJsonObject(concept) ? asArray(concept.coding) : []) {
      if (!isJsonObject(coding) || typeof coding.system !== "string" || typeof coding.code !== "string") continue;
      const category = CATEGORY_OF_CODE.get(coding.system)?.get(coding.code);
      if (category !== undefined) return category;
    }
  }
  return "OTHER";
}

function protectedCategory(resource: FhirResource, where: string): Category | undefined {
  const found = new Set<Category>();
  const labels = isJsonObject(resource.meta) ? asArray(resource.meta.security) : [];
  for (const [i, label] of labels.entries()) {
    if (!isJsonObject(label) || typeof label.system !== "string" || canonicalSystem(label.system) !== ACT_CODE)
      continue;
    const code = typeof label.code === "string" ? label.code : "";
    if (NO_KIND_OF_DATA.has(code)) continue;
    const category = CATEGORY_OF_SENSITIVITY.get(code);
    if (category === undefined) {
      const message = `unknown sensitivity code ${JSON.stringify(code)} of HL7 v3 ActCode`;
      throw new CareProofError("SENSITIVITY_UNKNOWN", message, `${where}.meta.security[${i}]`);
    }
    found.add(category);
  }
  // A psychotherapy note is psychiatric data under a stricter rule of its own (45 CFR 164.508).
  if (found.has("PSYTHPN")) found.delete("PSY");
  if (found.size > 1) {
    const message = `carries ${found.size} protected kinds of data (${[...found].join(", ")}), but a leaf has one category`;
    throw new CareProofError("SENSITIVITY_AMBIGUOUS", message, `${where}.meta.security`);
  }
  return [...found][0];
}

function asArray(value: JsonValue | undefined): JsonValue[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function codes(category: Category, list: string): [string, Category][] {
  return list.split(" ").map((code) => [code, category]);
}
