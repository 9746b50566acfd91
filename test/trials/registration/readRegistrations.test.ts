import { expect } from "chai";

import { readTrialRegistrations } from "../../../src/trials/registration/readRegistrations.js";
import { expectError } from "../batches.js";
import { PRIMARY, SECONDARY, STUDY_V1, STUDY_XML, studyV2 } from "./records.js";

const EXPECTED = {
  registrationNumber: "NCT09999999",
  registry: "ClinicalTrials.gov",
  title: "A trial",
  officialTitle: "A trial of Examplinib",
  sponsor: "Example Pharma",
  studyType: "INTERVENTIONAL",
  status: "COMPLETED",
  allocation: "NON_RANDOMIZED",
  masking: "QUADRUPLE",
  enrolment: { count: 120, type: "ESTIMATED" },
  start: { date: "2026-01", type: "ACTUAL" },
  primaryCompletion: { date: "2027-01-31", type: "ESTIMATED" },
  outcomes: [
    { kind: "primary", ...PRIMARY },
    { kind: "secondary", ...SECONDARY },
  ],
  arms: [{ label: "Examplinib", type: "EXPERIMENTAL", description: "daily" }],
  hasResults: false,
  reportedOutcomes: [],
  problems: [],
};

const read = (value: unknown): ReturnType<typeof readTrialRegistrations> =>
  readTrialRegistrations(JSON.stringify(value));

describe("readTrialRegistrations", () => {
  const forms: [string, string, string][] = [
    ["a study of API v2", JSON.stringify(studyV2()), "ctgov-v2"],
    ["a list of API v2", JSON.stringify({ studies: [studyV2()] }), "ctgov-v2"],
    ["a study of API v1", JSON.stringify(STUDY_V1), "ctgov-v1"],
    [
      "a response of API v1",
      JSON.stringify({ FullStudiesResponse: { FullStudies: [{ Study: STUDY_V1 }] } }),
      "ctgov-v1",
    ],
    ["legacy XML", STUDY_XML, "ctgov-xml"],
  ];
  for (const [name, text, format] of forms) {
    it(`reads ${name} as the same registration`, () => {
      expect(readTrialRegistrations(text)).to.deep.equal([{ format, ...EXPECTED }]);
    });
  }

  it("reads the outcomes of results", () => {
    const outcomeMeasures = [
      { type: "PRIMARY", title: "Body weight", timeFrame: "24 weeks" },
      { type: "OTHER_PRE_SPECIFIED", title: "Pulse" },
      { type: "POST_HOC", title: "Sleep" },
    ];
    const [trial] = read(studyV2({ results: { outcomeMeasuresModule: { outcomeMeasures } } }));
    expect(trial!.hasResults).to.equal(true);
    expect(trial!.reportedOutcomes).to.deep.equal([
      { kind: "primary", measure: "Body weight", timeFrame: "24 weeks" },
      { kind: "other", measure: "Pulse" },
      { kind: "postHoc", measure: "Sleep" },
    ]);
  });

  it("reads the design of older XML from its one sentence", () => {
    const design =
      "<study_design>Allocation:  Randomized, Primary Purpose: Treatment, Masking: Double Blind</study_design>";
    const [trial] = readTrialRegistrations(STUDY_XML.replace(/<study_design_info>.*<\/study_design_info>/, design));
    expect(trial).to.include({ allocation: "RANDOMIZED", masking: "DOUBLE_BLIND" });
  });

  it("notes what a record cut to a few modules does not have", () => {
    const [trial] = read({
      protocolSection: { identificationModule: { nctId: "NCT09999999", briefTitle: "A trial" } },
    });
    expect(trial!.outcomes).to.deep.equal([]);
    expect(trial!.problems.map(({ code, path }) => [code, path])).to.deep.equal([
      ["OUTCOMES_MISSING", "protocolSection.outcomesModule"],
      ["SPONSOR_MISSING", "protocolSection.sponsorCollaboratorsModule.leadSponsor.name"],
    ]);
  });

  const numbers: string[] = [
    "NCT0999999",
    "NCT099999999",
    "nct09999999",
    "NCT0999999X",
    "ISRCTN1234567",
    "2022-400001-01-00",
    "2004-00001-01",
    "",
  ];
  for (const number of numbers.filter((text) => text !== "")) {
    it(`refuses the registration number ${number}`, async () => {
      const path = "protocolSection.identificationModule.nctId";
      await expectError(() => read(studyV2({ number })), "REGISTRATION_NUMBER_INVALID", path);
    });
  }

  for (const [number, registry] of [
    ["ISRCTN12345678", "ISRCTN"],
    ["2022-500001-01-00", "CTIS"],
    ["2004-000001-01", "EudraCT"],
  ] as const) {
    it(`knows the registry of ${number}`, () => {
      expect(read(studyV2({ number }))[0]!.registry).to.equal(registry);
    });
  }

  const noMeasure = { primaryOutcomes: [{ timeFrame: "24 weeks" }] };
  const refused: [string, unknown, string, string | undefined][] = [
    [
      "an outcome without a measure",
      studyV2({ outcomes: noMeasure }),
      "REGISTRATION_INVALID",
      "protocolSection.outcomesModule.primaryOutcomes[0].measure",
    ],
    [
      "no title",
      { protocolSection: { identificationModule: { nctId: "NCT09999999" } } },
      "REGISTRATION_INVALID",
      "protocolSection.identificationModule.briefTitle",
    ],
    ["no number", { protocolSection: {} }, "REGISTRATION_INVALID", "protocolSection.identificationModule.nctId"],
    ["something else", { resourceType: "ResearchStudy" }, "REGISTRATION_INVALID", undefined],
    ["a list with something else", { studies: [1] }, "REGISTRATION_INVALID", "studies[0]"],
  ];
  for (const [name, value, code, path] of refused) {
    it(`refuses ${name}`, async () => {
      await expectError(() => read(value), code, path);
    });
  }

  it("refuses XML of another root, an entity, nothing, and what is no JSON", async () => {
    await expectError(() => readTrialRegistrations("<ODM/>"), "REGISTRATION_INVALID", "ODM");
    const entity = `<!DOCTYPE clinical_study [<!ENTITY x "y">]>${STUDY_XML}`;
    await expectError(() => readTrialRegistrations(entity), "XML_INVALID");
    await expectError(() => readTrialRegistrations(" "), "INPUT_EMPTY");
    await expectError(() => readTrialRegistrations('{"protocolSection":'), "JSON_INVALID");
  });
});
