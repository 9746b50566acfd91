import { CareProofError } from "../errors.js";
import { isJsonObject, type JsonObject, type JsonSource, type JsonValue, parseJson } from "../utils/json.js";

/** A FHIR resource as parsed, numbers with their digits. */
export interface FhirResource extends JsonObject {
  resourceType: string;
}

/** The resource types of FHIR R4 (4.0.1). */
export const FHIR_R4_RESOURCE_TYPES: ReadonlySet<string> = new Set(
  `
   Account ActivityDefinition AdverseEvent AllergyIntolerance Appointment AppointmentResponse AuditEvent
   Basic Binary BiologicallyDerivedProduct BodyStructure Bundle CapabilityStatement CarePlan CareTeam
   CatalogEntry ChargeItem ChargeItemDefinition Claim ClaimResponse ClinicalImpression CodeSystem
   Communication CommunicationRequest CompartmentDefinition Composition ConceptMap Condition Consent
   Contract Coverage CoverageEligibilityRequest CoverageEligibilityResponse DetectedIssue Device
   DeviceDefinition DeviceMetric DeviceRequest DeviceUseStatement DiagnosticReport DocumentManifest
   DocumentReference EffectEvidenceSynthesis Encounter Endpoint EnrollmentRequest EnrollmentResponse
   EpisodeOfCare EventDefinition Evidence EvidenceVariable ExampleScenario ExplanationOfBenefit
   FamilyMemberHistory Flag Goal GraphDefinition Group GuidanceResponse HealthcareService ImagingStudy
   Immunization ImmunizationEvaluation ImmunizationRecommendation ImplementationGuide InsurancePlan Invoice
   Library Linkage List Location Measure MeasureReport Media Medication MedicationAdministration
   MedicationDispense MedicationKnowledge MedicationRequest MedicationStatement MedicinalProduct
   MedicinalProductAuthorization MedicinalProductContraindication MedicinalProductIndication
   MedicinalProductIngredient MedicinalProductInteraction MedicinalProductManufactured
   MedicinalProductPackaged MedicinalProductPharmaceutical MedicinalProductUndesirableEffect
   MessageDefinition MessageHeader MolecularSequence NamingSystem NutritionOrder Observation
   ObservationDefinition OperationDefinition OperationOutcome Organization OrganizationAffiliation
   Parameters Patient PaymentNotice PaymentReconciliation Person PlanDefinition Practitioner
   PractitionerRole Procedure Provenance Questionnaire QuestionnaireResponse RelatedPerson RequestGroup
   ResearchDefinition ResearchElementDefinition ResearchStudy ResearchSubject RiskAssessment
   RiskEvidenceSynthesis Schedule SearchParameter ServiceRequest Slot Specimen SpecimenDefinition
   StructureDefinition StructureMap Subscription Substance SubstanceNucleicAcid SubstancePolymer
   SubstanceProtein SubstanceReferenceInformation SubstanceSourceMaterial SubstanceSpecification
   SupplyDelivery SupplyRequest Task TerminologyCapabilities TestReport TestScript ValueSet
   VerificationResult VisionPrescription
  `
    .trim()
    .split(/\s+/),
);

/**
 * Parses the JSON text of one FHIR R4 resource (a Bundle is one).
 *
 * @param text The JSON text.
 * @param source Names the text in errors.
 * @throws CareProofError `JSON_INVALID` with file, line and column; `FHIR_INVALID` if it is JSON but not a resource of R4.
 */
export function parseResource(text: string, source: JsonSource = {}): FhirResource {
  return asResource(parseJson(text, source), describeSource(source));
}

/**
 * Checks that a JSON value is a FHIR R4 resource: a known `resourceType`, and no other version stated in `fhirVersion` or in the
 * core profiles of `meta.profile`. It is no validation against the resource's definition.
 *
 * @param where The value's place, for errors.
 * @throws CareProofError `FHIR_INVALID`.
 */
export function asResource(value: JsonValue | undefined, where?: string): FhirResource {
  if (!isJsonObject(value)) throw new CareProofError("FHIR_INVALID", "a FHIR resource is a JSON object", where);
  const type = value.resourceType;
  if (typeof type !== "string") throw new CareProofError("FHIR_INVALID", "not FHIR: there is no resourceType", where);
  if (!FHIR_R4_RESOURCE_TYPES.has(type)) {
    throw new CareProofError("FHIR_INVALID", `not FHIR R4: ${JSON.stringify(type)} is no resource type of R4`, where);
  }
  const version = statedVersion(value);
  if (version !== undefined && !/^4\.0(\.|$)/.test(version)) {
    throw new CareProofError("FHIR_INVALID", `not FHIR R4: it states version ${JSON.stringify(version)}`, where);
  }
  return value as FhirResource;
}

/** `Type/id` of a resource, or its type alone where it has no id. */
export function resourceName(resource: FhirResource): string {
  return typeof resource.id === "string" ? `${resource.resourceType}/${resource.id}` : resource.resourceType;
}

/** A source as `file:line` for errors, undefined where nothing is known. */
export function describeSource(source: JsonSource): string | undefined {
  if (source.name === undefined) return undefined;
  return source.firstLine === undefined ? source.name : `${source.name}:${source.firstLine}`;
}

/** The FHIR version that a resource states, if it does. */
function statedVersion(resource: JsonObject): string | undefined {
  if (typeof resource.fhirVersion === "string") return resource.fhirVersion;
  const profiles = isJsonObject(resource.meta) && Array.isArray(resource.meta.profile) ? resource.meta.profile : [];
  for (const profile of profiles) {
    const version =
      typeof profile === "string" && /^http:\/\/hl7\.org\/fhir\/StructureDefinition\/[^|]+\|(.+)$/.exec(profile)?.[1];
    if (typeof version === "string") return version;
  }
  return undefined;
}
