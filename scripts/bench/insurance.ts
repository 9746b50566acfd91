/**
 * The insurer that claims rows are measured at: a schedule of 2^14 fees that the package built, a plan of eight service families
 * with every kind of limit, a vault, a clinic, and members. Keys, salts and signed times are fixed, so that every run measures the same.
 */
import { time } from "@nomicfoundation/hardhat-network-helpers";
import { dataSlice, id, Wallet, type Contract } from "ethers";
import { ethers } from "hardhat";

import { requireState } from "./operation";
import { ReserveVault__factory } from "../../src/bindings/index.js";
import { FeeSchedule } from "../../src/claims/feeSchedule.js";
import { packBenefit } from "../../src/claims/planTerms.js";
import { accredit, enlist, type Account, type CareProof } from "../../test/support/careproof";
import {
  insure,
  planTerms,
  proveClaim,
  UNIT,
  type ClaimChanges,
  type Insurance,
} from "../../test/support/claimsParties";

/** Fees of the schedule. */
export const FEES = 1 << 14;
/** Nodes of a fee's proof. */
export const DEPTH = 14;
/** What the vault begins with. */
export const RESERVE = 1_000_000n * UNIT;
/** What the clinic charges for every line, in units of the currency. */
const BILLED = 210;
const DAY = 86_400;

/** The first service family, whose use is in the first word of the accumulators, and one whose use is in another. */
export const FAMILY = 0;
export const FURTHER_FAMILY = 5;

/** A family that the plan of eight does not cover. */
export const NOT_COVERED = 9;
/** The only leaves that are not of {@link FAMILY}: of the further family, and of the one that is not covered. */
export const FURTHER_LEAF = FEES - 2;
export const NOT_COVERED_LEAF = FEES - 1;

/** The insurer and all who deal with it, before anything of a plan is measured. */
export interface InsuranceBench extends Insurance {
  /** Accredited as PAYER, with a key, the same fees and a vault of its own; the secondary payer. */
  otherInsurer: Account;
  otherInsurerKey: Account;
}

/** A procedure by the index of its leaf. */
export function procedureAt(index: number): { qualifier: string; code: string } {
  return { qualifier: "HC", code: String(index).padStart(5, "0") };
}

/** The service family of a leaf. */
function familyAt(index: number): number {
  if (index === FURTHER_LEAF) return FURTHER_FAMILY;
  return index === NOT_COVERED_LEAF ? NOT_COVERED : FAMILY;
}

/** What is allowed for it: for some more than the maximum a service, for none as much as {@link BILLED}. */
function feeAt(index: number): bigint {
  return BigInt(80 + (index % 100)) * UNIT + 37n;
}

/** Accredits everyone, and builds the fee schedule; there is neither vault nor plan so far, so `vault` and `terms` are set later. */
export async function accreditParties(system: CareProof): Promise<Omit<InsuranceBench, "vault" | "terms">> {
  const accounts = system.others.values();
  const account = (): Account => accounts.next().value!;
  const people = {
    insurer: account(),
    insurerKey: account(),
    otherInsurer: account(),
    otherInsurerKey: account(),
    clinic: account(),
    clinicKey: account(),
    otherClinic: account(),
    enrolment: account(),
    reviewer: account(),
    otherReviewer: account(),
    investor: account(),
    stranger: account(),
    member: memberAt("first"),
  };
  await accredit(system, people.insurer, "PAYER");
  await accredit(system, people.otherInsurer, "PAYER");
  await accredit(system, people.clinic, "PROVIDER");
  await accredit(system, people.enrolment, "ENROLMENT_AUTHORITY");
  await accredit(system, people.reviewer, "INDEPENDENT_REVIEWER");
  await accredit(system, people.otherReviewer, "INDEPENDENT_REVIEWER");
  await enlist(system, people.insurer, people.insurerKey, "PAYER");
  await enlist(system, people.otherInsurer, people.otherInsurerKey, "PAYER");
  await enlist(system, people.clinic, people.clinicKey, "PROVIDER");
  requireState((await system.participants.principalOf(people.clinicKey)) === people.clinic.address, "an operator key");

  const fees = await FeeSchedule.build(
    Array.from({ length: FEES }, (_, index) => ({
      family: familyAt(index),
      procedure: procedureAt(index),
      fee: feeAt(index),
      salt: id(`salt ${index}`),
    })),
  );
  requireState(fees.depth === DEPTH, "a tree of 2^14 fees");
  return {
    ...system,
    ...people,
    currency: await ethers.deployContract("TestStablecoin"),
    fees,
    subjectTag: subjectTagOf(people.member),
    today: await today(),
  };
}

/** The plan: eight families, each with copay, coinsurance, deductible, a maximum a service and an annual limit. */
export function termsOf(payer: Account, vault: string, fees: FeeSchedule) {
  const benefit = packBenefit({
    copay: 10n * UNIT,
    maximumPerService: 170n * UNIT,
    annualLimit: 20_000n * UNIT,
    coinsuranceBasisPoints: 2_000,
    waitingDays: 0,
    deductibleApplies: true,
    needsAuthorization: false,
  });
  return planTerms(payer.address, vault, fees.root, {
    deductible: 50n * UNIT,
    outOfPocketMaximum: 6_000n * UNIT,
    automaticPaymentCeiling: 1_800n * UNIT,
    benefits: Array.from({ length: 8 }, () => benefit),
  });
}

/** The vault of a payer for the currency. */
export async function vaultOf(system: CareProof & { currency: Contract }, payer: Account) {
  const address = await system.vaultFactory.vaultOf(payer, system.currency);
  return ReserveVault__factory.connect(address, system.deployer);
}

/** A person who is insured, the same in every run. */
export function memberAt(name: string): Account {
  return new Wallet(id(`member ${name}`), ethers.provider);
}

/** A policy for a new member: numbered, tagged, with consent to payment. */
export async function insureNew(system: InsuranceBench, name: string): Promise<{ member: Account; policyId: number }> {
  const member = memberAt(name);
  await system.deployer.sendTransaction({ to: member.address, value: ethers.parseEther("1") });
  return { member, policyId: Number(await insure(system, member, subjectTagOf(member))) };
}

/** Another for every person: here each has one policy, but the one who has a second by {@link insure}. */
export function subjectTagOf({ address }: Account): string {
  return dataSlice(id(`subject ${address}`), 0, 31);
}

/** Moves on to noon of the next day, so that a service is looked alike by none. */
export async function nextDay(): Promise<void> {
  await time.increaseTo(((await today()) + 1) * DAY + DAY / 2);
}

/** A little before noon of today, which has no zero byte on the first days (unix seconds). */
export async function noon(): Promise<number> {
  return (await today()) * DAY + DAY / 2 - 77;
}

async function today(): Promise<number> {
  return Math.floor((await time.latest()) / DAY);
}

/** A claim of today by the clinic's key: the procedures of these leaves, by what is signed at a fixed time of the day. */
export async function proveToday(system: InsuranceBench, leaves: readonly number[], changes: ClaimChanges = {}) {
  const [serviceDay, signedAt] = [await today(), await noon()];
  const { member = system.member } = changes;
  const text = `${member.address} ${serviceDay} ${leaves.join()} ${changes.claim?.policyId ?? 1}`;
  const proven = await proveClaim(system, {
    ...changes,
    lines: leaves.map((index) => [procedureAt(index), BILLED] as const),
    receipt: {
      encounter: id(`encounter ${text}`),
      salt: id(`salt ${text}`),
      serviceDay,
      receiptAt: signedAt,
      family: FAMILY,
      ...changes.receipt,
    },
    claim: { issuedAt: signedAt, deadline: signedAt + 30 * DAY, ...changes.claim },
  });
  for (const proof of proven.feeProofs) requireState(proof.length === DEPTH, "a proof of 14 hashes for each line");
  return proven;
}

/** The same claim with all fees in one multiproof; its lines are in the order of their leaves. */
export function together<Proven extends Awaited<ReturnType<typeof proveToday>>>(
  { fees }: InsuranceBench,
  proven: Proven,
  leaves: readonly number[],
): Proven {
  const { proof, flags } = fees.proveTogether(FAMILY, leaves.map(procedureAt));
  return { ...proven, feeProofs: [[...proof]], feeProofFlags: [...flags] };
}
