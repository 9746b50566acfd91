import { splitResource, type FoundResource } from "./bundle.js";
import { describeSource, parseResource, resourceName } from "./fhirResource.js";
import { recordCategory } from "./recordCategory.js";
import { NO_PREDECESSOR, type RecordLeaf, recordLeafHash } from "./recordLeaf.js";
import { checkAddress, type PatientResolver } from "./recordPatient.js";
import { canonicalBytes, type CanonicalForm } from "../utils/canonical.js";
import { commit, newSalt } from "../utils/commitment.js";
import type { JsonSource } from "../utils/json.js";
import { createKeccak256 } from "../utils/keccak.js";

/** The JSON text of one FHIR R4 resource or Bundle, and where it comes from. */
export interface ResourceText {
  readonly text: string;
  readonly source?: JsonSource;
}

/** How records are committed. */
export interface RecordBatchOptions {
  /** The patient's address for all records, or what gives it for each. */
  readonly patient: string | PatientResolver;
  /** The canonical form, `json#data` by default. */
  readonly form?: CanonicalForm;
  /** When the records were made (unix seconds), for all or for each; now by default. */
  readonly recordedAt?: number | ((found: FoundResource) => number);
  /** Digest of the leaf that a record corrects (0x-hex of 32 bytes); none by default. */
  readonly supersedes?: (found: FoundResource) => string;
  /** Called with the type of each Bundle that is split (`document`, `collection` …). */
  readonly onBundle?: (type: string) => void;
}

/** A committed record: its leaf's fields, and what its holder must keep to prove it. */
export interface CommittedRecord extends RecordLeaf {
  /** `Type/id` as found, or the type alone. */
  readonly reference: string;
  /** The salt (0x-hex of 32 bytes). Whoever has it and the record can prove the commitment. */
  readonly salt: string;
  /** The leaf in the tree (0x-hex of 32 bytes), see `recordLeafHash`. */
  readonly leaf: string;
}

/**
 * Commits FHIR R4 resources one by one: canonical bytes, a fresh salt, commitment and leaf. Bundles of every type are split into
 * their entries' resources; that a document Bundle was one signed whole is then not part of what is committed.
 *
 * @throws CareProofError of `parseResource`, `splitResource`, `recordCategory` or the patient resolver.
 */
export async function* commitRecords(
  texts: Iterable<ResourceText> | AsyncIterable<ResourceText>,
  options: RecordBatchOptions,
): AsyncGenerator<CommittedRecord, void, undefined> {
  const { form = "json#data", patient, supersedes, onBundle } = options;
  const hash = await createKeccak256();
  const patientOf = typeof patient === "string" ? always(checkAddress(patient, "patient")) : patient;
  const recordedAt = options.recordedAt ?? Math.floor(Date.now() / 1000);
  const recordedAtOf = typeof recordedAt === "number" ? always(recordedAt) : recordedAt;

  for await (const { text, source = {} } of texts) {
    const resource = parseResource(text, source);
    if (resource.resourceType === "Bundle") onBundle?.(typeof resource.type === "string" ? resource.type : "");
    for (const found of splitResource(resource, describeSource(source))) {
      const salt = newSalt();
      const leaf: RecordLeaf = {
        patient: patientOf(found),
        commitment: commit("record", canonicalBytes(found.resource, form), form, salt, hash),
        category: recordCategory(found.resource, found.where),
        recordedAt: recordedAtOf(found),
        supersedes: supersedes?.(found) ?? NO_PREDECESSOR,
      };
      yield { reference: resourceName(found.resource), ...leaf, salt, leaf: recordLeafHash(leaf, hash) };
    }
  }
}

function always<T>(value: T): () => T {
  return () => value;
}
