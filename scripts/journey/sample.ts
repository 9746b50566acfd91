/** Input of the journey where none is given. The people in it are invented. */
import { join } from "node:path";

import type { ConsentTerms } from "../../src/consent/fhir/terms";
import { writeConsent } from "../../src/consent/fhir/writeConsent";

/** A Bundle with two patients and what a hospital recorded of them. */
export const SAMPLE = join("scripts", "journey", "sampleBundle.json");

/** A FHIR R4 Consent for treatment, as an app would show it to the patient. Times in unix seconds. */
export function sampleConsent(consent: {
  patient: string;
  grantee: string;
  chainId: number;
  issuedAt: number;
  expiresAt: number;
}): object {
  const { patient, grantee, chainId, issuedAt, expiresAt } = consent;
  const terms: ConsentTerms = {
    kind: "grant",
    patient: { address: patient },
    grantee: { address: grantee },
    purposes: ["TREAT"],
    categories: ["ALLERGIES", "CONDITIONS", "MEDICATIONS", "LABORATORY", "VITAL_SIGNS"],
    flags: ["NORDSCLCD"],
    notBefore: issuedAt,
    expiresAt,
    issuedAt,
    path: "Consent",
    inexact: [],
  };
  return writeConsent(terms, { chainId });
}
