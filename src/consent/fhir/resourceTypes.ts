/**
 * The kinds of data that the FHIR R4 resource types hold: the types of the Patient compartment, and those that they
 * cannot be read without (`Patient`, `Medication`, `Device`, `Binary`). A type that is in no list, for instance
 * `Practitioner`, is no data of a patient.
 */

import type { Category } from "../codes.js";

/** Resource types whose resources are of one kind each. Naming all types of a kind names the kind. */
const TYPES_OF: Partial<Record<Category, readonly string[]>> = {
  DEMOGRAPHICS: ["Patient", "Person", "RelatedPerson"],
  ALLERGIES: ["AllergyIntolerance"],
  CONDITIONS: [
    "Condition",
    "AdverseEvent",
    "BodyStructure",
    "ClinicalImpression",
    "DetectedIssue",
    "Flag",
    "RiskAssessment",
  ],
  MEDICATIONS: [
    "Medication",
    "MedicationAdministration",
    "MedicationDispense",
    "MedicationRequest",
    "MedicationStatement",
  ],
  IMMUNIZATIONS: ["Immunization", "ImmunizationEvaluation", "ImmunizationRecommendation"],
  IMAGING: ["ImagingStudy", "Media"],
  PROCEDURES: ["Procedure", "ServiceRequest"],
  ENCOUNTERS: ["Encounter", "EpisodeOfCare", "Appointment", "AppointmentResponse", "Schedule"],
  CARE_PLANS: ["CarePlan", "CareTeam", "Goal", "NutritionOrder", "VisionPrescription", "RequestGroup"],
  NOTES: ["Composition", "DocumentManifest", "DocumentReference", "Communication", "CommunicationRequest", "Binary"],
  FAMILY_HISTORY: ["FamilyMemberHistory"],
  DEVICES: ["Device", "DeviceRequest", "DeviceUseStatement", "SupplyRequest", "SupplyDelivery"],
  DEVICE_TELEMETRY: ["DeviceMetric"],
  COVERAGE_AND_CLAIMS: [
    "Account",
    "ChargeItem",
    "Claim",
    "ClaimResponse",
    "Coverage",
    "CoverageEligibilityRequest",
    "CoverageEligibilityResponse",
    "EnrollmentRequest",
    "ExplanationOfBenefit",
    "Invoice",
  ],
  TRIAL_DATA: ["ResearchSubject"],
  AUDIT_AND_CONSENT: ["AuditEvent", "Consent", "Provenance"],
  OTHER: ["Basic", "Group", "List", "MeasureReport"],
};

/** Resource types that hold several kinds, told apart only by what a resource of the type says. */
const KINDS_OF: Readonly<Record<string, readonly Category[]>> = {
  Observation: ["LABORATORY", "VITAL_SIGNS", "SOCIAL_HISTORY", "GENOMICS", "IMAGING", "DEVICE_TELEMETRY"],
  DiagnosticReport: ["LABORATORY", "IMAGING", "GENOMICS"],
  Specimen: ["LABORATORY"],
  MolecularSequence: ["GENOMICS"],
  QuestionnaireResponse: ["SOCIAL_HISTORY", "NOTES"],
};

const CATEGORIES_BY_TYPE: ReadonlyMap<string, readonly Category[]> = new Map([
  ...Object.entries(TYPES_OF).flatMap(([category, types]) =>
    types.map((type): [string, readonly Category[]] => [type, [category as Category]]),
  ),
  ...Object.entries(KINDS_OF),
]);

/** Kinds that are exactly a set of resource types: all of the kind, nothing else. */
const SHARED = new Set(Object.values(KINDS_OF).flat());

/**
 * The kinds of data that resources of a FHIR R4 type can be of, or undefined where the type holds no data of a patient
 * (or is none of FHIR R4).
 */
export function categoriesOfType(resourceType: string): readonly Category[] | undefined {
  return CATEGORIES_BY_TYPE.get(resourceType);
}

/** The FHIR R4 resource types that a kind of data is exactly, or undefined where no set of types is the kind. */
export function typesOfCategory(category: Category): readonly string[] | undefined {
  return SHARED.has(category) ? undefined : TYPES_OF[category];
}
