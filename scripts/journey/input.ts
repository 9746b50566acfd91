/** The FHIR input of the journey: whose records, and which. */
import { CareProofError } from "../../src/errors";
import { readResourceTexts } from "../../src/cli/files";
import { describeSource, parseResource } from "../../src/consent/fhirResource";
import { splitResource, type FoundResource } from "../../src/consent/bundle";
import { patientAddress } from "../../src/consent/patientAddress";
import type { ResourceText } from "../../src/consent/recordBatch";
import { patientNames, type PatientResolver } from "../../src/consent/recordPatient";

/** FHIR resources and the people they are about. */
export interface FhirInput {
  /** What it was read from. */
  source: string;
  /** The texts as read. */
  texts: ResourceText[];
  /** Number of resources, those in Bundles counted one by one. */
  resources: number;
  /** Number of different patients named. */
  patients: number;
  /** The address of a resource's patient with the provider; of the first patient where a resource names none. */
  patientOf: PatientResolver;
}

/**
 * Reads a file or folder of FHIR R4 JSON or NDJSON.
 * @param seed Seed from which each patient's address with the provider is derived (0x-hex).
 * @throws CareProofError where it cannot be read, is not FHIR R4, or names no patient.
 */
export async function readInput(input: string, seed: string): Promise<FhirInput> {
  const texts: ResourceText[] = [];
  const { stdin, stdout, stderr, env } = process;
  for await (const text of readResourceTexts(input, { stdin, stdout, stderr, env })) texts.push(text);
  const addresses = new Map<string, string>();
  let first: string | undefined;
  let patients = 0;
  let resources = 0;
  const assign = (found: FoundResource): void => {
    resources++;
    const names = patientNames(found);
    if (names.length === 0) return;
    const known = names.map((name) => addresses.get(name)).find((address) => address !== undefined);
    if (known === undefined) patients++;
    const address = known ?? patientAddress(seed, `provider ${names[0]!}`);
    for (const name of names) addresses.set(name, address);
    first ??= address;
  };
  // Patients first: they have all their names, by which other resources may call them.
  const found = texts.flatMap(({ text, source = {} }) =>
    splitResource(parseResource(text, source), describeSource(source)),
  );
  const isPatient = ({ resource }: FoundResource): boolean => resource.resourceType === "Patient";
  for (const each of found.filter(isPatient)) assign(each);
  for (const each of found.filter((other) => !isPatient(other))) assign(each);
  const fallback = first;
  if (fallback === undefined) {
    throw new CareProofError("PATIENT_UNKNOWN", "no resource is a Patient or names one", input);
  }
  return {
    source: input,
    texts,
    resources,
    patients,
    patientOf: (each) =>
      patientNames(each)
        .map((name) => addresses.get(name))
        .find((address) => address !== undefined) ?? fallback,
  };
}
