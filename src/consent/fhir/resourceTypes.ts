/**
 * The kinds of data that the FHIR R4 resource types hold: the types of the Patient compartment and those that they cannot be
 * read without. A type that is in no list, for instance `Practitioner`, is no data of a patient. The category of a single
 * record is `recordCategory`'s to say; a test holds both together.
 */

import type { Category } from "../codes.js";

/** Types whose resources are all of one kind. */
const TYPES_OF: Partial<Record<Category, readonly string[]>> = {
  DEMOGRAPHICS: ["Patient", "Person", "RelatedPerson"],
  ALLERGIES: ["AllergyIntolerance"],
  CONDITIONS: ["AdverseEvent", "BodyStructure", "Condition", "DetectedIssue", "Flag", "RiskAssessment"],
  MEDICATIONS: [
    "Medication",
    "MedicationAdministration",
    "MedicationDispense",
    "MedicationRequest",
    "MedicationStatement",
  ],
  IMMUNIZATIONS: ["Immunization", "ImmunizationEvaluation", "ImmunizationRecommendation"],
  LABORATORY: ["Specimen"],
  IMAGING: ["ImagingStudy", "Media"],
  PROCEDURES: ["Procedure"],
  ENCOUNTERS: ["Appointment", "AppointmentResponse", "Encounter", "EpisodeOfCare"],
  CARE_PLANS: ["CarePlan", "CareTeam", "Goal", "NutritionOrder", "RequestGroup", "ServiceRequest", "Task"],
  NOTES: [
    "ClinicalImpression",
    "Communication",
    "CommunicationRequest",
    "Composition",
    "DocumentManifest",
    "DocumentReference",
  ],
  FAMILY_HISTORY: ["FamilyMemberHistory"],
  GENOMICS: ["MolecularSequence"],
  DEVICES: ["Device", "DeviceRequest", "DeviceUseStatement", "SupplyDelivery", "SupplyRequest", "VisionPrescription"],
  DEVICE_TELEMETRY: ["DeviceMetric"],
  COVERAGE_AND_CLAIMS: [
    "Account",
    "ChargeItem",
    "Claim",
    "ClaimResponse",
    "Contract",
    "Coverage",
    "CoverageEligibilityRequest",
    "CoverageEligibilityResponse",
    "EnrollmentRequest",
    "EnrollmentResponse",
    "ExplanationOfBenefit",
    "Invoice",
    "PaymentNotice",
    "PaymentReconciliation",
  ],
  TRIAL_DATA: ["ResearchStudy", "ResearchSubject"],
  AUDIT_AND_CONSENT: ["AuditEvent", "Consent", "Provenance"],
  OTHER: ["Basic", "Binary", "Group", "List", "MeasureReport", "QuestionnaireResponse"],
};

/** What naming a resource type in a consent is about. */
export interface KindsOfType {
  /** Kinds that a permit for the type gives. */
  readonly permitted: readonly Category[];
  /** Kinds that a denial of the type takes away: every one that a resource of the type can be of. */
  readonly denied: readonly Category[];
}

/** Types whose resources are of several kinds, by what each says. A permit gives those that the type is mainly made for. */
const MIXED: Readonly<Record<string, KindsOfType>> = {
  Observation: {
    permitted: ["LABORATORY", "VITAL_SIGNS", "SOCIAL_HISTORY"],
    denied: ["LABORATORY", "VITAL_SIGNS", "SOCIAL_HISTORY", "IMAGING", "PROCEDURES", "CONDITIONS", "GENOMICS", "OTHER"],
  },
  DiagnosticReport: {
    permitted: ["LABORATORY", "IMAGING", "GENOMICS"],
    denied: ["LABORATORY", "IMAGING", "GENOMICS", "PROCEDURES", "VITAL_SIGNS", "SOCIAL_HISTORY", "CONDITIONS", "OTHER"],
  },
};

const KINDS: ReadonlyMap<string, KindsOfType> = new Map([
  ...Object.entries(TYPES_OF).flatMap(([category, types]) =>
    types.map((type): [string, KindsOfType] => {
      const kinds = [category as Category];
      return [type, { permitted: kinds, denied: kinds }];
    }),
  ),
  ...Object.entries(MIXED),
]);

const NOT_EXACT: ReadonlySet<Category> = new Set(Object.values(MIXED).flatMap((kinds) => kinds.denied));

/** The FHIR R4 resource types that hold data of a patient. */
export const PATIENT_DATA_TYPES: readonly string[] = [...KINDS.keys()];

/** The kinds of data of a FHIR R4 resource type, or undefined where it holds no data of a patient or is none of R4. */
export function kindsOfType(resourceType: string): KindsOfType | undefined {
  return KINDS.get(resourceType);
}

/** The FHIR R4 resource types that a kind of data is exactly, or undefined where no set of types is the kind. */
export function typesOfCategory(category: Category): readonly string[] | undefined {
  return NOT_EXACT.has(category) ? undefined : TYPES_OF[category];
}
