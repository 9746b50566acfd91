import type { OutcomeFields, RecordFields, Written } from "./recordFields.js";
import type { XmlElement } from "../../utils/xml.js";

/** The texts of a record of ClinicalTrials.gov's legacy XML (`clinical_study`). */
export function fieldsOfXml(study: XmlElement): RecordFields {
  const root = study.local;
  const at = (...names: readonly string[]): Written => writtenAt(study, root, names);
  const outcomes = ["primary", "secondary", "other"].flatMap((kind) =>
    named(study, root, `${kind}_outcome`).map(({ element, path }): OutcomeFields => ({
      kind: { text: kind, path },
      measure: writtenAt(element, path, ["measure"]),
      timeFrame: writtenAt(element, path, ["time_frame"]),
      description: writtenAt(element, path, ["description"]),
    })),
  );
  const results = study.child("clinical_results");
  const list = results?.child("outcome_list");
  return {
    format: "ctgov-xml",
    number: at("id_info", "nct_id"),
    title: at("brief_title"),
    officialTitle: at("official_title"),
    sponsor: at("sponsors", "lead_sponsor", "agency"),
    studyType: at("study_type"),
    status: at("overall_status"),
    allocation: design(study, "allocation", /Allocation:\s*([^,]+)/),
    masking: design(study, "masking", /Masking:\s*([^,]+)/),
    enrolment: at("enrollment"),
    enrolmentType: attributeAt(study, "enrollment"),
    start: at("start_date"),
    startType: attributeAt(study, "start_date"),
    primaryCompletion: at("primary_completion_date"),
    primaryCompletionType: attributeAt(study, "primary_completion_date"),
    outcomes,
    outcomesPath: `${root}/primary_outcome`,
    arms: named(study, root, "arm_group").map(({ element, path }) => ({
      label: writtenAt(element, path, ["arm_group_label"]),
      type: writtenAt(element, path, ["arm_group_type"]),
      description: writtenAt(element, path, ["description"]),
    })),
    hasResults: results !== undefined,
    reported: (list === undefined ? [] : named(list, `${root}/clinical_results/outcome_list`, "outcome")).map(
      ({ element, path }) => ({
        kind: writtenAt(element, path, ["type"]),
        measure: writtenAt(element, path, ["title"]),
        timeFrame: writtenAt(element, path, ["time_frame"]),
        description: writtenAt(element, path, ["description"]),
      }),
    ),
  };
}

function named(parent: XmlElement, path: string, name: string): { element: XmlElement; path: string }[] {
  return [...parent.children()]
    .filter(({ local }) => local === name)
    .map((element, i) => ({ element, path: `${path}/${name}[${i + 1}]` }));
}

function writtenAt(element: XmlElement, path: string, names: readonly string[]): Written {
  let found: XmlElement | undefined = element;
  for (const name of names) found = found?.child(name);
  // Older records have long texts in an element of their own.
  const text = (found?.child("textblock") ?? found)?.text.trim();
  return { text: text === "" ? undefined : text, path: [path, ...names].join("/") };
}

function attributeAt(study: XmlElement, name: string): Written {
  return { text: study.child(name)?.attribute("type"), path: `${study.local}/${name}/@type` };
}

/** An element of the study design; records before 2016 have all of it in one sentence. */
function design(study: XmlElement, name: string, sentence: RegExp): Written {
  const written = writtenAt(study, study.local, ["study_design_info", name]);
  if (written.text !== undefined) return written;
  const whole = writtenAt(study, study.local, ["study_design"]);
  return { text: sentence.exec(whole.text ?? "")?.[1]?.trim(), path: whole.path };
}
