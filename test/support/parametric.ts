/** An insurer's parametric products, laboratories that attest, and policies that are enrolled, for tests. */
import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { hexlify, id, randomBytes } from "ethers";
import { ethers } from "hardhat";

import { accredit, enlist, type Account } from "./careproof";
import { dayNow, deployInsurance, insure, tagFor, UNIT, type Insurance } from "./claimsParties";
import { DAY, noonOf } from "./policies";
import {
  ATTESTATION_TYPES,
  attestationMessage,
  parametricDomain,
  productId,
  triggerCommitment,
  type Attestation,
  type ParametricTerms,
} from "../../src/claims/parametric.js";
import type { PlanTerms } from "../../src/claims/planTerms.js";
import { CATEGORIES, PURPOSES } from "../../src/consent/codes.js";
import { ROLES } from "../../src/participants/roles.js";

/** Fasting glucose, as gestational diabetes is found by it. */
export const TRIGGER = { code: "1558-6", criterion: ">= 92 mg/dL" };

/** Sums on both sides of what one attester is enough for, and of what is paid at once. */
export const SMALL = 1_000n * UNIT;
export const LARGE = 3_000n * UNIT;
export const VERY_LARGE = 10_000n * UNIT;

/** The numbers of `BenefitStatus` and `RecordReason`. */
export const BENEFIT = { None: 0n, Enrolled: 1n, Recorded: 2n, Challenged: 3n, Rejected: 4n, Paid: 5n };
export const RECORDED = { AboveCeiling: 0n, PaymentsPaused: 1n, ReserveShort: 2n };

export interface Parametric extends Insurance {
  /** Accredited as LABORATORY. */
  laboratory: Account;
  /** Keys of the laboratory. */
  laboratoryKey: Account;
  secondKey: Account;
  otherLaboratory: Account;
  otherLaboratoryKey: Account;
  /** The member of policy 2, of the same plan. */
  otherMember: Account;
}

/** A product in which policy 1 is enrolled, or another. */
export interface Product {
  terms: ParametricTerms;
  productId: string;
}

/** Terms of a product with round numbers; `other` changes some. */
export function parametricTerms({ insurer, terms }: Insurance, other: Partial<ParametricTerms> = {}): ParametricTerms {
  return {
    payer: insurer.address,
    vault: terms.vault,
    trigger: triggerCommitment(TRIGGER, hexlify(randomBytes(32))),
    attesterRole: ROLES.LABORATORY,
    waitingDays: 10,
    windowDays: 300,
    timelyFilingDays: 60,
    attesters: 2,
    attestersAbove: SMALL,
    challengeDays: 14,
    challengeAbove: LARGE,
    ...other,
  };
}

/** Policies 1 and 2 in force, two laboratories with keys; nobody is enrolled yet. */
export async function deployLaboratories(): Promise<Parametric> {
  const insurance = await loadFixture(deployInsurance);
  const account = (): Account => ethers.Wallet.createRandom(ethers.provider);
  const people = {
    laboratory: account(),
    laboratoryKey: account(),
    secondKey: account(),
    otherLaboratory: account(),
    otherLaboratoryKey: account(),
    otherMember: account(),
  };
  for (const { address } of Object.values(people)) {
    await insurance.deployer.sendTransaction({ to: address, value: ethers.parseEther("10") });
  }
  const system = { ...insurance, ...people };
  for (const laboratory of [people.laboratory, people.otherLaboratory])
    await accredit(system, laboratory, "LABORATORY");
  for (const key of [people.laboratoryKey, people.secondKey]) {
    await enlist(system, people.laboratory, key, "LABORATORY");
  }
  await enlist(system, people.otherLaboratory, people.otherLaboratoryKey, "LABORATORY");
  await insure(system, people.otherMember, tagFor("person B, year"));
  return system;
}

/** Publishes a product, enrols policy 1 or others in it for `sum`. */
export async function sell(
  system: Parametric,
  sum: bigint,
  other: Partial<ParametricTerms> = {},
  policyIds: readonly bigint[] = [1n],
): Promise<Product> {
  const terms = parametricTerms(system, other);
  await system.parametric.connect(system.insurerKey).publish(terms);
  for (const policyId of policyIds) await enrol(system, terms, sum, policyId);
  return { terms, productId: productId(terms) };
}

export const enrol = (
  system: Parametric,
  terms: ParametricTerms,
  sum: bigint,
  policyId = 1n,
  plan: PlanTerms = system.terms,
  caller = system.insurerKey,
) => system.parametric.connect(caller).enrol(policyId, plan as never, terms, sum);

export interface Sold extends Parametric {
  /** Policy 1 is enrolled for {@link SMALL}: paid at once on one attestation. */
  small: Product;
  /** For {@link LARGE}: two attesters, paid at once. */
  large: Product;
  /** For {@link VERY_LARGE}: two attesters, and the payer may challenge. */
  veryLarge: Product;
}

/** As {@link deployLaboratories}, with policy 1 enrolled in three products, at noon of the twentieth day after. */
export async function deployProducts(): Promise<Sold> {
  const system = await loadFixture(deployLaboratories);
  const small = await sell(system, SMALL);
  const large = await sell(system, LARGE);
  const veryLarge = await sell(system, VERY_LARGE);
  await noonOf((await dayNow()) + 20);
  return { ...system, small, large, veryLarge };
}

/** What differs from the attestation of {@link attestation}. */
export type AttestationChanges = Partial<Attestation> & { key?: Account; laboratory?: { address: string } };

/** An attestation of today for policy 1, signed by a key of the laboratory; `changes` before it is signed. */
export async function attestation(system: Parametric, { productId }: Product, changes: AttestationChanges = {}) {
  const { key = system.laboratoryKey, laboratory = system.laboratory, ...members } = changes;
  const now = await time.latest();
  const message: Attestation = {
    policyId: 1n,
    productId,
    observedDay: Math.floor(now / DAY),
    attester: laboratory.address,
    signedBy: key.address,
    observation: id("observation"),
    issuedAt: now,
    deadline: now + 30 * DAY,
    ...members,
  };
  const { chainId } = await ethers.provider.getNetwork();
  const domain = parametricDomain(chainId, await system.parametric.getAddress());
  const signature = await key.signTypedData(domain, ATTESTATION_TYPES, attestationMessage(message));
  return { ...message, signature };
}

/** One attestation of each laboratory. */
export const bothAttestations = async (system: Parametric, product: Product, changes: AttestationChanges = {}) => [
  await attestation(system, product, changes),
  await attestation(system, product, {
    key: system.otherLaboratoryKey,
    laboratory: system.otherLaboratory,
    ...changes,
  }),
];

/** Relays attestations, by somebody who has no part in it. */
export function relay(
  { parametric, stranger }: Parametric,
  { terms }: Product,
  attestations: readonly (Attestation & { signature: string })[],
  policyId: bigint | number = attestations[0]!.policyId,
) {
  return parametric.connect(stranger).attest(policyId, attestations[0]!.observedDay, terms, attestations as never);
}

/** As {@link deployProducts}, with {@link VERY_LARGE} attested and recorded. */
export async function deployRecorded(): Promise<Sold> {
  const system = await loadFixture(deployProducts);
  await relay(system, system.veryLarge, await bothAttestations(system, system.veryLarge));
  return system;
}

/** Consent to payment by the insurer, as arguments of `grant`. */
export const paymentConsent = async ({ insurer }: Insurance) =>
  [
    insurer.address,
    1n << BigInt(PURPOSES.HPAYMT),
    {
      categories: 1n << BigInt(CATEGORIES.COVERAGE_AND_CLAIMS),
      notBefore: 0,
      expiresAt: (await time.latest()) + 500 * DAY,
      flags: 0,
    },
    id("evidence"),
  ] as const;

/** The benefit of policy 1. */
export const benefitOf = ({ parametric }: Parametric, { productId }: Product) => parametric.benefitOf(1, productId);
