/**
 * The journey of an insurance claim: a policy sold, a claim paid on the spot, the same service refused twice, what a person has to
 * decide and by when, and a benefit that is paid on a laboratory's signature.
 */
import { type Contract, hexlify, id, randomBytes, type Wallet } from "ethers";

import type { Chain } from "./chain";
import type { CareProofSystem } from "./deployment";
import { signGrant } from "./grant";
import {
  DECISION_DAYS,
  feeSchedule,
  IMAGING,
  INTEREST,
  OFFICE_VISIT,
  proveClaim,
  proveObservation,
  readClaim,
  receiptOf,
  sampleClaimText,
  samplePlan,
  type Encounter,
} from "./insurance";
import { accreditation } from "./organisations";
import type { Outcome, Report } from "./report";
import { deployStablecoin, money } from "./stablecoin";
import { ReserveVault__factory } from "../../src/bindings/index";
import { toTokenUnits } from "../../src/claims/decimal";
import { parametricDomain, productId, triggerCommitment, type ParametricTerms } from "../../src/claims/parametric";
import type { PlanTerms } from "../../src/claims/planTerms";
import { CLAIM_STATUSES, PEND_REASONS } from "../../src/claims/statuses";
import { APPEAL_TYPES, claimId, claimsDomain, type ClaimKey, type EncounterReceipt } from "../../src/claims/typedData";
import { categoriesToMask } from "../../src/consent/masks";
import { ROLES } from "../../src/participants/roles";

const DAY = 86_400;
const YEAR = 365 * DAY;
/** The same person's at every payer in this year: a keyed hash, which an enrolment authority makes. */
const SUBJECT_TAG = hexlify(randomBytes(31));
const INVESTED = toTokenUnits("100000.00");
const DAILY_PREMIUM = toTokenUnits("3.00");
const POLICY_DAYS = 365;
const BENEFIT = toTokenUnits("1000.00");
/** The number of group CO, and reason 18: an exact duplicate (X12 external code source 139). */
const DUPLICATE = [1, 18] as const;
const PAID_BENEFIT = 5n;

/** Takes every step of the chapter `claims`. */
export async function claimsChapter(chain: Chain, system: CareProofSystem, report: Report): Promise<void> {
  const { contracts } = system;
  const { claims, consents, parametric, plans, policies, vaultFactory } = contracts;
  const observed = system.connect(chain.observer);
  const start = await chain.tick();
  const today = Math.floor(start / DAY);

  report.begin("claims", "Insurance: who insures, who cares, who measures, who reviews");
  const insurer = await chain.funded();
  const otherInsurer = await chain.funded();
  const clinic = await chain.funded();
  const laboratory = await chain.funded();
  const enrolment = await chain.funded();
  const reviewer = await chain.funded();
  const investor = await chain.funded();
  const relayer = await chain.funded();
  // One address for each policy, and no funds at any.
  const member = chain.unfunded();
  const memberElsewhere = chain.unfunded();
  const accredit = accreditation({ system, observed, report, validUntil: start + YEAR });
  await accredit("Insurer", insurer, "PAYER");
  await accredit("Another insurer", otherInsurer, "PAYER");
  await accredit("Clinic", clinic, "PROVIDER");
  await accredit("Laboratory", laboratory, "LABORATORY");
  await accredit("Enrolment authority", enrolment, "ENROLMENT_AUTHORITY");
  await accredit("Review organisation", reviewer, "INDEPENDENT_REVIEWER");

  report.begin("claims", "A policy is sold: the money is there before the promise");
  const currency = await deployStablecoin(relayer);
  const fees = await feeSchedule();
  const vaultOf = async (payer: Wallet) => {
    await (await vaultFactory.connect(payer).createVault(currency)).wait();
    return ReserveVault__factory.connect(await vaultFactory.vaultOf(payer, currency), chain.observer);
  };
  const vault = await vaultOf(insurer);
  const coin = currency.connect(chain.observer) as Contract;
  const balanceOf = (holder: { address: string }): Promise<bigint> =>
    coin.getFunction("balanceOf")(holder.address) as Promise<bigint>;
  const inVault = async (): Promise<bigint> => (await coin.getFunction("balanceOf")(vault)) as bigint;
  /** What anyone reads of the vault: what is in it, and what of that is reserved for claims. */
  const books = (held: bigint, reserved: bigint) => async (): Promise<Outcome> => ({
    found: `${money(await inVault())} in the vault, ${money(await vault.reserved())} reserved`,
    expected: `${money(held)} in the vault, ${money(reserved)} reserved`,
  });
  const funded = async (who: Wallet, amount: bigint): Promise<void> => {
    await (await currency.getFunction("mint").send(who.address, amount)).wait();
    await (await (currency.connect(who) as Contract).getFunction("approve").send(vault, amount)).wait();
  };
  await funded(investor, INVESTED);
  await report.take({
    step: "Investor puts 100,000.00 into the insurer's reserve vault",
    signs: "investor",
    pays: "investor",
    send: () => vault.connect(investor).deposit(INVESTED, investor.address),
    outcome: books(INVESTED, 0n),
  });
  const terms = samplePlan(insurer.address, await vault.getAddress(), fees);
  await report.take({
    step: "Insurer publishes a plan: its terms can never change",
    signs: "insurer",
    pays: "insurer",
    send: () => plans.connect(insurer).publish(terms as never),
    outcome: async () => {
      const published = await observed.plans.publishedAt(await observed.plans.planIdOf(terms as never));
      return { found: published === 0n ? "no" : "published", expected: "published" };
    },
  });
  const cover = (policyId: bigint, expected: string) => async (): Promise<Outcome> => {
    const { status } = await observed.policies.coverOn(policyId, today, terms.graceDays);
    return { found: ["not in force", "lapsed", "premium due", "in force"][Number(status)]!, expected };
  };
  const premium = DAILY_PREMIUM * BigInt(POLICY_DAYS);
  const lastDay = today + POLICY_DAYS - 1;
  await report.take({
    step: "Insurer issues a policy to a member, for a premium by the day",
    signs: "insurer",
    pays: "insurer",
    send: () => policies.connect(insurer).issue(terms as never, member.address, today, lastDay, DAILY_PREMIUM),
    outcome: cover(1n, "premium due"),
  });
  await funded(relayer, premium);
  await report.take({
    step: "Its premium is paid for the year",
    signs: "anyone",
    pays: "relayer",
    send: () => policies.connect(relayer).payPremium(1n, terms as never, lastDay),
    outcome: cover(1n, "in force"),
  });
  const years = [...new Set([start, start + 30 * DAY].map((time) => new Date(time * 1000).getUTCFullYear()))];
  /** Of a person's two policies the first pays first. */
  const tag = async (policyId: bigint, order: number): Promise<void> => {
    for (const year of years) {
      await (await policies.connect(enrolment).declareSubjectTag(policyId, year, SUBJECT_TAG, order)).wait();
    }
  };
  await tag(1n, 1);
  await report.take({
    step: "Member allows the insurer to be told what it pays for",
    signs: "member",
    pays: "relayer",
    send: async () => {
      const where = { chainId: chain.chainId, verifyingContract: await consents.getAddress() };
      const { message, signature } = await signGrant(where, member, {
        grantee: insurer.address,
        purpose: "HPAYMT",
        category: "COVERAGE_AND_CLAIMS",
        issuedAt: await chain.tick(),
      });
      return consents.connect(relayer).grantBySig(message, signature);
    },
    outcome: async () => {
      const { permitted } = await observed.consents.check(
        ...([member.address, insurer.address, 2, categoriesToMask(["COVERAGE_AND_CLAIMS"])] as const),
      );
      return { found: permitted ? "permitted" : "denied", expected: "permitted" };
    },
  });

  report.begin("claims", "A claim out of an X12 837: adjudicated and paid in the transaction that proves it");
  const domain = claimsDomain(chain.chainId, await claims.getAddress());
  const encounter = async (): Promise<Encounter> => {
    return { domain, member, provider: clinic, fees, now: await chain.tick() };
  };
  const visit = await readClaim(
    sampleClaimText(today, [
      ["99213", "120.00"],
      ["87880", "30.00"],
    ]),
  );
  await report.take({
    step: "Clinic's software writes an 837 of a visit, which the package reads",
    outcome: () =>
      Promise.resolve({ found: `${visit.lines.length} lines, ${visit.charge}`, expected: "2 lines, 150.00" }),
  });
  const keyOf = ({ serviceDay, family }: EncounterReceipt, ordinal = 0): ClaimKey => {
    return { provider: clinic.address, subjectTag: SUBJECT_TAG, serviceDay, family, ordinal };
  };
  /** Where a claim is, and what the clinic has got so far. */
  const stands = (key: ClaimKey, expected: string) => async (): Promise<Outcome> => {
    const { claim, open } = await observed.claims.claimOf(claimId(key));
    const reason = PEND_REASONS[Number(open.reason)]!;
    const status = CLAIM_STATUSES[Number(claim.status)]!;
    const why = status === "Pended" ? ` (${reason})` : "";
    return { found: `${status}${why}; clinic has ${money(await balanceOf(clinic))}`, expected };
  };
  const own = { policyId: 1n, receiptPolicyId: 1n };
  const receipt = receiptOf(await encounter(), OFFICE_VISIT);
  const proven = await proveClaim(await encounter(), receipt, visit, own);
  // 92.00 less the copay of 20.00, and 25.00 less 20.00.
  await report.take({
    step: "Clinic submits it with the member's receipt: priced, and paid at once",
    signs: "member, clinic",
    pays: "clinic",
    send: () => claims.connect(clinic).submit(proven as never, terms as never),
    outcome: stands(keyOf(receipt), "Paid; clinic has 77.00"),
    faultHere: true,
  });
  await report.take({
    step: "Clinic submits it again",
    signs: "member, clinic",
    pays: "clinic",
    send: () => claims.connect(clinic).submit(proven as never, terms as never),
    refusal: "AlreadyClaimed",
    outcome: stands(keyOf(receipt), "Paid; clinic has 77.00"),
  });
  const otherVault = await vaultOf(otherInsurer);
  const otherTerms: PlanTerms = samplePlan(otherInsurer.address, await otherVault.getAddress(), fees);
  await (await plans.connect(otherInsurer).publish(otherTerms as never)).wait();
  const elsewhere = policies.connect(otherInsurer);
  await (await elsewhere.issue(otherTerms as never, memberElsewhere.address, today, lastDay, 0)).wait();
  await tag(2n, 2);
  await report.take({
    step: "Clinic claims the same visit from the second insurer, of another address, as if it were the first",
    signs: "member, clinic",
    pays: "clinic",
    send: async () => {
      const policy = { policyId: 2n, receiptPolicyId: 1n };
      return claims
        .connect(clinic)
        .submit((await proveClaim(await encounter(), receipt, visit, policy)) as never, otherTerms as never);
    },
    refusal: "OutOfOrder",
    outcome: stands(keyOf(receipt), "Paid; clinic has 77.00"),
  });

  report.begin("claims", "What a person has to decide, and by when");
  const alike = receiptOf(await encounter(), OFFICE_VISIT);
  const alikeKey = keyOf(alike, 1);
  await report.take({
    step: "Clinic claims another visit of the day by its own receipt: it looks alike",
    signs: "member, clinic",
    pays: "clinic",
    send: async () =>
      claims.connect(clinic).submit((await proveClaim(await encounter(), alike, visit, own)) as never, terms as never),
    outcome: stands(alikeKey, "Pended (LookAlike); clinic has 77.00"),
  });
  const scan = await readClaim(sampleClaimText(today, [["70553", "1500.00"]]));
  const scanned = receiptOf(await encounter(), IMAGING);
  const scanKey = keyOf(scanned);
  await report.take({
    step: "Clinic claims a scan of 1,500.00: above what is paid without asking",
    signs: "member, clinic",
    pays: "clinic",
    send: async () =>
      claims.connect(clinic).submit((await proveClaim(await encounter(), scanned, scan, own)) as never, terms as never),
    outcome: stands(scanKey, "Pended (AboveCeiling); clinic has 77.00"),
  });
  await report.take({
    step: "Insurer denies the second visit as a duplicate (CO 18), with notice",
    signs: "insurer",
    pays: "insurer",
    send: () => claims.connect(insurer).deny(alikeKey, terms as never, ...DUPLICATE, id("notice")),
    outcome: stands(alikeKey, "Denied; clinic has 77.00"),
  });
  await report.take({
    step: "Member appeals",
    signs: "member",
    pays: "relayer",
    send: async () => {
      const deadline = (await chain.tick()) + DAY;
      const appeal = { claimId: claimId(alikeKey), appellant: member.address, level: 1, grounds: id("g"), deadline };
      const signature = await member.signTypedData(domain, APPEAL_TYPES, appeal);
      return claims.connect(relayer).appeal(alikeKey, appeal, signature);
    },
    outcome: stands(alikeKey, "Appealed; clinic has 77.00"),
  });
  await report.take({
    step: "Insurer tries to decide the appeal itself",
    signs: "insurer",
    pays: "insurer",
    send: () => claims.connect(insurer).review(alikeKey, terms as never, false, id("decision")),
    refusal: "NotInGoodStanding",
    outcome: stands(alikeKey, "Appealed; clinic has 77.00"),
  });
  await report.take({
    step: "Review organisation overturns the denial: paid",
    signs: "review organisation",
    pays: "review organisation",
    send: () => claims.connect(reviewer).review(alikeKey, terms as never, true, id("decision")),
    outcome: stands(alikeKey, "Paid; clinic has 154.00"),
  });

  report.begin("claims", "A benefit without a claim: paid on a laboratory's signature");
  // Fasting glucose, as gestational diabetes is found by it. The chain shows neither.
  const trigger = triggerCommitment({ code: "1558-6", criterion: ">= 92 mg/dL" }, hexlify(randomBytes(32)));
  const product: ParametricTerms = {
    payer: insurer.address,
    vault: terms.vault,
    trigger,
    attesterRole: ROLES.LABORATORY,
    waitingDays: 0,
    windowDays: 280,
    timelyFilingDays: 60,
    attesters: 2,
    attestersAbove: BENEFIT,
    challengeDays: 14,
    challengeAbove: 3n * BENEFIT,
  };
  const benefit = (expected: string) => async (): Promise<Outcome> => {
    const { status } = await observed.parametric.benefitOf(1n, productId(product));
    const paid = status === PAID_BENEFIT ? "paid" : status === 0n ? "none" : "insured";
    return { found: `${paid}; member has ${money(await balanceOf(member))}`, expected };
  };
  await (await parametric.connect(insurer).publish(product)).wait();
  await report.take({
    step: "Insurer adds a benefit of 1,000.00 to the policy",
    signs: "insurer",
    pays: "insurer",
    send: () => parametric.connect(insurer).enrol(1n, terms as never, product, BENEFIT),
    outcome: benefit("insured; member has 0.00"),
  });
  const attest = async (by: Wallet) => {
    const where = parametricDomain(chain.chainId, await parametric.getAddress());
    const { observedDay, attestation } = await proveObservation(where, {
      ...{ policyId: 1n, productId: productId(product), attester: laboratory.address },
      ...{ signer: by, now: await chain.tick() },
    });
    return parametric.connect(relayer).attest(1n, observedDay, product, [attestation]);
  };
  await report.take({
    step: "Somebody attests in the laboratory's name",
    signs: "relayer",
    pays: "relayer",
    send: () => attest(relayer),
    refusal: "NotInGoodStanding",
    outcome: benefit("insured; member has 0.00"),
  });
  await report.take({
    step: "Laboratory attests the result: the member is paid in that transaction",
    signs: "laboratory",
    pays: "relayer",
    send: () => attest(laboratory),
    outcome: benefit("paid; member has 1,000.00"),
  });

  report.begin("claims", "Late, and what that costs");
  const { receivedAt } = (await observed.claims.claimOf(claimId(scanKey))).open;
  await chain.advance((2 * DECISION_DAYS - 1) * DAY);
  const scanPays = toTokenUnits("880.00");
  await report.take({
    step: "The insurer has not decided on the scan in time: overdue",
    outcome: async () => {
      const { open } = await observed.claims.claimOf(claimId(scanKey));
      const { timestamp } = (await chain.observer.getBlock("latest"))!;
      return { found: BigInt(timestamp) > open.deadline ? "overdue" : "in time", expected: "overdue" };
    },
  });
  await report.take({
    step: "Insurer approves it: 880.00 of 1,200.00 allowed, with interest",
    signs: "insurer",
    pays: "insurer",
    send: () => claims.connect(insurer).approve(scanKey, terms as never),
    outcome: async () => {
      const { timestamp } = (await chain.observer.getBlock("latest"))!;
      const late = BigInt(timestamp) - (receivedAt + BigInt(DECISION_DAYS * DAY));
      // For each day begun, rounded up.
      const days = (late + BigInt(DAY) - 1n) / BigInt(DAY);
      const interest = (scanPays * INTEREST * days + 3_649_999n) / 3_650_000n;
      const due = toTokenUnits("154.00") + scanPays + interest;
      return stands(scanKey, `Paid; clinic has ${money(due)}`)();
    },
  });
  await report.take({
    step: "The vault's books: what went out is what clinic and member have",
    outcome: async () => {
      const out = (await balanceOf(clinic)) + (await balanceOf(member));
      return books(INVESTED + premium - out, 0n)();
    },
  });
}
