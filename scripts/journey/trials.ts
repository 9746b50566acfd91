/**
 * The journey of a clinical trial: what it promises before it sees anybody, who consents, what is captured, what is reported in the
 * end, and on what terms its data are used again.
 */
import type { Wallet } from "ethers";

import type { Chain } from "./chain";
import { reuseSteps } from "./dataReuse";
import type { CareProofSystem, Contracts } from "./deployment";
import { signGrant } from "./grant";
import { accreditation } from "./organisations";
import type { Outcome, Report } from "./report";
import {
  approve,
  SampleTrial,
  sampleRecord,
  SUBJECT_KEYS,
  signEnrolment,
  signEnrolments,
  subjectOfSite,
  subjectWithAddress,
  type SampleSubject,
} from "./trial";
import { captureSteps } from "./trialCapture";
import { reportingSteps } from "./trialReporting";
import { PURPOSES } from "../../src/consent/codes";
import { categoriesToMask } from "../../src/consent/masks";
import { registrationNumberToBytes32, trialIdOf } from "../../src/trials/protocol";
import { TRIAL_PHASES, TRIAL_ROLES } from "../../src/trials/statuses";
import { trialRegistryDomain, type Enrolment } from "../../src/trials/typedData";
import { newSalt } from "../../src/utils/commitment";

const DAY = 86_400;
const YEAR = 365 * DAY;
/** Version of the protocol under which everybody is enrolled. */
const VERSION = 1;
const INVESTIGATOR = TRIAL_ROLES.indexOf("Investigator");

/** A trial on the chain, and who takes part in it. */
export interface TrialJourney {
  readonly chain: Chain;
  /** Unix seconds. */
  readonly start: number;
  readonly system: CareProofSystem;
  /** The contracts as another provider sees them. */
  readonly observed: Contracts;
  readonly report: Report;
  readonly trial: SampleTrial;
  readonly trialId: string;
  readonly sponsor: Wallet;
  readonly relayer: Wallet;
  /** The sites of the trial, by where they are. */
  readonly sites: Readonly<Record<"hospital" | "university" | "practice", Wallet>>;
  /** An accredited site that is not in the trial. */
  readonly outsider: Wallet;
  readonly committee: Wallet;
  readonly institute: Wallet;
  readonly subjects: readonly SampleSubject[];
  /** Of the last subject, who has an address of their own. */
  readonly volunteer: Wallet;
  /** With the volunteer's address it opens the commitment. */
  readonly salt: string;
  /** What anyone reads of the trial's phase. */
  readonly phase: (expected: (typeof TRIAL_PHASES)[number]) => () => Promise<Outcome>;
}

/** Takes every step of the chapter `trials`. */
export async function trialsChapter(chain: Chain, system: CareProofSystem, report: Report): Promise<void> {
  const { contracts } = system;
  const { consents, trials } = contracts;
  const observed = system.connect(chain.observer);
  const start = await chain.tick();

  report.begin("trials", "Clinical trial: who sponsors it, oversees it, sees its subjects, and uses its data again");
  const sponsor = await chain.funded();
  const board = await chain.funded();
  const sites = { hospital: await chain.funded(), university: await chain.funded(), practice: await chain.funded() };
  const outsider = await chain.funded();
  const committee = await chain.funded();
  const institute = await chain.funded();
  const relayer = await chain.funded();
  // An address for this trial alone, and no funds at it.
  const volunteer = chain.unfunded();
  const accredit = accreditation({ system, observed, report, validUntil: start + YEAR });
  await accredit("Sponsor", sponsor, "TRIAL_SPONSOR");
  await accredit("Ethics board", board, "ETHICS_BOARD");
  for (const [place, site] of Object.entries(sites)) await accredit(`Site: ${place}`, site, "INVESTIGATOR_SITE");
  await accredit("A site that is not in the trial", outsider, "INVESTIGATOR_SITE");
  await accredit("Data access committee", committee, "DATA_ACCESS_COMMITTEE");
  await accredit("Institute", institute, "HEALTH_DATA_USER");

  const salt = newSalt();
  const subjects = [
    ...SUBJECT_KEYS.slice(0, -1).map(subjectOfSite),
    subjectWithAddress(SUBJECT_KEYS.at(-1)!, volunteer.address, salt),
  ];
  const [first, second, third, fourth, fifth] = subjects as [SampleSubject, ...SampleSubject[]];
  const trial = new SampleTrial(sampleRecord(start), subjects);
  const { registrationNumber } = trial.registration;
  const trialId = trialIdOf(registrationNumber, sponsor.address);
  const domain = trialRegistryDomain(chain.chainId, await trials.getAddress());
  const phase = (expected: (typeof TRIAL_PHASES)[number]) => async (): Promise<Outcome> => {
    return { found: TRIAL_PHASES[Number((await observed.trials.factsOf(trialId)).phase)]!, expected };
  };

  report.begin("trials", `What it promises before it sees anybody: ${registrationNumber}`);
  await report.take({
    step: "The package reads the record of ClinicalTrials.gov: outcomes, arms, dates",
    outcome: () => {
      const { outcomes, problems } = trial.registration;
      const primary = outcomes.filter(({ kind }) => kind === "primary").length;
      const found = `${primary} primary, ${outcomes.length - primary} secondary; ${problems.length} problems`;
      return Promise.resolve({ found, expected: "1 primary, 2 secondary; 0 problems" });
    },
  });
  await report.take({
    step: "Sponsor registers it: protocol, analysis plan, outcomes, allocation list",
    signs: "sponsor",
    pays: "sponsor",
    send: () => trials.connect(sponsor).register(registrationNumberToBytes32(registrationNumber), trial.protocol),
    outcome: async () => {
      const { primaries, others } = await observed.trials.factsOf(trialId);
      const { hash } = await observed.trials.versionOf(trialId, VERSION);
      const version = hash === trial.versionHash ? "as promised" : "another";
      return {
        found: `${primaries} primary, ${others} others, ${version}`,
        expected: "1 primary, 2 others, as promised",
      };
    },
  });
  for (const [place, site] of Object.entries(sites)) {
    await report.take({
      step: `Sponsor appoints the ${place}'s investigator`,
      signs: "sponsor",
      pays: "sponsor",
      send: async () => {
        const now = await chain.tick();
        return trials.connect(sponsor).appoint(trialId, INVESTIGATOR, site.address, now, now + YEAR);
      },
      outcome: async () => {
        const { timestamp } = (await chain.observer.getBlock("latest"))!;
        const is = await observed.trials.isAppointed(trialId, INVESTIGATOR, site.address, timestamp);
        return { found: is ? "appointed" : "not appointed", expected: "appointed" };
      },
    });
  }
  const enrolment = async (subject: SampleSubject, site: Wallet, signer = site): Promise<Enrolment> => {
    const signedAt = await chain.tick();
    const what = { trialId, site: site.address, subject: subject.commitment, version: VERSION };
    return { ...what, signer: signer.address, signedAt, deadline: signedAt + DAY };
  };
  /** A site's signature over a subject's enrolment, which anyone relays. */
  const enrols = async (subject: SampleSubject, site: Wallet) => {
    const message = await enrolment(subject, site);
    return trials.connect(relayer).enrol(message, await signEnrolment(domain, site, message));
  };
  await report.take({
    step: "Hospital enrols a subject before the trial is approved",
    signs: "hospital",
    pays: "relayer",
    send: () => enrols(first, sites.hospital),
    refusal: "EnrolmentDenied",
    outcome: phase("Registered"),
  });
  const approves = async (signer: Wallet) => {
    const signature = await approve(domain, signer, trialId, trial.versionHash, await chain.tick());
    return trials.connect(relayer).approve(trialId, signature);
  };
  await report.take({
    step: "Sponsor approves its own trial",
    signs: "sponsor",
    pays: "relayer",
    send: () => approves(sponsor),
    refusal: "NotInGoodStanding",
    outcome: phase("Registered"),
  });
  await report.take({
    step: "Ethics board approves: a signature, its meaning in it, over this version",
    signs: "ethics board",
    pays: "relayer",
    send: () => approves(board),
    outcome: phase("Approved"),
  });

  report.begin("trials", "Nobody without consent: a signature for each subject, of whom the chain has a commitment");
  const enrolled = (count: number) => async (): Promise<Outcome> => {
    const facts = await observed.trials.factsOf(trialId);
    const order = facts.prospective ? "registered first" : "not registered first";
    return { found: `${facts.enrolled} enrolled, ${order}`, expected: `${count} enrolled, registered first` };
  };
  for (const [subject, name, count] of [
    [first, "a subject", 1],
    [second!, "another", 2],
  ] as const) {
    await report.take({
      step: `Hospital enrols ${name}, who signed the consent form`,
      signs: "hospital",
      pays: "relayer",
      send: () => enrols(subject, sites.hospital),
      outcome: enrolled(count),
    });
  }
  await report.take({
    step: "University enrols two, in a list that its investigator signs once",
    signs: "university",
    pays: "relayer",
    send: async () => {
      const { university } = sites;
      const signedAt = await chain.tick();
      const commitments = [third!, fourth!].map(({ commitment }) => commitment);
      const list = {
        ...{ trialId, site: university.address, version: VERSION, signer: university.address },
        ...{ subjects: commitments, signedAt: commitments.map(() => signedAt), deadline: signedAt + DAY },
      };
      return trials.connect(relayer).enrolManyByInvestigator(list, await signEnrolments(domain, university, list));
    },
    outcome: enrolled(4),
  });
  const withAddress = async () => {
    const message = await enrolment(fifth!, sites.practice, volunteer);
    const signature = await signEnrolment(domain, volunteer, message);
    return trials.connect(sites.practice).enrolWithConsent(message, volunteer.address, salt, signature);
  };
  await report.take({
    step: "Practice enrols a subject who did not allow it to use their data",
    signs: "volunteer",
    pays: "practice",
    send: withAddress,
    refusal: "ConsentDenied",
    outcome: enrolled(4),
  });
  await report.take({
    step: "The subject allows it, by an address of their own",
    signs: "volunteer",
    pays: "relayer",
    send: async () => {
      const where = { chainId: chain.chainId, verifyingContract: await consents.getAddress() };
      const { message, signature } = await signGrant(where, volunteer, {
        grantee: sites.practice.address,
        purpose: "CLINTRCH",
        category: "TRIAL_DATA",
        issuedAt: await chain.tick(),
      });
      return consents.connect(relayer).grantBySig(message, signature);
    },
    outcome: async () => {
      const { permitted } = await observed.consents.check(
        ...([volunteer.address, sites.practice.address, PURPOSES.CLINTRCH, categoriesToMask(["TRIAL_DATA"])] as const),
      );
      return { found: permitted ? "permitted" : "denied", expected: "permitted" };
    },
  });
  await report.take({
    step: "Practice enrols the subject, who signs with that address",
    signs: "volunteer",
    pays: "practice",
    send: withAddress,
    outcome: enrolled(5),
  });
  await report.take({
    step: "A site that is not in the trial enrols somebody",
    signs: "site outside",
    pays: "relayer",
    send: () => enrols(subjectOfSite("OUTSIDE-001"), outsider),
    refusal: "EnrolmentDenied",
    outcome: enrolled(5),
  });

  const journey = {
    ...{ chain, system, observed, report, trial, trialId, sponsor, relayer, sites, outsider, committee, institute },
    ...{ subjects, volunteer, salt, phase, start },
  };
  const batches = await captureSteps(journey);
  const dataset = await reportingSteps(journey, batches);
  await reuseSteps(journey, dataset);
}
