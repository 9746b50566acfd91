import { CareProofError } from "../../errors.js";

/** Registries of clinical trials (primary registries of WHO's ICTRP and ClinicalTrials.gov) with the form of their numbers. */
const FORMS = {
  "ClinicalTrials.gov": /^NCT\d{8}$/,
  ISRCTN: /^ISRCTN\d{8}$/,
  /** Clinical Trials Information System (EU) 536/2014. */
  CTIS: /^20\d\d-5\d{5}-\d\d-\d\d$/,
  /** EU Clinical Trials Register, directive 2001/20/EC. */
  EudraCT: /^20\d\d-\d{6}-\d\d$/,
} as const;

/** A registry of clinical trials. */
export type TrialRegistryName = keyof typeof FORMS;

/**
 * The registry of a registration number, by the number's form.
 *
 * @param path The number's place, for errors.
 * @throws CareProofError `REGISTRATION_NUMBER_INVALID` where it has the form of none.
 */
export function registryOfNumber(number: string, path?: string): TrialRegistryName {
  for (const [registry, form] of Object.entries(FORMS)) if (form.test(number)) return registry as TrialRegistryName;
  const message = `${JSON.stringify(number)} is no registration number: NCT and 8 digits, ISRCTN and 8 digits, EU CT (2022-500001-01-00) or EudraCT (2004-000001-01)`;
  throw new CareProofError("REGISTRATION_NUMBER_INVALID", message, path);
}
