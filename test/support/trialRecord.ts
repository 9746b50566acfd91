/** An invented record of ClinicalTrials.gov (API v2) for tests. */

export interface Measure {
  measure: string;
  timeFrame?: string;
  description?: string;
}

/** What the trial promises. */
export const PROMISED = {
  primaryOutcomes: [
    { measure: "Overall survival", timeFrame: "24 months" },
    { measure: "Pain at rest", timeFrame: "12 weeks", description: "Numeric rating scale, 0 to 10" },
  ],
  secondaryOutcomes: [{ measure: "Days in hospital", timeFrame: "12 weeks" }],
} satisfies Record<string, Measure[]>;

/** The record of a trial with its outcomes; with results where some are reported. */
export function recordOf(
  number: string,
  outcomes: { primaryOutcomes: Measure[]; secondaryOutcomes: Measure[] } = PROMISED,
  reported?: { type: "PRIMARY" | "SECONDARY"; title: string; timeFrame: string }[],
  changes: object = {},
): object {
  return {
    protocolSection: {
      identificationModule: { nctId: number, briefTitle: "Invented trial of an invented drug" },
      statusModule: { primaryCompletionDateStruct: { date: "2031-02", type: "ESTIMATED" } },
      sponsorCollaboratorsModule: { leadSponsor: { name: "Invented Sponsor" } },
      designModule: { studyType: "INTERVENTIONAL", enrollmentInfo: { count: 120, type: "ESTIMATED" } },
      outcomesModule: outcomes,
      ...changes,
    },
    hasResults: reported !== undefined,
    ...(reported === undefined ? {} : { resultsSection: { outcomeMeasuresModule: { outcomeMeasures: reported } } }),
  };
}
