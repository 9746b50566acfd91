/**
 * The trials that rows of clinical trials are measured on, and everybody in them. Keys, commitments and signed times are fixed, so
 * that every run measures the same.
 */
import { time } from "@nomicfoundation/hardhat-network-helpers";
import { id, Wallet, ZeroHash } from "ethers";
import { ethers } from "hardhat";

import { requireState } from "./operation";
import type { RoleName } from "../../src/participants/roles.js";
import {
  allocationTree,
  outcomeTree,
  registrationNumberToBytes32,
  trialIdOf,
  versionHash,
  type OutcomeLeaf,
  type Protocol,
} from "../../src/trials/protocol.js";
import { OUTCOME_KINDS, type TrialPhase, type TrialRole } from "../../src/trials/statuses.js";
import { accredit, enlist, type Account, type CareProof } from "../../test/support/careproof";
import { phase, role, signApproval, type Trial } from "../../test/support/trialParties";

export const DAY = 86_400;
/** Subjects on the allocation list. */
const ALLOCATED = 400;

/** Everybody in the trials, each organisation with a key that acts for it; the trial itself is `at`. */
export interface TrialBench extends Trial {
  laboratory: Account;
  laboratoryKey: Account;
}

/** The outcomes of a protocol, as leaves. */
export interface Outcomes {
  readonly primaries: OutcomeLeaf[];
  readonly others: OutcomeLeaf[];
}

/** Somebody, the same in every run, with money. */
export async function somebody({ deployer }: CareProof, name: string): Promise<Account> {
  const wallet = new Wallet(id(`party ${name}`), ethers.provider);
  await deployer.sendTransaction({ to: wallet.address, value: ethers.parseEther("10") });
  return wallet;
}

/** An organisation that is accredited in a role, and a key that acts for it. */
export async function organisation(system: CareProof, name: string, of: RoleName): Promise<[Account, Account]> {
  const [principal, key] = [await somebody(system, name), await somebody(system, `key of ${name}`)];
  await accredit(system, principal, of);
  await enlist(system, principal, key, of);
  requireState((await system.participants.principalOf(key.address)) === principal.address, "an operator key");
  return [principal, key];
}

/** Accredits everybody; there is no trial so far. */
export async function accreditTrialParties(system: CareProof): Promise<TrialBench> {
  const [sponsor, sponsorKey] = await organisation(system, "sponsor", "TRIAL_SPONSOR");
  const [board, boardKey] = await organisation(system, "ethics board", "ETHICS_BOARD");
  const [site, siteKey] = await organisation(system, "site", "INVESTIGATOR_SITE");
  const [otherSite, otherSiteKey] = await organisation(system, "other site", "INVESTIGATOR_SITE");
  const [dataManager, dataManagerKey] = await organisation(system, "data manager", "TRIAL_SERVICE_PROVIDER");
  const [safetyBoard, safetyBoardKey] = await organisation(system, "safety board", "DATA_MONITORING_COMMITTEE");
  const [laboratory, laboratoryKey] = await organisation(system, "laboratory", "LABORATORY");
  return {
    ...system,
    ...{ sponsor, sponsorKey, board, boardKey, site, siteKey, otherSite, otherSiteKey, dataManager, dataManagerKey },
    ...{ safetyBoard, safetyBoardKey, laboratory, laboratoryKey },
    otherSponsor: sponsor,
    otherBoard: board,
    person: await somebody(system, "person"),
    stranger: await somebody(system, "stranger"),
    registry: system.trials,
    trialId: ZeroHash,
    protocol: protocolOf(outcomesOf(1, 0)),
  };
}

/** A list of outcomes: so many primary ones, and so many others. */
export function outcomesOf(primaries: number, others: number): Outcomes {
  const leaves = (count: number, kind: (typeof OUTCOME_KINDS)[number]): OutcomeLeaf[] =>
    Array.from({ length: count }, (_, index) => ({
      index,
      count,
      kind: OUTCOME_KINDS.indexOf(kind),
      commitment: id(`${kind} outcome ${index} of ${count}`),
    }));
  return { primaries: leaves(primaries, "Primary"), others: leaves(others, "Secondary") };
}

/** The protocol of a randomised trial with such outcomes. */
export function protocolOf({ primaries, others }: Outcomes, consentForm = "consent form"): Protocol {
  const rows = Array.from({ length: ALLOCATED }, (_, index) => ({
    index,
    subject: subjectAt(index),
    arm: index % 2,
    salt: id(`salt ${index}`),
  }));
  return {
    documents: {
      protocol: id("protocol"),
      statisticalAnalysisPlan: id("statistical analysis plan"),
      consentForm: id(consentForm),
      allocationRoot: allocationTree(rows).root,
      plannedEnrolment: ALLOCATED,
      // No byte of it is zero.
      primaryCompletion: 0x79797979,
    },
    outcomes: {
      primaryRoot: outcomeTree(primaries).root,
      otherRoot: outcomeTree(others).root,
      primaries: primaries.length,
      others: others.length,
    },
  };
}

/** The commitment of a subject by its number. */
export function subjectAt(index: number): string {
  return id(`subject ${index}`);
}

/** The same parties with the trial of this number and protocol. */
export function withTrial(system: TrialBench, number: string, protocol: Protocol): TrialBench {
  return { ...system, trialId: trialIdOf(number, system.sponsor.address), protocol };
}

/** The arguments that register it. */
export function registration(number: string, protocol: Protocol): [string, Protocol] {
  return [registrationNumberToBytes32(number), protocol];
}

/**
 * Moves on to the next day.
 *
 * @returns Morning of that day, for what is signed or happens on it: already past, and none of its bytes zero (unix seconds).
 */
export async function nextDay(): Promise<number> {
  const day = (Math.floor((await time.latest()) / DAY) + 1) * DAY;
  let morning = day;
  while (ethers.getBytes(ethers.toBeHex(morning)).includes(0)) morning++;
  await time.increaseTo(day + DAY / 2);
  return morning;
}

/** An ethics board's approval of a version of the protocol, signed then. */
export async function approvalOf(system: TrialBench, signedAt: number, protocol = system.protocol) {
  return signApproval(system, system.boardKey, versionHash(protocol), { signedAt, deadline: signedAt + 30 * DAY });
}

/** The arguments that appoint a participant from a time on, for a year. */
export function appointment({ trialId }: Trial, name: TrialRole, { address }: Account, from: number) {
  return [trialId, role(name), address, from, from + 365 * DAY] as const;
}

/** Fails where the trial is in another phase. */
export async function requirePhase({ registry, trialId }: Trial, name: TrialPhase): Promise<void> {
  requireState((await registry.factsOf(trialId)).phase === phase(name), `the trial is ${name}`);
}
