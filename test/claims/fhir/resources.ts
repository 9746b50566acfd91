/** FHIR R4 claims for tests. People and organisations are invented. */
import { type FhirClaimOptions, type FhirReading, readFhirClaims } from "../../../src/claims/index.js";

type Json = Record<string, unknown>;

export const CPT = "http://www.ama-assn.org/go/cpt";

export function usd(value: number): Json {
  return { value, currency: "USD" };
}

/** A line that charges 60.50. */
export function item(given: Json = {}): Json {
  return {
    sequence: 1,
    productOrService: { coding: [{ system: CPT, code: "99213", display: "OFFICE VISIT" }], text: "OFFICE VISIT" },
    servicedDate: "2026-01-03",
    net: usd(60.5),
    ...given,
  };
}

/** A claim of two lines that charge 60.50 and 39.50. */
export function claim(given: Json = {}): Json {
  return {
    resourceType: "Claim",
    id: "c1",
    status: "active",
    type: { coding: [{ system: "http://terminology.hl7.org/CodeSystem/claim-type", code: "professional" }] },
    use: "claim",
    patient: { reference: "Patient/TESTPATIENT", display: "TESTPERSON ALPHA" },
    created: "2026-01-05",
    insurer: { reference: "Organization/payer" },
    provider: { identifier: { system: "http://hl7.org/fhir/sid/us-npi", value: "1234567893" } },
    priority: { coding: [{ code: "normal" }] },
    diagnosis: [{ sequence: 1, diagnosisCodeableConcept: { coding: [{ code: "J020" }] } }],
    insurance: [{ sequence: 1, focal: true, coverage: { reference: "Coverage/9" } }],
    item: [
      item(),
      item({
        sequence: 2,
        productOrService: { coding: [{ system: CPT, code: "87070" }] },
        servicedDate: undefined,
        servicedPeriod: { start: "2026-01-04", end: "2026-01-05T10:00:00Z" },
        quantity: { value: 2 },
        unitPrice: usd(19.75),
        net: usd(39.5),
      }),
    ],
    total: usd(100),
    ...given,
  };
}

export function bundle(...resources: unknown[]): Json {
  return { resourceType: "Bundle", type: "collection", entry: resources.map((resource) => ({ resource })) };
}

/** Reads resources, a text each. */
export async function readAll(resources: readonly unknown[], options: FhirClaimOptions = {}): Promise<FhirReading> {
  const texts = resources.map((resource) => ({
    text: typeof resource === "string" ? resource : JSON.stringify(resource),
  }));
  return readFhirClaims(texts, options);
}

/** What of problems tests compare. */
export function found({ problems }: FhirReading): string[] {
  return problems.map(({ code, left, path }) => [code, left ?? "nothing", path].join(" "));
}
