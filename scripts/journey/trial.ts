/** What the chapter on clinical trials is about: a trial as its registry has it, its subjects and its lists. All in it is invented. */
import type { Wallet } from "ethers";

import { readTrialRegistrations } from "../../src/trials/registration/readRegistrations";
import type { TrialRegistration } from "../../src/trials/registration/registration";
import {
  allocationTree,
  outcomeTree,
  subjectCommitment,
  versionHash,
  type AllocationLeaf,
  type OutcomeLeaf,
  type Protocol,
} from "../../src/trials/protocol";
import { OUTCOME_KINDS, SIGNATURE_MEANINGS } from "../../src/trials/statuses";
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
/** Arms of the trial. */
const ARMS = ["Testolol 10 mg", "Placebo"];

/** A record of ClinicalTrials.gov as its API v2 gives it, of a trial that starts now (unix seconds). */
export function sampleRecord(now: number): string {
  const month = (days: number): string => new Date((now + days * DAY) * 1_000).toISOString().slice(0, 7);
  return JSON.stringify({
    protocolSection: {
      identificationModule: { nctId: "NCT09990001", briefTitle: "Testolol for Raised Blood Pressure" },
      statusModule: {
        overallStatus: "NOT_YET_RECRUITING",
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
      outcomesModule: {
        primaryOutcomes: [{ measure: "Change in systolic blood pressure", timeFrame: "Baseline to week 12" }],
        secondaryOutcomes: [
          { measure: "Change in body weight", timeFrame: "Baseline to week 12" },
          { measure: "Change in quality of life (EQ-5D-5L)", timeFrame: "Baseline to week 12" },
        ],
      },
    },
    hasResults: false,
  });
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
  return commit("trialData", canonicalize(JSON.stringify(document)), "json#data", newSalt());
}

/** What the sponsor of the trial promises, with what it keeps to prove it. */
export class SampleTrial {
  readonly protocol: Protocol;
  /** Hash of the version, which the ethics board signs. */
  readonly versionHash: string;
  readonly primaries: readonly OutcomeLeaf[];
  readonly others: readonly OutcomeLeaf[];
  /** Who gets what, in the order of the list. */
  readonly allocation: readonly AllocationLeaf[];

  /** @param subjects Those whom the list allots to an arm. */
  constructor(
    readonly registration: TrialRegistration,
    subjects: readonly SampleSubject[],
  ) {
    this.primaries = outcomeLeaves(registration, ["Primary"]);
    this.others = outcomeLeaves(registration, ["Secondary", "Other"]);
    this.allocation = allot(subjects);
    this.protocol = {
      documents: {
        protocol: committed({ protocol: registration.title }),
        statisticalAnalysisPlan: committed({ plan: registration.title }),
        consentForm: committed({ form: registration.title }),
        allocationRoot: allocationTree(this.allocation).root,
        plannedEnrolment: registration.enrolment!.count,
        primaryCompletion: Date.parse(registration.primaryCompletion!.date) / 1_000,
      },
      outcomes: {
        primaryRoot: outcomeTree(this.primaries).root,
        otherRoot: outcomeTree(this.others).root,
        primaries: this.primaries.length,
        others: this.others.length,
      },
    };
    this.versionHash = versionHash(this.protocol);
  }

  /** The trial of the only record in a text. */
  static read(record: string, subjects: readonly SampleSubject[]): SampleTrial {
    const [registration] = readTrialRegistrations(record);
    return new SampleTrial(registration!, subjects);
  }
}

function outcomeLeaves({ outcomes }: TrialRegistration, kinds: (typeof OUTCOME_KINDS)[number][]): OutcomeLeaf[] {
  const numbers = kinds.map((kind) => OUTCOME_KINDS.indexOf(kind));
  const kindOf = (kind: string): number => OUTCOME_KINDS.findIndex((name) => name.toLowerCase() === kind);
  const chosen = outcomes.filter(({ kind }) => numbers.includes(kindOf(kind)));
  return chosen.map(({ kind, measure, timeFrame }, index) => ({
    ...{ index, count: chosen.length, kind: kindOf(kind) },
    commitment: committed({ measure, timeFrame }),
  }));
}

/** An allocation list of these subjects, of arms one after the other: in a trial they are drawn. */
function allot(subjects: readonly SampleSubject[]): AllocationLeaf[] {
  return subjects.map(({ commitment }, index) => ({
    ...{ index, subject: commitment, arm: index % ARMS.length, salt: newSalt() },
  }));
}

/** An ethics board's approval of a version, signed at a time (unix seconds). */
export async function approve(domain: CareProofDomain, signer: Wallet, trialId: string, object: string, now: number) {
  const meaning = SIGNATURE_MEANINGS.indexOf("Approval");
  const signature = { signer: signer.address, signerName: committed({ name: "TESTPERSON, CHAIR" }), meaning };
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
