/** What the chapter on clinical trials is about: a trial as its registry has it, its subjects and its lists. All in it is invented. */
import type { Wallet } from "ethers";

import {
  allocationTree,
  subjectCommitment,
  versionHash,
  type AllocationLeaf,
  type OutcomeLeaf,
  type Protocol,
} from "../../src/trials/protocol";
import {
  OPENING_FORMAT,
  OPENING_VERSION,
  openedLeaves,
  openedProtocol,
  plannedProtocol,
  type OpenedDocument,
  type ProtocolOpening,
} from "../../src/trials/protocolOpening";
import { readTrialRegistrations } from "../../src/trials/registration/readRegistrations";
import type { TrialRegistration } from "../../src/trials/registration/registration";
import { SIGNATURE_MEANINGS } from "../../src/trials/statuses";
import {
  ENROLMENT_LIST_TYPES,
  ENROLMENT_TYPES,
  enrolmentListMessage,
  enrolmentMessage,
  TRIAL_SIGNATURE_TYPES,
  WITHDRAWAL_TYPES,
  type Enrolment,
  type EnrolmentList,
  type Withdrawal,
} from "../../src/trials/typedData";
import { canonicalize } from "../../src/utils/canonical";
import { commit, newSalt } from "../../src/utils/commitment";
import type { CareProofDomain } from "../../src/utils/typedData";

const DAY = 86_400;
/** What the subjects get. */
export const ARMS = ["Testolol 10 mg", "Placebo of Testolol"] as const;
/** By which the data know the subjects; the last has an address of their own. */
export const SUBJECT_KEYS = ["HOSPITAL-001", "HOSPITAL-002", "UNIVERSITY-001", "UNIVERSITY-002", "PRACTICE-001"];
/** Who signs for the ethics board. */
export const CHAIR = "TESTPERSON, CHAIR";

const TIME_FRAME = "Baseline to week 12";
const [PRESSURE, WEIGHT, QUALITY] = [
  "Change in systolic blood pressure",
  "Change in body weight",
  "Change in quality of life (EQ-5D-5L)",
].map((measure) => ({ measure, timeFrame: TIME_FRAME }));
/** Results as they are published in the end: another outcome as the primary one. */
const RESULTS = [
  { type: "PRIMARY", title: WEIGHT!.measure, timeFrame: TIME_FRAME },
  { type: "SECONDARY", title: QUALITY!.measure, timeFrame: TIME_FRAME },
];

/**
 * A record of ClinicalTrials.gov as its API v2 gives it, of a trial that starts at a time (unix seconds).
 *
 * @param hasResults Whether it is the record as it is in the end.
 */
export function sampleRecord(start: number, hasResults = false): TrialRegistration {
  const month = (days: number): string => new Date((start + days * DAY) * 1_000).toISOString().slice(0, 7);
  const text = JSON.stringify({
    protocolSection: {
      identificationModule: { nctId: "NCT09990001", briefTitle: "Testolol for Raised Blood Pressure" },
      statusModule: {
        overallStatus: hasResults ? "COMPLETED" : "NOT_YET_RECRUITING",
        startDateStruct: { date: month(0), type: "ESTIMATED" },
        primaryCompletionDateStruct: { date: month(365), type: "ESTIMATED" },
      },
      sponsorCollaboratorsModule: { leadSponsor: { name: "Test Sponsor", class: "INDUSTRY" } },
      designModule: {
        studyType: "INTERVENTIONAL",
        designInfo: { allocation: "RANDOMIZED", maskingInfo: { masking: "DOUBLE" } },
        enrollmentInfo: { count: 5, type: "ESTIMATED" },
      },
      armsInterventionsModule: { armGroups: ARMS.map((label) => ({ label })) },
      outcomesModule: { primaryOutcomes: [PRESSURE], secondaryOutcomes: [WEIGHT, QUALITY] },
    },
    ...(hasResults ? { resultsSection: { outcomeMeasuresModule: { outcomeMeasures: RESULTS } } } : {}),
    hasResults,
  });
  return readTrialRegistrations(text)[0]!;
}

/** A subject of the trial. */
export interface SampleSubject {
  /** By which the data know them. */
  readonly key: string;
  /** By which the chain knows them. */
  readonly commitment: string;
}

/** A subject whom only a site knows. */
export function subjectOfSite(key: string): SampleSubject {
  return { key, commitment: committed({ subject: key }) };
}

/** A subject with an address of their own. */
export function subjectWithAddress(key: string, address: string, salt: string): SampleSubject {
  return { key, commitment: subjectCommitment(address, salt) };
}

/** A salted commitment to a document. */
export function committed(document: object): string {
  return committedWith(document, newSalt());
}

function committedWith(document: object, salt: string): string {
  return commit("trialDocument", canonicalize(JSON.stringify(document)), "json#data", salt);
}

function opened(document: object): OpenedDocument {
  const salt = newSalt();
  return { commitment: committedWith(document, salt), salt };
}

/** What the sponsor of the trial promises, with what it keeps to prove it. */
export class SampleTrial {
  readonly opening: ProtocolOpening;
  readonly protocol: Protocol;
  /** Hash of the version, which the ethics board signs. */
  readonly versionHash: string;
  /** The secondary and other outcomes. */
  readonly others: readonly OutcomeLeaf[];
  /** Who gets what, in the order of the list: one arm after the other, where a trial draws them. */
  readonly allocation: readonly AllocationLeaf[];

  /** @param subjects Those whom the list allots to an arm. */
  constructor(
    readonly registration: TrialRegistration,
    subjects: readonly SampleSubject[],
  ) {
    const { outcomes, ...planned } = plannedProtocol(registration);
    this.allocation = subjects.map(({ commitment }, index) => {
      return { index, subject: commitment, arm: index % ARMS.length, salt: newSalt() };
    });
    this.opening = {
      ...{ format: OPENING_FORMAT, version: OPENING_VERSION, ...planned },
      documents: {
        protocol: opened({ protocol: registration.title }),
        statisticalAnalysisPlan: opened({ plan: registration.title }),
        consentForm: opened({ form: registration.title }),
      },
      allocationRoot: allocationTree(this.allocation).root,
      outcomes: outcomes.map((outcome) => ({ ...outcome, salt: newSalt() })),
    };
    this.protocol = openedProtocol(this.opening);
    this.versionHash = versionHash(this.protocol);
    this.others = openedLeaves(this.opening).others;
  }
}

/** An ethics board's approval of a version, signed at a time (unix seconds). */
export async function approve(domain: CareProofDomain, signer: Wallet, trialId: string, object: string, now: number) {
  const meaning = SIGNATURE_MEANINGS.indexOf("Approval");
  const signature = { signer: signer.address, signerName: committed({ name: CHAIR }), meaning };
  const times = { signedAt: now, deadline: now + DAY };
  const message = { trialId, object, ...signature, ...times };
  return { ...signature, ...times, signature: await signer.signTypedData(domain, TRIAL_SIGNATURE_TYPES, message) };
}

/** An enrolment as its signer signs it. */
export function signEnrolment(domain: CareProofDomain, signer: Wallet, enrolment: Enrolment): Promise<string> {
  return signer.signTypedData(domain, ENROLMENT_TYPES, enrolmentMessage(enrolment));
}

/** A list of enrolments as an investigator signs it. */
export function signEnrolments(domain: CareProofDomain, signer: Wallet, list: EnrolmentList): Promise<string> {
  return signer.signTypedData(domain, ENROLMENT_LIST_TYPES, enrolmentListMessage(list));
}

/** A withdrawal as its signer signs it. */
export function signWithdrawal(domain: CareProofDomain, signer: Wallet, withdrawal: Withdrawal): Promise<string> {
  return signer.signTypedData(domain, WITHDRAWAL_TYPES, withdrawal);
}
