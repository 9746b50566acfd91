/** An insurer with a plan, a vault and a policy, and who takes part in a claim, for tests. */
import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { type Contract, dataSlice, hexlify, id, randomBytes, ZeroAddress, ZeroHash } from "ethers";
import { ethers } from "hardhat";

import { accredit, accreditorFor, deployCareProof, enlist, type Account, type CareProof } from "./careproof";
import { ReserveVault__factory, type ReserveVault } from "../../src/bindings/index.js";
import { FeeSchedule, type FeeProof, type ProcedureCode } from "../../src/claims/feeSchedule.js";
import { packBenefit, type PlanTerms } from "../../src/claims/planTerms.js";
import {
  APPEAL_TYPES,
  CLAIM_SUBMISSION_TYPES,
  claimId,
  claimsDomain,
  ENCOUNTER_RECEIPT_TYPES,
  receiptMessage,
  submissionMessage,
  type ClaimKey,
  type ClaimLine,
  type ClaimSubmission,
  type EncounterReceipt,
} from "../../src/claims/typedData.js";
import { CATEGORIES, PURPOSES } from "../../src/consent/codes.js";
import { ROLES } from "../../src/participants/roles.js";

/** A unit of the currency: 6 decimals. */
export const UNIT = 1_000_000n;

/** Service families of the plan of the tests. */
export const OFFICE_VISIT = 0;
export const IMAGING = 1;
export const DENTAL = 2;
export const NOT_COVERED = 3;

/** Fees of the schedule: office visits, a scan, a filling; a visit that the plan does not cover. */
export const VISIT = { qualifier: "HC", code: "99213" };
export const LONG_VISIT = { qualifier: "HC", code: "99215" };
export const SCAN = { qualifier: "HC", code: "70553" };
export const FILLING = { qualifier: "AD", code: "D2391" };
export const FEES = [
  { family: OFFICE_VISIT, procedure: VISIT, fee: 92n * UNIT },
  { family: OFFICE_VISIT, procedure: LONG_VISIT, fee: 180n * UNIT },
  { family: IMAGING, procedure: SCAN, fee: 1_200n * UNIT },
  { family: DENTAL, procedure: FILLING, fee: 150n * UNIT },
  { family: NOT_COVERED, procedure: VISIT, fee: 92n * UNIT },
];

export interface Insurance extends CareProof {
  /** The stablecoin of the plan. */
  currency: Contract;
  vault: ReserveVault;
  /** Accredited as PAYER. */
  insurer: Account;
  /** A key of the insurer. */
  insurerKey: Account;
  /** Accredited as PROVIDER. */
  clinic: Account;
  /** A key of the clinic, which signs and submits. */
  clinicKey: Account;
  otherClinic: Account;
  /** Accredited as ENROLMENT_AUTHORITY. */
  enrolment: Account;
  /** Accredited as INDEPENDENT_REVIEWER. */
  reviewer: Account;
  otherReviewer: Account;
  investor: Account;
  /** The member of policy 1. */
  member: Account;
  stranger: Account;
  terms: PlanTerms;
  fees: FeeSchedule;
  /** The subject tag of the member for every year of the tests. */
  subjectTag: string;
  /** Today at the time of deployment (days since 1970-01-01 UTC). */
  today: number;
}

/** No subject tag. */
export const NO_TAG = `0x${"00".repeat(31)}`;

/** A subject tag, the same for the same text. */
export const tagFor = (text: string): string => dataSlice(id(text), 0, 31);

export const dayNow = async (): Promise<number> => Math.floor((await time.latest()) / 86_400);

/** Terms of a plan whose amounts are round; `other` changes some. */
export function planTerms(
  payer: string,
  vault: string,
  feeSchedule: string,
  other: Partial<PlanTerms> = {},
): PlanTerms {
  const plain = {
    copay: 0n,
    maximumPerService: 0n,
    annualLimit: 0n,
    coinsuranceBasisPoints: 0,
    waitingDays: 0,
    deductibleApplies: false,
    needsAuthorization: false,
  };
  return {
    payer,
    vault,
    feeSchedule,
    deductible: 100n * UNIT,
    outOfPocketMaximum: 1_000n * UNIT,
    automaticPaymentCeiling: 500n * UNIT,
    timelyFilingDays: 90,
    decisionDays: 30,
    promptPaymentDays: 30,
    interestBasisPoints: 1_200,
    appealDays: 180,
    graceDays: 31,
    benefits: [
      packBenefit({ ...plain, copay: 20n * UNIT }),
      packBenefit({ ...plain, coinsuranceBasisPoints: 2_000, deductibleApplies: true }),
      packBenefit({ ...plain, waitingDays: 90, annualLimit: 300n * UNIT, needsAuthorization: true }),
    ],
    ...other,
  };
}

/** Deploys CareProof with an insurer, its vault of 100,000 and its plan; nobody is insured yet. */
export async function deployInsurer(): Promise<Insurance> {
  const system = await loadFixture(deployCareProof);
  const account = (): Account => ethers.Wallet.createRandom(ethers.provider);
  const people = {
    insurer: account(),
    insurerKey: account(),
    clinic: account(),
    clinicKey: account(),
    otherClinic: account(),
    enrolment: account(),
    reviewer: account(),
    otherReviewer: account(),
    investor: account(),
    member: account(),
    stranger: account(),
  };
  for (const { address } of Object.values(people)) {
    await system.deployer.sendTransaction({ to: address, value: ethers.parseEther("10") });
  }
  await accredit(system, people.insurer, "PAYER");
  await accredit(system, people.clinic, "PROVIDER");
  await accredit(system, people.otherClinic, "PROVIDER");
  await accredit(system, people.enrolment, "ENROLMENT_AUTHORITY");
  await accredit(system, people.reviewer, "INDEPENDENT_REVIEWER");
  await accredit(system, people.otherReviewer, "INDEPENDENT_REVIEWER");
  await enlist(system, people.insurer, people.insurerKey, "PAYER");
  await enlist(system, people.clinic, people.clinicKey, "PROVIDER");

  const currency = await ethers.deployContract("TestStablecoin");
  await system.vaultFactory.connect(people.insurerKey).createVault(await currency.getAddress());
  const vaultAddress = await system.vaultFactory.vaultOf(people.insurer, await currency.getAddress());
  const vault = ReserveVault__factory.connect(vaultAddress, system.deployer);
  await currency.getFunction("mint")(people.investor, 100_000n * UNIT);
  await (currency.connect(people.investor) as Contract).getFunction("approve")(vault, 100_000n * UNIT);
  await vault.connect(people.investor).deposit(100_000n * UNIT, people.investor);

  const fees = await FeeSchedule.build(FEES);
  const terms = planTerms(people.insurer.address, vaultAddress, fees.root);
  await system.plans.connect(people.insurerKey).publish(terms as never);
  return {
    ...system,
    ...people,
    currency,
    vault,
    terms,
    fees,
    subjectTag: tagFor("person A, year"),
    today: await dayNow(),
  };
}

/** Issues a policy of `terms` to `member` for a year from today, free of premium, tagged, with consent to payment; its order is not declared. */
export async function insure(
  system: Insurance,
  member: Account,
  subjectTag: string,
  terms = system.terms,
  payerKey = system.insurerKey,
  order = 0,
): Promise<bigint> {
  const { policies, consents, enrolment } = system;
  const firstDay = await dayNow();
  await policies.connect(payerKey).issue(terms as never, member, firstDay, firstDay + 364, 0);
  const policyId = await policies.count();
  const year = new Date((await time.latest()) * 1000).getUTCFullYear();
  for (const of of [year, year + 1])
    await policies.connect(enrolment).declareSubjectTag(policyId, of, subjectTag, order);
  const categories = 1n << BigInt(CATEGORIES.COVERAGE_AND_CLAIMS);
  const expiresAt = (await time.latest()) + 500 * 86_400;
  await consents
    .connect(member)
    .grant(
      terms.payer,
      1n << BigInt(PURPOSES.HPAYMT),
      { categories, notBefore: 0, expiresAt, flags: 0 },
      id("evidence"),
    );
  return policyId;
}

/** As {@link deployInsurer}, with policy 1 of the member in force. */
export async function deployInsurance(): Promise<Insurance> {
  const system = await loadFixture(deployInsurer);
  await insure(system, system.member, system.subjectTag);
  return system;
}

/** What differs from the claim of {@link proveClaim}. */
export interface ClaimChanges {
  receipt?: Partial<EncounterReceipt>;
  claim?: Partial<Omit<ClaimSubmission, "receipt">>;
  /** Procedures with what is billed for each, in units of the currency. */
  lines?: readonly (readonly [{ qualifier: string; code: string }, number])[];
  /** The service family by whose fees the lines are proved, where it is not the receipt's. */
  feeFamily?: number;
  terms?: PlanTerms;
  member?: Account;
  providerKey?: Account;
  /** Who signs the receipt, where it is not the member. */
  receiptSigner?: Account;
}

/** A claim of the clinic for a visit of the member today, signed by both; `changes` before it is signed. */
export async function proveClaim(system: Insurance, changes: ClaimChanges = {}) {
  const { claims, fees, clinic } = system;
  const { member = system.member, providerKey = system.clinicKey, terms = system.terms } = changes;
  const now = await time.latest();
  const receipt = {
    member: member.address,
    signedBy: (changes.receiptSigner ?? member).address,
    provider: clinic.address,
    encounter: hexlify(randomBytes(32)),
    serviceDay: Math.floor(now / 86_400),
    family: OFFICE_VISIT,
    receiptAt: now,
    salt: hexlify(randomBytes(32)),
    ...changes.receipt,
  };
  const proofs: FeeProof[] = (changes.lines ?? [[VISIT, 120]]).map(([procedure]) =>
    fees.prove(changes.feeFamily ?? receipt.family, procedure),
  );
  const lines: ClaimLine[] = (changes.lines ?? [[VISIT, 120] as const]).map(([, billed], i) => ({
    procedure: proofs[i]!.commitment,
    billed: BigInt(Math.round(billed * 1e6)),
    fee: proofs[i]!.fee,
    units: 1,
  }));
  const claim = {
    policyId: 1,
    receiptPolicyId: changes.claim?.policyId ?? 1,
    lines,
    primaryClaim: ZeroHash,
    signedBy: providerKey.address,
    submitter: ZeroAddress,
    issuedAt: now,
    deadline: now + 30 * 86_400,
    ...changes.claim,
    receipt,
  };
  const domain = await domainOf(claims);
  return {
    claim,
    terms,
    feeProofs: proofs.map(({ proof }) => [...proof]),
    feeProofFlags: [] as boolean[],
    receiptSignature: await (changes.receiptSigner ?? member).signTypedData(
      domain,
      ENCOUNTER_RECEIPT_TYPES,
      receiptMessage(receipt),
    ),
    claimSignature: await providerKey.signTypedData(domain, CLAIM_SUBMISSION_TYPES, submissionMessage(claim)),
  };
}

/** What proves the fees of office visits' procedures in one proof. */
export function feesTogether(
  { fees }: Insurance,
  procedures: readonly ProcedureCode[],
): { feeProofs: string[][]; feeProofFlags: boolean[] } {
  const { proof, flags } = fees.proveTogether(OFFICE_VISIT, procedures);
  return { feeProofs: [[...proof]], feeProofFlags: [...flags] };
}

/** The key under which the claim of {@link proveClaim} is stored. */
export function keyOf(system: Insurance, { claim }: { claim: ClaimSubmission }, ordinal = 0): ClaimKey {
  const { provider, serviceDay, family } = claim.receipt;
  return { provider, subjectTag: system.subjectTag, serviceDay, family, ordinal };
}

/** A second payer with a plan like the first's, and a policy of the same person under another address. */
export async function secondPayer(system: Insurance, payer = system.otherReviewer, member = system.stranger) {
  const { currency, vaultFactory, plans, fees } = system;
  await system.participants
    .connect(accreditorFor(system, "PAYER"))
    .accredit(payer, ROLES.PAYER, (await time.latest()) + 86_400 * 365);
  const asset = await currency.getAddress();
  await vaultFactory.connect(payer).createVault(asset);
  const vault = await vaultFactory.vaultOf(payer, asset);
  await currency.getFunction("mint")(vault, 10_000n * UNIT);
  const terms = planTerms(payer.address, vault, fees.root);
  await plans.connect(payer).publish(terms as never);
  const second = await insure(system, member, system.subjectTag, terms, payer);
  return { second, terms };
}

/** Submits the claim of `changes`, by the clinic's key. */
export async function submit(system: Insurance, changes: ClaimChanges = {}) {
  const proven = await proveClaim(system, changes);
  return { proven, tx: await system.claims.connect(system.clinicKey).submit(proven as never, proven.terms as never) };
}

/** What is stored of the claim. */
export async function stored(system: Insurance, proven: Awaited<ReturnType<typeof proveClaim>>, ordinal = 0) {
  const key = keyOf(system, proven, ordinal);
  const [claim, open] = await system.claims.claimOf(claimId(key));
  return { key, id: claimId(key), claim, open };
}

/** An appeal, signed by `appellant`. */
export async function signAppeal(
  { claims }: Insurance,
  appellant: Account,
  claimId: string,
  deadline: number,
  level = 1,
  grounds = id("grounds"),
) {
  const value = { claimId, appellant: appellant.address, level, grounds, deadline };
  return { value, signature: await appellant.signTypedData(await domainOf(claims), APPEAL_TYPES, value) };
}

export async function domainOf(claims: { getAddress(): Promise<string> }) {
  const { chainId } = await ethers.provider.getNetwork();
  return claimsDomain(chainId, await claims.getAddress());
}

/** Numbers of what is stored of claims, by name. */
export const STATUS = {
  None: 0n,
  Paid: 1n,
  Pended: 2n,
  InReview: 3n,
  Denied: 4n,
  Appealed: 5n,
  Upheld: 6n,
  Voided: 7n,
};
export const PEND = {
  None: 0n,
  LookAlike: 1n,
  ReceiptOnly: 2n,
  AwaitingPremium: 3n,
  AboveCeiling: 4n,
  PaymentsPaused: 5n,
  ReserveShort: 6n,
};
export const GROUP = { None: 0, CO: 1, PR: 2, OA: 3, PI: 4 };

/** What `account` has of the currency (token units). */
export function balanceOf({ currency }: Insurance, account: { address: string }): Promise<bigint> {
  return currency.getFunction("balanceOf")(account.address) as Promise<bigint>;
}
