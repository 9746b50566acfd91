import { expect } from "chai";

import { CATEGORIES, type Category } from "../../src/consent/codes.js";
import { parseResource } from "../../src/consent/fhirResource.js";
import { recordCategory } from "../../src/consent/recordCategory.js";

const ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
const OBSERVATION_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category";
const DIAGNOSTIC_SECTION = "http://terminology.hl7.org/CodeSystem/v2-0074";

const category = (resource: object): number => recordCategory(parseResource(JSON.stringify(resource)));
const coded = (resourceType: string, ...codings: [system: string, code: string][]): object => ({
  resourceType,
  category: codings.map(([system, code]) => ({ coding: [{ system, code }] })),
});
const labelled = (...labels: [code: string, system?: string][]): object => ({
  resourceType: "Condition",
  meta: { security: labels.map(([code, system = ACT_CODE]) => ({ system, code })) },
});

describe("recordCategory", () => {
  for (const [resourceType, expected] of [
    ["Patient", "DEMOGRAPHICS"],
    ["AllergyIntolerance", "ALLERGIES"],
    ["Condition", "CONDITIONS"],
    ["MedicationRequest", "MEDICATIONS"],
    ["Immunization", "IMMUNIZATIONS"],
    ["Specimen", "LABORATORY"],
    ["ImagingStudy", "IMAGING"],
    ["Procedure", "PROCEDURES"],
    ["Encounter", "ENCOUNTERS"],
    ["CarePlan", "CARE_PLANS"],
    ["DocumentReference", "NOTES"],
    ["FamilyMemberHistory", "FAMILY_HISTORY"],
    ["MolecularSequence", "GENOMICS"],
    ["Device", "DEVICES"],
    ["DeviceMetric", "DEVICE_TELEMETRY"],
    ["ExplanationOfBenefit", "COVERAGE_AND_CLAIMS"],
    ["ResearchSubject", "TRIAL_DATA"],
    ["Consent", "AUDIT_AND_CONSENT"],
    ["Organization", "OTHER"],
  ] satisfies [string, Category][]) {
    it(`${resourceType} is ${expected}`, () => {
      expect(category({ resourceType })).to.equal(CATEGORIES[expected as Category]);
    });
  }

  for (const [name, resource, expected] of [
    ["a laboratory Observation", coded("Observation", [OBSERVATION_CATEGORY, "laboratory"]), "LABORATORY"],
    ["a vital sign", coded("Observation", [OBSERVATION_CATEGORY, "vital-signs"]), "VITAL_SIGNS"],
    ["an imaging Observation", coded("Observation", [OBSERVATION_CATEGORY, "imaging"]), "IMAGING"],
    ["social history", coded("Observation", [OBSERVATION_CATEGORY, "social-history"]), "SOCIAL_HISTORY"],
    ["a survey, which may ask about anything", coded("Observation", [OBSERVATION_CATEGORY, "survey"]), "OTHER"],
    ["an Observation without category", { resourceType: "Observation" }, "OTHER"],
    ["a haematology report", coded("DiagnosticReport", [DIAGNOSTIC_SECTION, "HM"]), "LABORATORY"],
    ["a radiology report", coded("DiagnosticReport", [DIAGNOSTIC_SECTION, "RAD"]), "IMAGING"],
    ["a genetics report", coded("DiagnosticReport", [DIAGNOSTIC_SECTION, "GE"]), "GENOMICS"],
    [
      "the first code that is known",
      coded("Observation", ["urn:x", "laboratory"], [OBSERVATION_CATEGORY, "exam"]),
      "CONDITIONS",
    ],
    ["a code named as an object's method", coded("Observation", [OBSERVATION_CATEGORY, "constructor"]), "OTHER"],
  ] satisfies [string, object, Category][]) {
    it(`${name} is ${expected}`, () => {
      expect(category(resource)).to.equal(CATEGORIES[expected as Category]);
    });
  }

  for (const code of ["PSY", "ETH", "HIV", "SEX", "GDIS", "STD", "SDV", "PSYTHPN", "SCA"] satisfies Category[]) {
    it(`a resource labelled ${code} has that protected category`, () => {
      expect(category(labelled([code]))).to.equal(CATEGORIES[code]);
    });
  }

  it("reads a narrower code as the protected kind that it is part of", () => {
    expect(category(labelled(["OPIOIDUD"]))).to.equal(CATEGORIES.ETH);
    expect(category(labelled(["PSY"], ["PSYTHPN"]))).to.equal(CATEGORIES.PSYTHPN);
  });

  it("knows ActCode by its OID too", () => {
    expect(category(labelled(["HIV", "urn:oid:2.16.840.1.113883.5.4"]))).to.equal(CATEGORIES.HIV);
  });

  it("ignores labels that name no kind of data", () => {
    const confidentiality = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality";
    expect(category(labelled(["R", confidentiality], ["NORDSCLCD"], ["TBOO"]))).to.equal(CATEGORIES.CONDITIONS);
  });

  it("refuses an unknown sensitivity code, naming where", () => {
    expect(() => category(labelled(["R", "urn:other"], ["PRS"]))).to.throw(
      'Condition.meta.security[1]: unknown sensitivity code "PRS" of HL7 v3 ActCode',
    );
  });

  it("refuses two protected kinds in one resource rather than dropping one", () => {
    expect(() => category(labelled(["HIV"], ["SUD"]))).to.throw(
      "Condition.meta.security: carries 2 protected kinds of data (HIV, ETH)",
    );
  });
});
