import type { OutcomeFields, RecordFields, Written } from "./recordFields.js";
import { isJsonObject, JsonNumber, type JsonObject, type JsonValue } from "../../utils/json.js";

/** A place in a JSON record that may not be there. */
class Place {
  constructor(
    private readonly value: JsonValue | undefined,
    readonly path: string,
  ) {}

  at(...names: readonly string[]): Place {
    let { value } = this;
    for (const name of names) value = isJsonObject(value) ? value[name] : undefined;
    return new Place(value, [this.path, ...names].filter((part) => part !== "").join("."));
  }

  /** The items of a list. */
  list(...names: readonly string[]): Place[] {
    const { value, path } = this.at(...names);
    return Array.isArray(value) ? value.map((item, i) => new Place(item, `${path}[${i}]`)) : [];
  }

  written(...names: readonly string[]): Written {
    const { value, path } = this.at(...names);
    const text = value instanceof JsonNumber ? value.text : value;
    return { text: typeof text === "string" && text.trim() !== "" ? text.trim() : undefined, path };
  }

  get exists(): boolean {
    return this.value !== undefined && this.value !== null && this.value !== false;
  }
}

const KINDS = ["primary", "secondary", "other"] as const;

/** The texts of a study of API v2. */
export function fieldsOfV2(study: JsonObject, path = ""): RecordFields {
  const root = new Place(study, path);
  const protocol = root.at("protocolSection");
  const [status, design] = [protocol.at("statusModule"), protocol.at("designModule")];
  const outcomes = protocol.at("outcomesModule");
  const reported = root.list("resultsSection", "outcomeMeasuresModule", "outcomeMeasures");
  return {
    format: "ctgov-v2",
    number: protocol.written("identificationModule", "nctId"),
    title: protocol.written("identificationModule", "briefTitle"),
    officialTitle: protocol.written("identificationModule", "officialTitle"),
    sponsor: protocol.written("sponsorCollaboratorsModule", "leadSponsor", "name"),
    studyType: design.written("studyType"),
    status: status.written("overallStatus"),
    allocation: design.written("designInfo", "allocation"),
    masking: design.written("designInfo", "maskingInfo", "masking"),
    enrolment: design.written("enrollmentInfo", "count"),
    enrolmentType: design.written("enrollmentInfo", "type"),
    start: status.written("startDateStruct", "date"),
    startType: status.written("startDateStruct", "type"),
    primaryCompletion: status.written("primaryCompletionDateStruct", "date"),
    primaryCompletionType: status.written("primaryCompletionDateStruct", "type"),
    outcomes: KINDS.flatMap((kind) =>
      outcomes.list(`${kind}Outcomes`).map((outcome): OutcomeFields => ({
        kind: { text: kind, path: outcome.path },
        measure: outcome.written("measure"),
        timeFrame: outcome.written("timeFrame"),
        description: outcome.written("description"),
      })),
    ),
    outcomesPath: outcomes.path,
    arms: protocol.list("armsInterventionsModule", "armGroups").map((arm) => ({
      label: arm.written("label"),
      type: arm.written("type"),
      description: arm.written("description"),
    })),
    hasResults: root.at("hasResults").exists || reported.length > 0,
    reported: reported.map((outcome) => ({
      kind: outcome.written("type"),
      measure: outcome.written("title"),
      timeFrame: outcome.written("timeFrame"),
      description: outcome.written("description"),
    })),
  };
}

/** The texts of a study of the legacy API v1. */
export function fieldsOfV1(study: JsonObject, path = ""): RecordFields {
  const root = new Place(study, path);
  const protocol = root.at("ProtocolSection");
  const [status, design] = [protocol.at("StatusModule"), protocol.at("DesignModule")];
  const outcomes = protocol.at("OutcomesModule");
  const reported = root.list("ResultsSection", "OutcomeMeasuresModule", "OutcomeMeasureList", "OutcomeMeasure");
  return {
    format: "ctgov-v1",
    number: protocol.written("IdentificationModule", "NCTId"),
    title: protocol.written("IdentificationModule", "BriefTitle"),
    officialTitle: protocol.written("IdentificationModule", "OfficialTitle"),
    sponsor: protocol.written("SponsorCollaboratorsModule", "LeadSponsor", "LeadSponsorName"),
    studyType: design.written("StudyType"),
    status: status.written("OverallStatus"),
    allocation: design.written("DesignInfo", "DesignAllocation"),
    masking: design.written("DesignInfo", "DesignMaskingInfo", "DesignMasking"),
    enrolment: design.written("EnrollmentInfo", "EnrollmentCount"),
    enrolmentType: design.written("EnrollmentInfo", "EnrollmentType"),
    start: status.written("StartDateStruct", "StartDate"),
    startType: status.written("StartDateStruct", "StartDateType"),
    primaryCompletion: status.written("PrimaryCompletionDateStruct", "PrimaryCompletionDate"),
    primaryCompletionType: status.written("PrimaryCompletionDateStruct", "PrimaryCompletionDateType"),
    outcomes: ["Primary", "Secondary", "Other"].flatMap((kind) =>
      outcomes.list(`${kind}OutcomeList`, `${kind}Outcome`).map((outcome): OutcomeFields => ({
        kind: { text: kind, path: outcome.path },
        measure: outcome.written(`${kind}OutcomeMeasure`),
        timeFrame: outcome.written(`${kind}OutcomeTimeFrame`),
        description: outcome.written(`${kind}OutcomeDescription`),
      })),
    ),
    outcomesPath: outcomes.path,
    arms: protocol.list("ArmsInterventionsModule", "ArmGroupList", "ArmGroup").map((arm) => ({
      label: arm.written("ArmGroupLabel"),
      type: arm.written("ArmGroupType"),
      description: arm.written("ArmGroupDescription"),
    })),
    hasResults: root.at("ResultsSection").exists,
    reported: reported.map((outcome) => ({
      kind: outcome.written("OutcomeMeasureType"),
      measure: outcome.written("OutcomeMeasureTitle"),
      timeFrame: outcome.written("OutcomeMeasureTimeFrame"),
      description: outcome.written("OutcomeMeasureDescription"),
    })),
  };
}
