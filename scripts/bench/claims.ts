/** Gas of insurance claims: every row a transaction of its own, sent by an operator key, on the state that it declares. */
import { time } from "@nomicfoundation/hardhat-network-helpers";
import { dataSlice, id, type Contract } from "ethers";
import { ethers } from "hardhat";

import {
  accreditParties,
  DEPTH,
  FAMILY,
  FEES,
  FURTHER_FAMILY,
  FURTHER_LEAF,
  insureNew,
  memberAt,
  nextDay,
  noon,
  NOT_COVERED,
  NOT_COVERED_LEAF,
  proveToday,
  RESERVE,
  subjectTagOf,
  termsOf,
  together,
  vaultOf,
  type InsuranceBench,
} from "./insurance";
import { gasOf, requireState, type Measurement, type PeerMeasurement } from "./operation";
import { measureParametric } from "./parametric";
import { claimId } from "../../src/claims/typedData.js";
import type { Account, CareProof } from "../../test/support/careproof";
import { GROUP, insure, keyOf, signAppeal, STATUS, UNIT, type ClaimChanges } from "../../test/support/claimsParties";

/** Claims of a batch. */
const CLAIMS = 20;
/** Lines of the claims that further lines are measured by; the first of them is in every claim. */
const LINES = 11;
/** Lines all over the schedule. */
const SPREAD = Array.from({ length: LINES }, (_, index) => 1 + index * Math.floor((FEES - 2) / (LINES - 1)));
/** Lines all over a section of 512 fees: services of one kind, where a payer lists its fees in the order of their codes. */
const SECTION = Array.from({ length: LINES }, (_, index) => 8_192 + 1 + index * 51);
/** Lines beside one another. */
const ADJACENT = Array.from({ length: LINES }, (_, index) => 8_193 + index);
const DAY = 86_400;
/** Two million more than is used have to be there. */
const BATCH = { gasLimit: 16_000_000 };

type Row = (operation: string, sent: Parameters<typeof gasOf>[0]) => Promise<number>;
type Proven = Awaited<ReturnType<typeof proveToday>>;

/** Measures all rows of claims. */
export async function measureClaims(deployed: CareProof): Promise<Measurement[]> {
  const rows = new Map<string, number>();
  /** Where an operation is measured on several states, its row is the dearest. */
  const row: Row = async (operation, sent) => {
    const gas = await gasOf(sent);
    rows.set(`claims.${operation}`, Math.max(gas, rows.get(`claims.${operation}`) ?? 0));
    return gas;
  };
  const system = await openInsurer(deployed, row);
  await measureSubmissions(system, row);
  await measureLines(system, rows);
  await measureBatches(system, rows);
  await measureDecisions(system, row);
  await measureSecondary(system, row);
  await measureParametric(system, row);
  await measurePremiums(system, row);
  await measureInvestors(system, row);
  return [...rows].map(([operation, gas]) => ({ operation, gas }));
}

/** What a payment is by itself: a transfer of OpenZeppelin's ERC-20, which checks nothing and remembers nothing. */
export async function measureErc20(): Promise<Record<string, PeerMeasurement>> {
  const [payer] = await ethers.getSigners();
  const token = await ethers.deployContract("TestStablecoin");
  await token.getFunction("mint")(payer!.address, RESERVE);
  const transfer = () => gasOf(token.getFunction("transfer").send(memberAt("payee").address, 123_456_789n));
  const peer = "OpenZeppelin ERC-20 transfer";
  const [first, later] = [await transfer(), await transfer()];
  return {
    "claims.submit.first": { peer, gas: first },
    "claims.submit.later": { peer, gas: later },
    "claims.submitMany.new.each": { peer, gas: later },
    "claims.submitMany.seen.each": { peer, gas: later },
  };
}

/** A vault with the investor's money, a plan, and the policy of the first member: number 1. */
async function openInsurer(deployed: CareProof, row: Row): Promise<InsuranceBench> {
  const parties = await accreditParties(deployed);
  const { vaultFactory, plans, currency, investor, insurer, insurerKey, otherInsurerKey, otherInsurer } = parties;
  await row("createVault", vaultFactory.connect(insurerKey).createVault(currency));
  await row("createVault", vaultFactory.connect(otherInsurerKey).createVault(currency));
  const vault = await vaultOf(parties, insurer);
  for (const of of [vault, await vaultOf(parties, otherInsurer)]) {
    await currency.getFunction("mint")(investor, RESERVE);
    await (currency.connect(investor) as Contract).getFunction("approve")(of, RESERVE);
    requireState((await of.totalSupply()) === 0n, "nobody has shares");
    await row("deposit", of.connect(investor).deposit(RESERVE, investor));
  }
  const terms = termsOf(insurer, await vault.getAddress(), parties.fees);
  const system = { ...parties, vault, terms };
  await row("publish", plans.connect(insurerKey).publish(terms as never));
  await insureNew(system, "first");
  requireState((await system.policies.policyOf(1)).member === system.member.address, "the member's policy is number 1");
  return system;
}

/** Claims of one line, by the state of what they write. */
async function measureSubmissions(system: InsuranceBench, row: Row): Promise<void> {
  const { currency, clinic, terms } = system;
  const holds = async (): Promise<bigint> => currency.getFunction("balanceOf")(clinic) as Promise<bigint>;
  await nextDay();
  requireState((await holds()) === 0n, "the provider has none of the currency");
  requireState(isUnused(await usedOf(system, 1, FAMILY)), "nothing of the policy's limits is used");
  requireState(terms.benefits.length === 8, "a plan of eight families");
  const first = await submitFresh(system, [SPREAD[0]!]);
  await row("submit.first", first.sent);
  await requirePaid(system, first.proven);

  await nextDay();
  requireState((await holds()) > 0n, "the provider has some of the currency");
  requireState(!isUnused(await usedOf(system, 1, FAMILY)), "some of the policy's limits is used");
  const later = await submitFresh(system, [SPREAD[1]!]);
  await row("submit.later", later.sent);
  await requirePaid(system, later.proven);

  await nextDay();
  const changes = { receipt: { family: FURTHER_FAMILY } };
  const [, , use] = await usedOf(system, 1, FURTHER_FAMILY);
  requireState(use === 0n, "the first use of another family");
  const other = await submitFresh(system, [FURTHER_LEAF], changes);
  await row("submit.laterFamily", other.sent);
  await requirePaid(system, other.proven);

  await nextDay();
  const denied = await submitFresh(system, [NOT_COVERED_LEAF], { receipt: { family: NOT_COVERED } });
  await row("submit.denied", denied.sent);
  requireState((await statusOf(system, denied.proven)) === STATUS.Denied, "denied");
}

/** Further lines: a tenth of what ten more cost. The member and the provider were seen before. */
async function measureLines(system: InsuranceBench, rows: Map<string, number>): Promise<void> {
  const submit = async (leaves: readonly number[], multi: boolean): Promise<number> => {
    await nextDay();
    const { proven, sent } = await submitFresh(system, leaves, {}, multi);
    const gas = await gasOf(sent);
    await requirePaid(system, proven);
    return gas;
  };
  const each = async (operation: string, leaves: readonly number[], multi: boolean): Promise<void> => {
    const one = await submit([leaves[0]!], multi);
    const all = await submit(leaves, multi);
    rows.set(`claims.${operation}`, Math.round((all - one) / (LINES - 1)));
  };
  await each("submit.line", SPREAD, false);
  await each("submit.lineMulti", SECTION, true);
  await each("submit.lineMulti.adjacent", ADJACENT, true);
  await each("submit.lineMulti.spread", SPREAD, true);
}

/** Batches of one-line claims of as many members, whose policies are new or not. */
async function measureBatches(system: InsuranceBench, rows: Map<string, number>): Promise<void> {
  const { claims, clinicKey } = system;
  const insured: { member: Account; policyId: number }[] = [];
  for (let index = 0; index < CLAIMS; index++) insured.push(await insureNew(system, `batch ${index}`));
  const submit = async (): Promise<number> => {
    await nextDay();
    const proven: Proven[] = [];
    for (const [index, { member, policyId }] of insured.entries()) {
      const one = await proveToday(withMember(system, member), [1 + 700 * index], { member, claim: { policyId } });
      requireState((await statusOf(withMember(system, member), one)) === STATUS.None, "a new claim");
      proven.push(one);
    }
    const gas = await gasOf(claims.connect(clinicKey).submitMany(proven as never, proven[0]!.terms as never, BATCH));
    for (const [index, one] of proven.entries()) await requirePaid(withMember(system, insured[index]!.member), one);
    return gas / CLAIMS;
  };
  for (const { policyId } of insured) {
    requireState(isUnused(await usedOf(system, policyId, FAMILY)), "nothing of any policy's limits is used");
  }
  rows.set("claims.submitMany.new.each", Math.round(await submit()));
  rows.set("claims.submitMany.seen.each", Math.round(await submit()));
}

/** What comes after the claim: decisions, appeals, voiding, and the claim in place of a voided one. */
async function measureDecisions(system: InsuranceBench, row: Row): Promise<void> {
  const { claims, currency, terms, vault, clinic, clinicKey, insurerKey, reviewer, otherReviewer, member } = system;
  const payer = claims.connect(insurerKey);

  /** A claim that looks like one that was paid: pended. */
  const pend = async () => {
    await nextDay();
    await gasOf((await submitFresh(system, [SPREAD[4]!])).sent);
    const proven = await proveToday(system, [SPREAD[5]!]);
    const key = keyOf(system, proven, 1);
    requireState((await statusOf(system, proven, 1)) === STATUS.None, "a new claim");
    await row("submit.pended", claims.connect(clinicKey).submit(proven as never, proven.terms as never));
    const [{ status }, { reserved }] = await claims.claimOf(claimId(key));
    requireState(status === STATUS.Pended && reserved, "pended, and its amount reserved");
    return { key, id: claimId(key) };
  };

  const { key: approved } = await pend();
  const overdue = await pend();
  await row("approve", payer.approve(approved, terms as never));
  await time.increase(31 * DAY);
  await row("approve.overdue", claims.connect(clinicKey).approve(overdue.key, terms as never));

  const denied = [await pend(), await pend()] as const;
  for (const { key } of denied) {
    await row("deny", payer.deny(key, terms as never, GROUP.CO, 50, id("notice of the denial")));
  }
  for (const claim of denied) {
    const { value, signature } = await signAppeal(system, member, claim.id, (await noon()) + 30 * DAY);
    await row("appeal", claims.connect(clinicKey).appeal(claim.key, value, signature));
  }
  const [upheld, overturned] = denied;
  await row("review.uphold", claims.connect(reviewer).review(upheld.key, terms as never, false, id("its reasons")));
  await row("review.overturn", claims.connect(otherReviewer).review(overturned.key, terms as never, true, id("why")));

  await nextDay();
  const { proven, sent } = await submitFresh(system, [SPREAD[6]!]);
  await gasOf(sent);
  await (currency.connect(clinic) as Contract).getFunction("approve")(claims, RESERVE);
  await row("void", claims.connect(clinicKey).void(keyOf(system, proven), terms as never));
  requireState((await statusOf(system, proven)) === STATUS.Voided, "voided");
  // Signed after the voiding, in the afternoon, for the same encounter.
  const { encounter, salt } = proven.claim.receipt;
  const issuedAt = (await noon()) + DAY / 4;
  await time.increaseTo(issuedAt);
  const again = await proveToday(system, [SPREAD[7]!], { receipt: { encounter, salt }, claim: { issuedAt } });
  await row("submit.replacement", claims.connect(clinicKey).submit(again as never, again.terms as never));
  await requirePaid(system, again);

  await row("pauseAutomaticPayments", vault.connect(insurerKey).pauseAutomaticPayments());
}

/** The same encounter at a second payer, where the person has another policy. */
async function measureSecondary(system: InsuranceBench, row: Row): Promise<void> {
  const { plans, otherInsurer, otherInsurerKey, fees } = system;
  const otherVault = await vaultOf(system, otherInsurer);
  const terms = termsOf(otherInsurer, await otherVault.getAddress(), fees);
  await row("publish", plans.connect(otherInsurerKey).publish(terms as never));
  const second = memberAt("first at the second payer");
  await system.deployer.sendTransaction({ to: second.address, value: ethers.parseEther("1") });
  const policyId = Number(await insure(system, second, subjectTagOf(system.member), terms, otherInsurerKey));

  // Beyond the pause of the first payer.
  await time.increase(8 * DAY);
  await nextDay();
  const primary = await submitFresh(system, [SPREAD[8]!]);
  await gasOf(primary.sent);
  await requirePaid(system, primary.proven);
  requireState(isUnused(await usedOf(system, policyId, FAMILY)), "nothing of the policy's limits is used");
  const secondary = await proveToday(system, [SPREAD[8]!], {
    terms,
    receipt: primary.proven.claim.receipt,
    claim: { policyId, receiptPolicyId: 1, primaryClaim: claimId(keyOf(system, primary.proven)) },
  });
  requireState((await statusOf(system, secondary, 1)) === STATUS.None, "a new claim");
  await row(
    "submit.secondary",
    system.claims.connect(system.clinicKey).submit(secondary as never, secondary.terms as never),
  );
  requireState((await statusOf(system, secondary, 1)) === STATUS.Paid, "paid");
}

/** Policies: sold, tagged, authorised, paid for, cancelled. */
async function measurePremiums(system: InsuranceBench, row: Row): Promise<void> {
  const { policies, currency, vault, terms, insurerKey, enrolment, clinic, stranger: employer } = system;
  const payer = policies.connect(insurerKey);
  await nextDay();
  const today = Math.floor((await time.latest()) / DAY);
  const premium = 3n * UNIT + 7n;
  const sold: bigint[] = [];
  for (const name of ["premium 1", "premium 2"]) {
    await row("issue", payer.issue(terms as never, memberAt(name), today, today + 364, premium));
    sold.push(await policies.count());
  }
  for (const policyId of sold) {
    await row(
      "declareSubjectTag",
      policies.connect(enrolment).declareSubjectTag(policyId, 2033, dataSlice(id(`tag ${policyId}`), 0, 31), 1),
    );
    await row("authorize", payer.authorize(policyId, terms as never, clinic, FAMILY, today + 90));
  }
  await currency.getFunction("mint")(employer, RESERVE);
  await (currency.connect(employer) as Contract).getFunction("approve")(vault, RESERVE);
  requireState((await vault.unearnedPremium()) === 0n, "the first premium of the vault");
  // A month from today, the next month, and a month of another policy.
  const from = policies.connect(employer);
  await row("payPremium", from.payPremium(sold[0]!, terms as never, today + 29));
  await row("payPremium", from.payPremium(sold[0]!, terms as never, today + 59));
  await row("payPremium", from.payPremium(sold[1]!, terms as never, today + 29));
  await row("cancel", payer.cancel(sold[0]!, terms as never, today + 10));
}

/** Investors: shares bought and given back, thirty days of premiums after anybody counted them. */
async function measureInvestors(system: InsuranceBench, row: Row): Promise<void> {
  const { vault, currency, investor } = system;
  const shares = (await vault.balanceOf(investor)) / 4n;
  requireState((await vault.unearnedPremium()) > 0n, "premiums are unearned");
  await row("requestWithdraw", vault.connect(investor).requestWithdraw(shares));
  await time.increase(30 * DAY);
  await row("redeem", vault.connect(investor).redeem(shares, investor, investor));
  const assets = 1_000n * UNIT;
  await (currency.connect(investor) as Contract).getFunction("approve")(vault, assets);
  await row("deposit", vault.connect(investor).deposit(assets, investor));
}

/** Proves a claim of today whose slot was never written, and sends it by the clinic's key. */
async function submitFresh(
  system: InsuranceBench,
  leaves: readonly number[],
  changes: ClaimChanges = {},
  multi = false,
): Promise<{ proven: Proven; sent: Parameters<typeof gasOf>[0] }> {
  const single = await proveToday(system, leaves, changes);
  const proven = multi ? together(system, single, leaves) : single;
  requireState(multi ? proven.feeProofs.length === 1 : proven.feeProofs.length === leaves.length, "as many proofs");
  requireState(!multi || leaves.length > 1 || proven.feeProofs[0]!.length === DEPTH, "a proof of 14 hashes");
  requireState((await statusOf(system, proven)) === STATUS.None, "a new claim");
  return { proven, sent: system.claims.connect(system.clinicKey).submit(proven as never, proven.terms as never) };
}

async function statusOf(system: InsuranceBench, proven: Proven, ordinal = 0): Promise<bigint> {
  const [{ status }] = await system.claims.claimOf(claimId(keyOf(system, proven, ordinal)));
  return status;
}

async function requirePaid(system: InsuranceBench, proven: Proven): Promise<void> {
  const [{ status, amount, deductible, memberShare }] = await system.claims.claimOf(claimId(keyOf(system, proven)));
  requireState(status === STATUS.Paid && amount > 0n, "paid at once");
  requireState(memberShare > deductible, "with copay or coinsurance");
}

async function usedOf({ claims }: InsuranceBench, policyId: number, family: number): Promise<bigint[]> {
  const year = new Date((await time.latest()) * 1_000).getUTCFullYear();
  return claims.accumulatorsOf(policyId, year, family);
}

function isUnused(used: readonly bigint[]): boolean {
  return used.every((amount) => amount === 0n);
}

/** With the tag of another member. */
function withMember(system: InsuranceBench, member: Account): InsuranceBench {
  return { ...system, member, subjectTag: subjectTagOf(member) };
}
