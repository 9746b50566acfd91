/** A trial of a sponsor with its ethics board, sites, laboratory and people, for tests of what is done in it. */
import { time } from "@nomicfoundation/hardhat-network-helpers";
import { AbiCoder, encodeBytes32String, id, keccak256, Wallet, ZeroHash } from "ethers";
import { ethers } from "hardhat";

import { accredit, deployCareProof, enlist, type Account, type CareProof } from "./careproof";
import type { RoleName } from "../../src/participants/roles.js";

/** Names of the enums of `TrialTypes`, in their order. */
export const PHASES = [
  "None",
  "Registered",
  "Approved",
  "Recruiting",
  "Active",
  "Locked",
  "Unblinded",
  "Reported",
  "Closed",
] as const;
export type Phase = (typeof PHASES)[number];
export const TRIAL_ROLES = ["Investigator", "DataManager", "Monitor", "SafetyBoard", "Laboratory"] as const;
export type TrialRole = (typeof TRIAL_ROLES)[number];

const APPROVAL = 3;
const RESPONSIBILITY = 4;
const NAME = id("printed name");

const signatureMembers = [
  ["bytes32", "trialId"],
  ["bytes32", "object"],
  ["uint8", "meaning"],
  ["address", "signer"],
  ["bytes32", "signerName"],
  ["uint40", "signedAt"],
  ["uint40", "deadline"],
];
const enrolmentMembers = [
  ["bytes32", "trialId"],
  ["address", "site"],
  ["bytes32", "subject"],
  ["uint8", "version"],
  ["address", "signer"],
  ["uint40", "signedAt"],
  ["uint40", "deadline"],
  ["uint8", "meaning"],
];
const withdrawalMembers = [
  ["bytes32", "trialId"],
  ["bytes32", "subject"],
  ["address", "signer"],
  ["uint40", "signedAt"],
  ["uint40", "deadline"],
];
const typed = (name: string, members: string[][]) => ({
  [name]: members.map(([type, name]) => ({ name: name!, type: type! })),
});

/** The protocol of the trial, its consent form by name. */
const protocol = (consentForm = "consent form") => ({
  documents: {
    protocol: id("protocol"),
    statisticalAnalysisPlan: id("plan"),
    consentForm: id(consentForm),
    allocationRoot: ZeroHash,
    plannedEnrolment: 100,
    primaryCompletion: 2_000_000_000,
  },
  outcomes: { primaryRoot: id("primary outcomes"), otherRoot: ZeroHash, primaries: 1, others: 0 },
});
type Protocol = ReturnType<typeof protocol>;

/** Somebody new, accredited, with a key. */
interface Party {
  principal: Account;
  key: Account;
}

export interface TrialPeople {
  sponsor: Account;
  sponsorKey: Account;
  otherSponsor: Account;
  board: Party;
  site: Account;
  siteKey: Account;
  otherSite: Account;
  otherSiteKey: Account;
  laboratory: Account;
  laboratoryKey: Account;
  dataManager: Party;
  safetyBoard: Party;
}

/** A system with a trial that is registered. */
export type Trial<System extends CareProof = CareProof> = System & TrialPeople & { trialId: string };

/** An account with money and no part. */
async function account({ deployer }: CareProof): Promise<Account> {
  const wallet = Wallet.createRandom(ethers.provider);
  await deployer.sendTransaction({ to: wallet.address, value: ethers.parseEther("10") });
  return wallet;
}

async function party(system: CareProof, role: RoleName): Promise<Party> {
  const [principal, key] = [await account(system), await account(system)];
  await accredit(system, principal, role);
  await enlist(system, principal, key, role);
  return { principal, key };
}

/** Registers a trial of a new sponsor, version 1. */
export async function withTrial<System extends CareProof>(system: System): Promise<Trial<System>> {
  const sponsor = await party(system, "TRIAL_SPONSOR");
  const [site, otherSite] = [await party(system, "INVESTIGATOR_SITE"), await party(system, "INVESTIGATOR_SITE")];
  const laboratory = await party(system, "LABORATORY");
  const number = encodeBytes32String("NCT01234567");
  await system.trials.connect(sponsor.key).register(number, protocol());
  const encoded = AbiCoder.defaultAbiCoder().encode(["bytes32", "address"], [number, sponsor.principal.address]);
  return {
    ...system,
    trialId: keccak256(encoded),
    sponsor: sponsor.principal,
    sponsorKey: sponsor.key,
    otherSponsor: (await party(system, "TRIAL_SPONSOR")).principal,
    board: await party(system, "ETHICS_BOARD"),
    site: site.principal,
    siteKey: site.key,
    otherSite: otherSite.principal,
    otherSiteKey: otherSite.key,
    laboratory: laboratory.principal,
    laboratoryKey: laboratory.key,
    dataManager: await party(system, "TRIAL_SERVICE_PROVIDER"),
    safetyBoard: await party(system, "DATA_MONITORING_COMMITTEE"),
  };
}

async function domainOf({ trials }: CareProof) {
  const { chainId } = await ethers.provider.getNetwork();
  return { name: "CareProof TrialRegistry", version: "1", chainId, verifyingContract: await trials.getAddress() };
}

/** An electronic signature of approval over `object`, made now. */
async function approval(trial: Trial, signer: Account, object: string) {
  const signedAt = await time.latest();
  const value = {
    ...{ trialId: trial.trialId, object, meaning: APPROVAL, signer: signer.address, signerName: NAME },
    ...{ signedAt, deadline: signedAt + 86_400 },
  };
  const types = typed("TrialSignature", signatureMembers);
  return { ...value, signature: await signer.signTypedData(await domainOf(trial), types, value) };
}

/** Has the ethics board approve the latest version. */
export async function approve(trial: Trial): Promise<void> {
  const { version } = await trial.trials.factsOf(trial.trialId);
  const { hash } = await trial.trials.versionOf(trial.trialId, version);
  await trial.trials.approve(trial.trialId, (await approval(trial, trial.board.key, hash)));
}

/** Registers and approves a version with a consent form of this name; from one of that name. */
export async function amendConsentForm(trial: Trial, next: string, current?: string): Promise<void> {
  const protocols: [Protocol, Protocol] = [protocol(current), protocol(next)];
  await trial.trials.connect(trial.sponsorKey).amend(trial.trialId, ...(protocols as [never, never]), id("reason"));
  await approve(trial);
}

/** Appoints a participant for ten years from the last block on. */
export async function appoint(trial: Trial, role: TrialRole, participant: Account): Promise<void> {
  const from = await time.latest();
  const until = from + 10 * 365 * 86_400;
  const number = TRIAL_ROLES.indexOf(role);
  await trial.trials.connect(trial.sponsorKey).appoint(trial.trialId, number, participant.address, from, until);
}

/** Enrols a subject by the key of a site, signed at `signedAt`, by default now, under the approved version. */
export async function enrol(
  trial: Trial,
  subject: string,
  signedAt?: number,
  { site, key }: { site: Account; key: Account } = { site: trial.site, key: trial.siteKey },
): Promise<number> {
  const at = signedAt ?? (await time.latest());
  const { approvedVersion } = await trial.trials.factsOf(trial.trialId);
  const value = {
    ...{ trialId: trial.trialId, site: site.address, subject, version: approvedVersion, signer: key.address },
    ...{ signedAt: at, deadline: at + 10 * 365 * 86_400 },
  };
  const types = typed("Enrolment", enrolmentMembers);
  const message = { ...value, meaning: RESPONSIBILITY };
  await trial.trials.enrol(value, await key.signTypedData(await domainOf(trial), types, message));
  return at;
}

/** Has the site's key withdraw a subject at `signedAt`, by default now. */
export async function withdraw(trial: Trial, subject: string, signedAt?: number): Promise<number> {
  const at = signedAt ?? (await time.latest());
  const { trialId, siteKey } = trial;
  const value = { trialId, subject, signer: siteKey.address, signedAt: at, deadline: at + 10 * 365 * 86_400 };
  const types = typed("Withdrawal", withdrawalMembers);
  await trial.trials.withdraw(value, ZeroHash, await siteKey.signTypedData(await domainOf(trial), types, value));
  return at;
}

/** Locks the data. */
export async function lock(trial: Trial): Promise<void> {
  await trial.trials.connect(trial.sponsorKey).lock(trial.trialId, id("data set"));
}

/** Unlocks the data, by the data manager and the safety board. */
export async function unlock(trial: Trial): Promise<void> {
  const { lockedAt, unlocks } = await trial.trials.factsOf(trial.trialId);
  const reason = id("reason");
  const tag = id("CareProof.Unlock(bytes32 reason,uint40 lockedAt,uint8 unlocks)");
  const types = ["bytes32", "bytes32", "uint40", "uint8"];
  const object = keccak256(AbiCoder.defaultAbiCoder().encode(types, [tag, reason, lockedAt, unlocks]));
  const [manager, board] = [
    await approval(trial, trial.dataManager.key, object),
    await approval(trial, trial.safetyBoard.key, object),
  ];
  await trial.trials.unlock(trial.trialId, reason, manager, board);
}

/** A trial that an ethics board approved, with its people appointed and a subject enrolled: recruiting. */
export async function recruiting(): Promise<Trial & { subject: string; enrolledAt: number }> {
  const trial = await withTrial(await deployCareProof());
  await approve(trial);
  for (const [role, participant] of [
    ["Investigator", trial.site],
    ["Investigator", trial.otherSite],
    ["Laboratory", trial.laboratory],
    ["DataManager", trial.dataManager.principal],
    ["SafetyBoard", trial.safetyBoard.principal],
  ] as const) {
    await appoint(trial, role, participant);
  }
  const subject = id("subject 1");
  return { ...trial, subject, enrolledAt: await enrol(trial, subject) };
}
