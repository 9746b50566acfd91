/** Attacks on claims that are not of one function: signatures used for something else, terms changed, time that runs on. */
import { loadFixture, takeSnapshot, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";

import {
  DENTAL,
  FILLING,
  LONG_VISIT,
  OFFICE_VISIT,
  STATUS,
  UNIT,
  VISIT,
  balanceOf,
  deployInsurance,
  domainOf,
  insure,
  keyOf,
  proveClaim,
  stored,
  submit,
  type Insurance,
} from "../support/claimsParties";
import { planId } from "../../src/claims/planTerms.js";
import {
  CLAIM_SUBMISSION_TYPES,
  ENCOUNTER_RECEIPT_TYPES,
  receiptMessage,
  submissionMessage,
} from "../../src/claims/typedData.js";

type Proven = Awaited<ReturnType<typeof proveClaim>>;

const CENTURY = 100 * 365 * 86_400;

const send = ({ claims, clinicKey }: Insurance, proven: Proven, terms = proven.terms) =>
  claims.connect(clinicKey).submit(proven as never, terms as never);

describe("ClaimsProcessor: attacks", () => {
  it("attack: the encounter again, by a second provider identity: the receipt names one", async () => {
    const system = await loadFixture(deployInsurance);
    const { claims, otherClinic, clinic } = system;
    const { proven } = await submit(system);
    // The other identity signs the same claim, or one whose receipt names it: that one the member did not sign.
    const other = await proveClaim(system, { receipt: proven.claim.receipt, providerKey: otherClinic });
    await expect(send(system, other))
      .to.be.revertedWithCustomError(claims, "AlreadyClaimed")
      .withArgs((await stored(system, proven)).id);
    const receipt = { ...proven.claim.receipt, provider: otherClinic.address };
    const forged = await proveClaim(system, { receipt, providerKey: otherClinic });
    await expect(send(system, { ...forged, receiptSignature: proven.receiptSignature }))
      .to.be.revertedWithCustomError(claims, "InvalidSignature")
      .withArgs(system.member.address);
    expect(await balanceOf(system, clinic)).to.equal(72n * UNIT);
    expect(await balanceOf(system, otherClinic)).to.equal(0n);
  });

  it("attack: a filling claimed as an office visit, whose benefit has no waiting period, limit or authorisation", async () => {
    const system = await loadFixture(deployInsurance);
    const { claims, clinic } = system;
    const lines = [[FILLING, 150]] as const;
    const asVisit = await proveClaim(system, { lines, receipt: { family: OFFICE_VISIT }, feeFamily: DENTAL });
    // The same proof as a multiproof of one leaf.
    const together = ({ feeProofs }: Proven) => ({ feeProofs, feeProofFlags: feeProofs[0]!.map(() => false) });
    for (const proven of [asVisit, { ...asVisit, ...together(asVisit) }]) {
      await expect(send(system, proven)).to.be.revertedWithCustomError(claims, "FeeNotInSchedule").withArgs(0n);
    }
    expect(await balanceOf(system, clinic)).to.equal(0n);
    // Claimed as what it is, it is denied for the waiting period.
    const dental = await proveClaim(system, { lines, receipt: { family: DENTAL } });
    await send(system, { ...dental, ...together(dental) });
    expect((await stored(system, dental)).claim.status).to.equal(STATUS.Denied);
  });

  describe("attack: a provider's signature is used for something else", () => {
    const CHANGES: Record<string, (proven: Proven) => Partial<Proven["claim"]>> = {
      "another policy of the same member": () => ({ policyId: 2 }),
      "another amount": ({ claim: { lines } }) => ({ lines: [{ ...lines[0]!, billed: 1n }] }),
      "more units": ({ claim: { lines } }) => ({ lines: [{ ...lines[0]!, units: 2 }] }),
      "a line twice": ({ claim: { lines } }) => ({ lines: [lines[0]!, lines[0]!] }),
      "another submitter": ({ claim }) => ({ submitter: claim.signedBy }),
      "a later deadline": ({ claim }) => ({ deadline: Number(claim.deadline) + 1 }),
      "an earlier signing": ({ claim }) => ({ issuedAt: Number(claim.issuedAt) - 1 }),
    };
    for (const [name, change] of Object.entries(CHANGES)) {
      it(name, async () => {
        const system = await loadFixture(deployInsurance);
        await insure(system, system.stranger, system.subjectTag);
        const proven = await proveClaim(system);
        const claim = { ...proven.claim, ...change(proven) };
        const feeProofs = claim.lines.map(() => proven.feeProofs[0]!);
        await expect(send(system, { ...proven, claim, feeProofs }))
          .to.be.revertedWithCustomError(system.claims, "InvalidSignature")
          .withArgs(system.clinicKey.address);
        await send(system, proven);
        expect((await stored(system, proven)).claim.status).to.equal(STATUS.Paid);
      });
    }

    it("another contract, or another chain", async () => {
      const system = await loadFixture(deployInsurance);
      const { member, clinicKey, claims } = system;
      const here = await domainOf(claims);
      const proven = await proveClaim(system);
      for (const domain of [
        { ...here, verifyingContract: await system.parametric.getAddress() },
        { ...here, chainId: 1 },
      ]) {
        const receiptSignature = await member.signTypedData(
          domain,
          ENCOUNTER_RECEIPT_TYPES,
          receiptMessage(proven.claim.receipt),
        );
        await expect(send(system, { ...proven, receiptSignature }))
          .to.be.revertedWithCustomError(claims, "InvalidSignature")
          .withArgs(member.address);
        const message = submissionMessage(proven.claim);
        const claimSignature = await clinicKey.signTypedData(domain, CLAIM_SUBMISSION_TYPES, message);
        await expect(send(system, { ...proven, claimSignature }))
          .to.be.revertedWithCustomError(claims, "InvalidSignature")
          .withArgs(clinicKey.address);
      }
    });
  });

  it("attack: a plan changed after the policy was bought: other terms are another plan", async () => {
    const system = await loadFixture(deployInsurance);
    const proven = await proveClaim(system);
    const { planId: bought } = await system.policies.policyOf(1);
    expect(bought).to.equal(planId(system.terms));
    for (const change of [{ deductible: 0n }, { automaticPaymentCeiling: 0n }, { appealDays: 181 }]) {
      const terms = { ...system.terms, ...change };
      await system.plans.connect(system.insurerKey).publish(terms as never);
      await expect(send(system, proven, terms))
        .to.be.revertedWithCustomError(system.claims, "NotThePlan")
        .withArgs(1n, bought);
    }
  });

  it("attack: interest of centuries overflows nothing: paid while the vault has it, then refused", async () => {
    const system = await loadFixture(deployInsurance);
    await submit(system, { lines: [[LONG_VISIT, 180]] });
    const { proven } = await submit(system, { lines: [[LONG_VISIT, 180]] });
    const approve = () =>
      system.claims.connect(system.stranger).approve(keyOf(system, proven, 1), system.terms as never);
    const snapshot = await takeSnapshot();
    await time.increase(200 * CENTURY);
    // 160 at 12 % for 20,000 years is more than the 100,000 that there are.
    await expect(approve()).to.be.revertedWithCustomError(system.vault, "InsufficientReserves");
    await snapshot.restore();

    await time.increase(CENTURY);
    const paidBefore = await balanceOf(system, system.clinic);
    await approve();
    // Received, 30 days free, and each day begun since.
    const late = BigInt(CENTURY / 86_400 - 30) + 1n;
    const interest = (160n * UNIT * 1_200n * late + 3_649_999n) / 3_650_000n;
    expect((await balanceOf(system, system.clinic)) - paidBefore).to.equal(160n * UNIT + interest);
  });

  it("attack: a claim cut into lines is not paid more than its rules allow", async () => {
    const system = await loadFixture(deployInsurance);
    // A copay of 20 is of each line: 46 of 92 twice is 26 twice.
    const { proven } = await submit(system, {
      lines: [
        [VISIT, 46],
        [VISIT, 46],
      ],
    });
    expect((await stored(system, proven)).claim.amount).to.equal(52n * UNIT);
  });
});
