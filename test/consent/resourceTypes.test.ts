import { expect } from "chai";

import { CATEGORIES, type Category } from "../../src/consent/codes.js";
import { parseResource } from "../../src/consent/fhirResource.js";
import { PATIENT_DATA_TYPES, kindsOfType, typesOfCategory } from "../../src/consent/fhir/resourceTypes.js";
import { recordCategory } from "../../src/consent/recordCategory.js";

const nameOf = (bit: number) => (Object.keys(CATEGORIES) as Category[]).find((name) => CATEGORIES[name] === bit);
const categoryOf = (resource: object) => nameOf(recordCategory(parseResource(JSON.stringify(resource), {})));

describe("the kinds of data of resource types", () => {
  it("are those that records of these types are anchored as", () => {
    expect(PATIENT_DATA_TYPES).to.include.members([
      "Patient",
      "Observation",
      "MedicationRequest",
      "ExplanationOfBenefit",
    ]);
    for (const resourceType of PATIENT_DATA_TYPES) {
      expect(kindsOfType(resourceType)?.denied, resourceType).to.include(categoryOf({ resourceType, id: "a" }));
    }
  });

  it("of mixed types have every kind that a record's category code can give", () => {
    const systems: Record<string, string> = {
      "http://terminology.hl7.org/CodeSystem/observation-category":
        "social-history vital-signs imaging laboratory procedure survey exam therapy activity",
      "http://terminology.hl7.org/CodeSystem/v2-0074": "LAB HM RAD GE CG PT OTH",
    };
    for (const resourceType of ["Observation", "DiagnosticReport"]) {
      for (const [system, codes] of Object.entries(systems)) {
        for (const code of codes.split(" ")) {
          const resource = { resourceType, id: "a", category: [{ coding: [{ system, code }] }] };
          expect(kindsOfType(resourceType)?.denied, `${resourceType} ${code}`).to.include(categoryOf(resource));
        }
      }
    }
  });

  it("permit nothing that a denial would not take away", () => {
    for (const type of PATIENT_DATA_TYPES) {
      const kinds = kindsOfType(type);
      expect(kinds?.denied, type).to.include.members([...(kinds?.permitted ?? [])]);
    }
  });

  it("are exactly a set of types only where no mixed type can be of the kind", () => {
    expect(typesOfCategory("MEDICATIONS")).to.include("MedicationRequest");
    expect(typesOfCategory("LABORATORY")).to.equal(undefined);
    expect(kindsOfType("Practitioner")).to.equal(undefined);
  });
});
