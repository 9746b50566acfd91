import { getAddress, isAddress } from "ethers";

import type { FoundResource } from "./bundle.js";
import { resourceName } from "./fhirResource.js";
import { CareProofError } from "../errors.js";
import { isJsonObject } from "../utils/json.js";

/** Gives the patient's address (0x-hex of 20 bytes) of a resource, or throws. */
export type PatientResolver = (found: FoundResource) => string;

/** Elements that hold the patient of a FHIR R4 resource, in the order in which they are asked. */
const PATIENT_ELEMENTS = ["patient", "subject", "beneficiary", "individual", "for", "candidate"] as const;

/** The key of a mapping for resources that name no patient, such as the organisations of a patient's Bundle. */
export const NO_PATIENT_KEY = "*";

/**
 * The addresses of patients by FHIR reference.
 *
 * @param addresses Address by `Patient/id`, absolute URL, `urn:uuid:…`, or `*` for resources that name no patient.
 * @returns A resolver that throws CareProofError `PATIENT_UNKNOWN` for a patient who is not there.
 * @throws CareProofError `ADDRESS_INVALID`, its path being the key.
 */
export function patientsByReference(addresses: Readonly<Record<string, string>>): PatientResolver {
  const known = new Map(Object.entries(addresses).map(([key, value]) => [key, checkAddress(value, key)]));
  return (found) => {
    const names = patientNames(found);
    const keys = names.length === 0 ? [NO_PATIENT_KEY] : names;
    for (const key of keys) {
      const address = known.get(key);
      if (address !== undefined) return address;
    }
    const reason =
      names.length === 0
        ? `the resource names no patient, and there is no address under "${NO_PATIENT_KEY}"`
        : `no address for the patient ${names[0] ?? ""}`;
    throw new CareProofError("PATIENT_UNKNOWN", reason, found.where);
  };
}

/**
 * An address in EIP-55 form.
 *
 * @throws CareProofError `ADDRESS_INVALID` if it is none, or its mixed case is no valid EIP-55 checksum.
 */
export function checkAddress(address: string, name: string): string {
  if (!address.startsWith("0x") || !isAddress(address)) {
    throw new CareProofError("ADDRESS_INVALID", `${JSON.stringify(address)} is not an address`, name);
  }
  return getAddress(address);
}

/** The names under which the patient of a resource may stand in a mapping, the one it uses first. */
function patientNames({ resource, fullUrl, resolve }: FoundResource): string[] {
  if (resource.resourceType === "Patient") {
    return [resourceName(resource), ...(fullUrl === undefined ? [] : [fullUrl])];
  }
  for (const element of PATIENT_ELEMENTS) {
    const value = resource[element];
    const reference = isJsonObject(value) ? value.reference : undefined;
    if (typeof reference !== "string") continue;
    const target = resolve(reference);
    if (target !== undefined && target.resourceType !== "Patient") continue;
    const relative = /(?:^|\/)(Patient\/[A-Za-z0-9\-.]{1,64})(?:\/_history\/[^/]+)?$/.exec(reference)?.[1];
    if (target === undefined && relative === undefined && !reference.startsWith("urn:")) continue;
    const names = [reference, ...(relative === undefined ? [] : [relative])];
    return target === undefined ? names : [...names, resourceName(target)];
  }
  return [];
}
