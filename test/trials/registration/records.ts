/** Records of an invented trial in the three forms of ClinicalTrials.gov. */

export interface Outcome {
  measure: string;
  timeFrame: string;
  description?: string;
}

export const PRIMARY: Outcome = {
  measure: "Change in HbA1c",
  timeFrame: "24 weeks",
  description: "Central laboratory",
};
export const SECONDARY: Outcome = { measure: "Body weight", timeFrame: "24 weeks" };

export function studyV2(
  changes: { number?: string; outcomes?: object; results?: object } = {},
): Record<string, unknown> {
  const {
    number = "NCT09999999",
    outcomes = { primaryOutcomes: [PRIMARY], secondaryOutcomes: [SECONDARY] },
    results,
  } = changes;
  return {
    protocolSection: {
      identificationModule: { nctId: number, briefTitle: "A trial", officialTitle: "A trial of Examplinib" },
      statusModule: {
        overallStatus: "COMPLETED",
        startDateStruct: { date: "2026-01", type: "ACTUAL" },
        primaryCompletionDateStruct: { date: "2027-01-31", type: "ESTIMATED" },
      },
      sponsorCollaboratorsModule: { leadSponsor: { name: "Example Pharma" } },
      designModule: {
        studyType: "INTERVENTIONAL",
        designInfo: { allocation: "NON_RANDOMIZED", maskingInfo: { masking: "QUADRUPLE" } },
        enrollmentInfo: { count: 120, type: "ESTIMATED" },
      },
      armsInterventionsModule: { armGroups: [{ label: "Examplinib", type: "EXPERIMENTAL", description: "daily" }] },
      outcomesModule: outcomes,
    },
    ...(results === undefined ? {} : { resultsSection: results, hasResults: true }),
  };
}

export const STUDY_V1 = {
  ProtocolSection: {
    IdentificationModule: { NCTId: "NCT09999999", BriefTitle: "A trial", OfficialTitle: "A trial of Examplinib" },
    StatusModule: {
      OverallStatus: "Completed",
      StartDateStruct: { StartDate: "January 2026", StartDateType: "Actual" },
      PrimaryCompletionDateStruct: {
        PrimaryCompletionDate: "January 31, 2027",
        PrimaryCompletionDateType: "Anticipated",
      },
    },
    SponsorCollaboratorsModule: { LeadSponsor: { LeadSponsorName: "Example Pharma" } },
    DesignModule: {
      StudyType: "Interventional",
      DesignInfo: { DesignAllocation: "Non-Randomized", DesignMaskingInfo: { DesignMasking: "Quadruple" } },
      EnrollmentInfo: { EnrollmentCount: "120", EnrollmentType: "Anticipated" },
    },
    ArmsInterventionsModule: {
      ArmGroupList: {
        ArmGroup: [{ ArmGroupLabel: "Examplinib", ArmGroupType: "Experimental", ArmGroupDescription: "daily" }],
      },
    },
    OutcomesModule: {
      PrimaryOutcomeList: {
        PrimaryOutcome: [
          {
            PrimaryOutcomeMeasure: "Change in HbA1c",
            PrimaryOutcomeTimeFrame: "24 weeks",
            PrimaryOutcomeDescription: "Central laboratory",
          },
        ],
      },
      SecondaryOutcomeList: {
        SecondaryOutcome: [{ SecondaryOutcomeMeasure: "Body weight", SecondaryOutcomeTimeFrame: "24 weeks" }],
      },
    },
  },
};

export const STUDY_XML = `<clinical_study>
  <id_info><nct_id>NCT09999999</nct_id></id_info>
  <brief_title>A trial</brief_title>
  <official_title>A trial of Examplinib</official_title>
  <sponsors><lead_sponsor><agency>Example Pharma</agency></lead_sponsor></sponsors>
  <overall_status>Completed</overall_status>
  <start_date type="Actual">January 2026</start_date>
  <primary_completion_date type="Anticipated">January 31, 2027</primary_completion_date>
  <study_type>Interventional</study_type>
  <study_design_info><allocation>Non-Randomized</allocation><masking>Quadruple (Participant, Care Provider)</masking></study_design_info>
  <primary_outcome><measure>Change in HbA1c</measure><time_frame>24 weeks</time_frame><description>Central laboratory</description></primary_outcome>
  <secondary_outcome><measure>Body weight</measure><time_frame>24 weeks</time_frame></secondary_outcome>
  <enrollment type="Anticipated">120</enrollment>
  <arm_group><arm_group_label>Examplinib</arm_group_label><arm_group_type>Experimental</arm_group_type><description>daily</description></arm_group>
</clinical_study>`;
