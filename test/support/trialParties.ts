/** A sponsor with a trial, and who takes part in it, for tests. */
import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { hexlify, id, randomBytes, ZeroHash } from "ethers";
import { ethers } from "hardhat";

import { accredit, deployCareProof, enlist, type Account, type CareProof } from "./careproof";
import type { TrialRegistry } from "../../src/bindings/index.js";
import { CATEGORIES, PURPOSES } from "../../src/consent/codes.js";
import type { RoleName } from "../../src/participants/roles.js";
import {
  allocationTree,
  outcomeTree,
  registrationNumberToBytes32,
  trialIdOf,
  unlockObject,
  versionHash,
  type AllocationLeaf,
  type OutcomeLeaf,
  type Protocol,
} from "../../src/trials/protocol.js";
import {
  ENROLMENT_REFUSALS,
  OUTCOME_KINDS,
  SIGNATURE_MEANINGS,
  TRIAL_HALTS,
  TRIAL_PHASES,
  TRIAL_ROLES,
  type EnrolmentRefusal,
  type OutcomeKind,
  type SignatureMeaning,
  type TrialHalt,
  type TrialPhase,
  type TrialRole,
} from "../../src/trials/statuses.js";
import {
  ENROLMENT_LIST_TYPES,
  ENROLMENT_TYPES,
  enrolmentListMessage,
  enrolmentMessage,
  TRIAL_SIGNATURE_TYPES,
  trialRegistryDomain,
  WITHDRAWAL_TYPES,
  type Enrolment,
  type TrialSignature,
  type Withdrawal,
} from "../../src/trials/typedData.js";

export const DAY = 86_400;

/** Numbers of what the contract stores, by name. */
export const phase = (name: TrialPhase): bigint => BigInt(TRIAL_PHASES.indexOf(name));
export const halt = (name: TrialHalt): bigint => BigInt(TRIAL_HALTS.indexOf(name));
export const role = (name: TrialRole): bigint => BigInt(TRIAL_ROLES.indexOf(name));
export const meaning = (name: SignatureMeaning): bigint => BigInt(SIGNATURE_MEANINGS.indexOf(name));
export const refusal = (name: EnrolmentRefusal): bigint => BigInt(ENROLMENT_REFUSALS.indexOf(name));
const kind = (name: OutcomeKind): number => OUTCOME_KINDS.indexOf(name);

/** The registration number of the trial of the tests. */
export const NUMBER = "NCT01234567";

/** Outcomes of the trial of the tests: two primary, three others. */
export const PRIMARIES: OutcomeLeaf[] = [0, 1].map((index) => ({
  index,
  count: 2,
  kind: kind("Primary"),
  commitment: id(`primary outcome ${String(index)}`),
}));
export const OTHERS: OutcomeLeaf[] = [0, 1, 2].map((index) => ({
  index,
  count: 3,
  kind: kind(index === 2 ? "Other" : "Secondary"),
  commitment: id(`other outcome ${String(index)}`),
}));

/** The allocation list of the trial of the tests: ten rows in two arms. */
export const ALLOCATION: AllocationLeaf[] = Array.from({ length: 10 }, (_, index) => ({
  index,
  subject: id(`subject ${String(index)}`),
  arm: index % 2,
  salt: id(`allocation salt ${String(index)}`),
}));

/** The outcomes of a version. */
export const outcomesOf = (
  primaries: readonly OutcomeLeaf[],
  others: readonly OutcomeLeaf[],
): Protocol["outcomes"] => ({
  primaryRoot: outcomeTree(primaries).root,
  otherRoot: outcomeTree(others).root,
  primaries: primaries.length,
  others: others.length,
});

export interface Trial extends CareProof {
  registry: TrialRegistry;
  trialId: string;
  protocol: Protocol;
  /** Accredited as TRIAL_SPONSOR; registered the trial. */
  sponsor: Account;
  /** A key of the sponsor. */
  sponsorKey: Account;
  otherSponsor: Account;
  /** Accredited as ETHICS_BOARD. */
  board: Account;
  boardKey: Account;
  otherBoard: Account;
  /** Accredited as INVESTIGATOR_SITE; appointed where the trial is approved. */
  site: Account;
  siteKey: Account;
  /** Accredited as INVESTIGATOR_SITE, and not appointed. */
  otherSite: Account;
  otherSiteKey: Account;
  /** Accredited as TRIAL_SERVICE_PROVIDER. */
  dataManager: Account;
  dataManagerKey: Account;
  /** Accredited as DATA_MONITORING_COMMITTEE. */
  safetyBoard: Account;
  safetyBoardKey: Account;
  /** A person with an address. */
  person: Account;
  stranger: Account;
}

/** Deploys CareProof with everybody accredited, and nothing registered. */
export async function deployTrialParties(): Promise<Trial> {
  const system = await loadFixture(deployCareProof);
  const account = (): Account => ethers.Wallet.createRandom(ethers.provider);
  const people = {
    sponsor: account(),
    sponsorKey: account(),
    otherSponsor: account(),
    board: account(),
    boardKey: account(),
    otherBoard: account(),
    site: account(),
    siteKey: account(),
    otherSite: account(),
    otherSiteKey: account(),
    dataManager: account(),
    dataManagerKey: account(),
    safetyBoard: account(),
    safetyBoardKey: account(),
    person: account(),
    stranger: account(),
  };
  for (const { address } of Object.values(people)) {
    await system.deployer.sendTransaction({ to: address, value: ethers.parseEther("10") });
  }
  const organisations: [Account, RoleName, Account?][] = [
    [people.sponsor, "TRIAL_SPONSOR", people.sponsorKey],
    [people.otherSponsor, "TRIAL_SPONSOR"],
    [people.board, "ETHICS_BOARD", people.boardKey],
    [people.otherBoard, "ETHICS_BOARD"],
    [people.site, "INVESTIGATOR_SITE", people.siteKey],
    [people.otherSite, "INVESTIGATOR_SITE", people.otherSiteKey],
    [people.dataManager, "TRIAL_SERVICE_PROVIDER", people.dataManagerKey],
    [people.safetyBoard, "DATA_MONITORING_COMMITTEE", people.safetyBoardKey],
  ];
  for (const [organisation, name, key] of organisations) {
    await accredit(system, organisation, name);
    if (key !== undefined) await enlist(system, organisation, key, name);
  }
  const { trials: registry } = system;
  const protocol = protocolWith({ primaryCompletion: (await time.latest()) + 300 * DAY });
  return { ...system, ...people, registry, trialId: trialIdOf(NUMBER, people.sponsor.address), protocol };
}

/** A protocol; what is given replaces documents or outcomes. */
export function protocolWith(
  documents: Partial<Protocol["documents"]>,
  outcomes: Partial<Protocol["outcomes"]> = {},
): Protocol {
  return {
    documents: {
      protocol: id("protocol"),
      statisticalAnalysisPlan: id("statistical analysis plan"),
      consentForm: id("consent form"),
      allocationRoot: allocationTree(ALLOCATION).root,
      plannedEnrolment: 10,
      primaryCompletion: 2_000_000_000,
      ...documents,
    },
    outcomes: { ...outcomesOf(PRIMARIES, OTHERS), ...outcomes },
  };
}

/** As {@link deployTrialParties}, with the trial registered. */
export async function deployRegistered(): Promise<Trial> {
  const system = await loadFixture(deployTrialParties);
  await system.registry.connect(system.sponsorKey).register(registrationNumberToBytes32(NUMBER), system.protocol);
  return system;
}

/** As {@link deployRegistered}, approved, with site, data manager and safety board appointed. */
export async function deployApproved(): Promise<Trial> {
  const system = await loadFixture(deployRegistered);
  await approve(system);
  await appoint(system, "Investigator", system.site);
  await appoint(system, "DataManager", system.dataManager);
  await appoint(system, "SafetyBoard", system.safetyBoard);
  return system;
}

/** As {@link deployApproved}, with one subject. */
export async function deployRecruiting(): Promise<Trial> {
  const system = await loadFixture(deployApproved);
  await enrol(system, id("subject 0"));
  return system;
}

/** As {@link deployRecruiting}, with the data locked. */
export async function deployLocked(): Promise<Trial> {
  const system = await loadFixture(deployRecruiting);
  await system.registry.connect(system.sponsorKey).lock(system.trialId, id("data set"));
  return system;
}

/** As {@link deployLocked}, unblinded. */
export async function deployUnblinded(): Promise<Trial> {
  const system = await loadFixture(deployLocked);
  await system.registry.connect(system.sponsorKey).unblind(system.trialId);
  return system;
}

/** Appoints a participant from now on, for a year. */
export async function appoint({ registry, trialId, sponsorKey }: Trial, name: TrialRole, participant: Account) {
  const from = await time.latest();
  return registry.connect(sponsorKey).appoint(trialId, role(name), participant, from, from + 365 * DAY);
}

/** The EIP-712 domain of the registry. */
export async function trialDomain(registry: { getAddress(): Promise<string> }) {
  const { chainId } = await ethers.provider.getNetwork();
  return trialRegistryDomain(chainId, await registry.getAddress());
}

/** A signature of `signer` with meaning Approval over `object`, now; `changes` before it is signed. */
export async function signApproval(
  { registry, trialId }: Trial,
  signer: Account,
  object: string,
  changes: Partial<TrialSignature> = {},
  domain: { chainId?: bigint; verifyingContract?: string } = {},
) {
  const now = await time.latest();
  const message = {
    trialId,
    object,
    meaning: meaning("Approval"),
    signer: signer.address,
    signerName: id("name of the person"),
    ...changes,
    signedAt: Number(changes.signedAt ?? now),
    deadline: Number(changes.deadline ?? now + 30 * DAY),
  };
  const signature = await signer.signTypedData(
    { ...(await trialDomain(registry)), ...domain },
    TRIAL_SIGNATURE_TYPES,
    message,
  );
  return { ...message, signature };
}

/** Has the ethics board approve `protocol`, the latest version. */
export async function approve(system: Trial, protocol = system.protocol, signer = system.boardKey) {
  const approval = await signApproval(system, signer, versionHash(protocol));
  return system.registry.connect(system.stranger).approve(system.trialId, approval);
}

/** Registers `next` in place of `current`. */
export async function amend(system: Trial, next: Protocol, current = system.protocol) {
  return system.registry.connect(system.sponsorKey).amend(system.trialId, current, next, id("reason"));
}

/** An enrolment of `subject` at the site under version 1, signed now by a key of the site; `changes` before it is signed. */
export async function signEnrolment(
  { registry, trialId, site, siteKey }: Trial,
  subject: string,
  changes: Partial<Enrolment> = {},
  signer = siteKey,
  domain: { chainId?: bigint; verifyingContract?: string } = {},
) {
  const now = await time.latest();
  const enrolment = {
    trialId,
    site: site.address,
    subject,
    version: 1,
    signer: signer.address,
    ...changes,
    signedAt: Number(changes.signedAt ?? now),
    deadline: Number(changes.deadline ?? now + 30 * DAY),
  };
  const signature = await signer.signTypedData(
    { ...(await trialDomain(registry)), ...domain },
    ENROLMENT_TYPES,
    enrolmentMessage(enrolment),
  );
  return { enrolment, signature };
}

/** Enrols `subject`, as {@link signEnrolment}. */
export async function enrol(system: Trial, subject: string, changes: Partial<Enrolment> = {}, signer = system.siteKey) {
  const { enrolment, signature } = await signEnrolment(system, subject, changes, signer);
  return system.registry.connect(system.stranger).enrol(enrolment, signature);
}

/** A list of enrolments of `subjects` at the site under version 1, signed by a key of the site. */
export async function signEnrolmentList(
  { registry, trialId, site, siteKey }: Trial,
  subjects: string[],
  changes: { signedAt?: number[]; deadline?: number } = {},
  signer = siteKey,
) {
  const now = await time.latest();
  const list = {
    trialId,
    site: site.address,
    version: 1,
    signer: signer.address,
    subjects,
    signedAt: changes.signedAt ?? subjects.map(() => now),
    deadline: changes.deadline ?? now + 30 * DAY,
  };
  const signature = await signer.signTypedData(
    await trialDomain(registry),
    ENROLMENT_LIST_TYPES,
    enrolmentListMessage(list),
  );
  return { list, signature };
}

/** Commitments of `count` subjects. */
export const subjectsOf = (count: number): string[] => Array.from({ length: count }, () => hexlify(randomBytes(32)));

/** A withdrawal of `subject`, signed now by a key of the site. */
export async function signWithdrawal(
  { registry, trialId, siteKey }: Trial,
  subject: string,
  changes: Partial<Withdrawal> = {},
  signer = siteKey,
) {
  const now = await time.latest();
  const withdrawal = {
    trialId,
    subject,
    signer: signer.address,
    signedAt: now,
    deadline: now + 30 * DAY,
    ...changes,
  };
  const signature = await signer.signTypedData(await trialDomain(registry), WITHDRAWAL_TYPES, withdrawal);
  return { withdrawal, signature };
}

/** Withdraws `subject`, as {@link signWithdrawal}. */
export async function withdraw(
  system: Trial,
  subject: string,
  changes: Partial<Withdrawal> = {},
  signer = system.siteKey,
  salt = ZeroHash,
) {
  const { withdrawal, signature } = await signWithdrawal(system, subject, changes, signer);
  return system.registry.connect(system.stranger).withdraw(withdrawal, salt, signature);
}

/** The two approvals that unlock the data for `reason`, of the state in which the trial is. */
export async function signUnlock(system: Trial, reason: string) {
  const { lockedAt, unlocks } = await system.registry.factsOf(system.trialId);
  const object = unlockObject(reason, lockedAt, unlocks);
  return {
    object,
    byManager: await signApproval(system, system.dataManagerKey, object),
    byBoard: await signApproval(system, system.safetyBoardKey, object),
  };
}

/** Consent of `person` to the site's use of trial data. */
export async function consentToTrial({ consents, site }: Trial, person: Account) {
  const expiresAt = (await time.latest()) + 500 * DAY;
  return consents
    .connect(person)
    .grant(
      site,
      1n << BigInt(PURPOSES.CLINTRCH),
      { categories: 1n << BigInt(CATEGORIES.TRIAL_DATA), notBefore: 0, expiresAt, flags: 0 },
      id("evidence"),
    );
}
