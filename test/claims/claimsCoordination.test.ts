/** One encounter and several payers: together they pay no more than is allowed, in whatever order they decide. */
import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { type Contract, hexlify, id, randomBytes, ZeroHash } from "ethers";

import { benefitYearOf } from "../support/benefitYear";
import {
  GROUP,
  IMAGING,
  LONG_VISIT,
  SCAN,
  STATUS,
  UNIT,
  balanceOf,
  deployInsurance,
  keyOf,
  proveClaim,
  secondPayer,
  signAppeal,
  stored,
  submit,
} from "../support/claimsParties";
import { claimId } from "../../src/claims/typedData.js";

const NOTICE = id("notice");
const OFFICE_VISIT_PAID = 72n * UNIT;

describe("ClaimsProcessor: coordination of benefits", () => {
  it("pays at a second payer what the first left of what is allowed, and no more", async () => {
    const system = await loadFixture(deployInsurance);
    const { second, terms } = await secondPayer(system);
    const { proven } = await submit(system);
    const primaryClaim = claimId(keyOf(system, proven));
    const claim = { policyId: second, receiptPolicyId: 1, primaryClaim };
    const secondary = await proveClaim(system, { terms, claim, receipt: proven.claim.receipt });
    await system.claims.connect(system.clinicKey).submit(secondary as never, secondary.terms as never);
    // 92 are allowed, 72 paid by the first; alone the second would pay 72 too.
    expect((await stored(system, secondary, 1)).claim.amount).to.equal(20n * UNIT);
    expect(await balanceOf(system, system.clinic)).to.equal(92n * UNIT);
    await expect(system.claims.connect(system.clinicKey).submit(secondary as never, secondary.terms as never))
      .to.be.revertedWithCustomError(system.claims, "AlreadyClaimed")
      .withArgs(claimId(keyOf(system, proven, 1)));
  });

  it("pays for what replaces a voided claim what the other payer left, whose claim stands", async () => {
    const system = await loadFixture(deployInsurance);
    const { claims, clinic, clinicKey, currency } = system;
    const { second, terms } = await secondPayer(system);
    const { proven } = await submit(system);
    const { receipt } = proven.claim;
    const primaryClaim = claimId(keyOf(system, proven));
    const claim = { policyId: second, receiptPolicyId: 1, primaryClaim };
    const secondary = await proveClaim(system, { terms, claim, receipt });
    await claims.connect(clinicKey).submit(secondary as never, secondary.terms as never);
    await (currency.connect(clinic) as Contract).getFunction("approve")(claims, 72n * UNIT);
    await claims.connect(clinic).void(keyOf(system, proven), system.terms as never);
    expect(await balanceOf(system, clinic)).to.equal(20n * UNIT);
    // Corrected to a longer visit of 180: less the copay of 20, and what the second paid, 160 are due; of the copay nothing is left.
    await time.increase(1);
    const corrected = await proveClaim(system, { receipt, lines: [[LONG_VISIT, 180]] });
    await claims.connect(clinicKey).submit(corrected as never, corrected.terms as never);
    const { claim: replaced } = await stored(system, corrected);
    expect([replaced.amount, replaced.memberShare]).to.deep.equal([160n * UNIT, 0n]);
    expect(await balanceOf(system, clinic)).to.equal(180n * UNIT);
  });

  it("attack: three payers pay together no more than is allowed", async () => {
    const system = await loadFixture(deployInsurance);
    const payers = [await secondPayer(system), await secondPayer(system, system.otherClinic, system.investor)];
    const { proven } = await submit(system);
    const primaryClaim = claimId(keyOf(system, proven));
    const { receipt } = proven.claim;
    const paid = [72n * UNIT, 20n * UNIT, 0n];
    for (const [i, { second, terms }] of payers.entries()) {
      const claim = { policyId: second, receiptPolicyId: 1, primaryClaim };
      const next = await proveClaim(system, { terms, claim, receipt });
      await system.claims.connect(system.clinicKey).submit(next as never, next.terms as never);
      expect((await stored(system, next, i + 1)).claim.amount).to.equal(paid[i + 1]);
    }
    expect(await balanceOf(system, system.clinic)).to.equal(92n * UNIT);
  });

  it("attack: a voided claim is sent again after another payer's claim came in", async () => {
    const system = await loadFixture(deployInsurance);
    const { claims, currency, clinic, clinicKey, stranger } = system;
    const [second, third] = [await secondPayer(system), await secondPayer(system, system.otherClinic, system.investor)];
    const { proven } = await submit(system);
    const primaryClaim = claimId(keyOf(system, proven));
    const { receipt } = proven.claim;
    const proveFor = ({ second: policyId, terms }: typeof second) =>
      proveClaim(system, { terms, claim: { policyId, receiptPolicyId: 1, primaryClaim }, receipt });
    const voided = await proveFor(second);
    await claims.connect(clinicKey).submit(voided as never, voided.terms as never);
    await (currency.connect(clinic) as Contract).getFunction("approve")(claims, 20n * UNIT);
    await claims.connect(clinic).void(keyOf(system, voided, 1), second.terms as never);
    // It does not take the place of the other policy, which tells until when that one's signatures are done with.
    const next = await proveFor(third);
    await claims.connect(clinicKey).submit(next as never, next.terms as never);
    expect((await stored(system, next, 2)).claim.amount).to.equal(20n * UNIT);
    await expect(claims.connect(stranger).submit(voided as never, voided.terms as never))
      .to.be.revertedWithCustomError(claims, "AlreadyClaimed")
      .withArgs(claimId(keyOf(system, voided, 1)));
  });

  it("counts nothing of a payer that denied the claim", async () => {
    const system = await loadFixture(deployInsurance);
    const payers = [await secondPayer(system), await secondPayer(system, system.otherClinic, system.investor)];
    const { proven } = await submit(system);
    const { receipt } = proven.claim;
    const primaryClaim = claimId(keyOf(system, proven));
    const vault = system.vault.attach(payers[0]!.terms.vault) as typeof system.vault;
    await vault.connect(system.otherReviewer).pauseAutomaticPayments();
    const [second, third] = await Promise.all(
      payers.map(({ second: policyId, terms }) =>
        proveClaim(system, { terms, receipt, claim: { policyId, receiptPolicyId: 1, primaryClaim } }),
      ),
    );
    await system.claims.connect(system.clinicKey).submit(second as never, second!.terms as never);
    const { key } = await stored(system, second!, 1);
    await system.claims.connect(system.otherReviewer).deny(key, payers[0]!.terms as never, 3, 22, id("notice"));
    await system.claims.connect(system.clinicKey).submit(third as never, third!.terms as never);
    expect((await stored(system, third!, 2)).claim.amount).to.equal(20n * UNIT);
  });

  it("takes a claim that was not paid for no primary", async () => {
    const system = await loadFixture(deployInsurance);
    const { second, terms } = await secondPayer(system);
    const { proven } = await submit(system, { lines: Array.from({ length: 4 }, () => [LONG_VISIT, 180] as const) });
    const primaryClaim = claimId(keyOf(system, proven));
    const claim = { policyId: second, receiptPolicyId: 1, primaryClaim };
    const secondary = await proveClaim(system, { terms, claim, receipt: proven.claim.receipt });
    await expect(system.claims.connect(system.clinicKey).submit(secondary as never, secondary.terms as never))
      .to.be.revertedWithCustomError(system.claims, "NotThePrimary")
      .withArgs(primaryClaim);
  });

  it("takes no claim as primary that is none, or of the same policy", async () => {
    const system = await loadFixture(deployInsurance);
    const unknown = hexlify(randomBytes(32));
    const proven = await proveClaim(system, { claim: { primaryClaim: unknown } });
    await expect(system.claims.connect(system.clinicKey).submit(proven as never, proven.terms as never))
      .to.be.revertedWithCustomError(system.claims, "NotThePrimary")
      .withArgs(unknown);
    const { proven: first } = await submit(system);
    const primaryClaim = claimId(keyOf(system, first));
    const again = await proveClaim(system, { receipt: first.claim.receipt, claim: { primaryClaim } });
    await expect(system.claims.connect(system.clinicKey).submit(again as never, again.terms as never))
      .to.be.revertedWithCustomError(system.claims, "AlreadyClaimed")
      .withArgs(primaryClaim);
  });

  describe("the order of coverage, as the enrolment authority declared it", () => {
    /** A visit, with both policies of the member, of which the second is declared to pay second. */
    async function deployOrdered() {
      const system = await loadFixture(deployInsurance);
      const other = await secondPayer(system);
      const year = benefitYearOf(system.today);
      const declare = (policyId: bigint, order: number) =>
        system.policies.connect(system.enrolment).declareOrder(policyId, year, order);
      await declare(1n, 1);
      await declare(other.second, 2);
      const first = await proveClaim(system);
      const { receipt } = first.claim;
      const primaryClaim = claimId(keyOf(system, first));
      const proveSecond = (primary: string) => {
        const claim = { policyId: other.second, receiptPolicyId: 1, primaryClaim: primary };
        return proveClaim(system, { terms: other.terms, receipt, claim });
      };
      const send = (proven: Awaited<ReturnType<typeof proveClaim>>) =>
        system.claims.connect(system.clinicKey).submit(proven as never, proven.terms as never);
      return { ...system, other, declare, first, receipt, primaryClaim, proveSecond, send };
    }

    it("attack: a provider claims from the payer that pays more, as if it were the first", async () => {
      const system = await loadFixture(deployOrdered);
      await expect(system.send(await system.proveSecond(ZeroHash)))
        .to.be.revertedWithCustomError(system.claims, "OutOfOrder")
        .withArgs(system.other.second, 2n, ZeroHash);
      expect(await balanceOf(system, system.clinic)).to.equal(0n);
      await system.send(system.first);
      await system.send(await system.proveSecond(system.primaryClaim));
      expect(await balanceOf(system, system.clinic)).to.equal(92n * UNIT);
    });

    it("attack: the claim at the first payer names another as its primary", async () => {
      const system = await loadFixture(deployOrdered);
      const primaryClaim = id("a claim");
      const named = await proveClaim(system, { receipt: system.receipt, claim: { primaryClaim } });
      await expect(system.send(named))
        .to.be.revertedWithCustomError(system.claims, "OutOfOrder")
        .withArgs(1n, 1n, primaryClaim);
    });

    it("is that of when the claim comes in", async () => {
      const system = await loadFixture(deployOrdered);
      await system.declare(1n, 2);
      await expect(system.send(system.first))
        .to.be.revertedWithCustomError(system.claims, "OutOfOrder")
        .withArgs(1n, 2n, ZeroHash);
      // Not known any more: who submits it says it.
      await system.declare(1n, 0);
      await system.send(system.first);
      expect(await balanceOf(system, system.clinic)).to.equal(OFFICE_VISIT_PAID);
    });

    it("does not keep the first payer's claim from being replaced while the second's stands", async () => {
      const system = await loadFixture(deployOrdered);
      const { claims, clinic, currency } = system;
      await system.send(system.first);
      await system.send(await system.proveSecond(system.primaryClaim));
      await (currency.connect(clinic) as Contract).getFunction("approve")(claims, OFFICE_VISIT_PAID);
      await claims.connect(clinic).void(keyOf(system, system.first), system.terms as never);
      await time.increase(1);
      await system.send(await proveClaim(system, { receipt: system.receipt }));
      expect(await balanceOf(system, clinic)).to.equal(92n * UNIT);
    });
  });

  /** A visit of 92 of which the first payer denied its 72, and what makes claims of it at the second. */
  async function deployPrimaryDenied() {
    const system = await loadFixture(deployInsurance);
    const other = await secondPayer(system);
    await system.vault.connect(system.insurer).pauseAutomaticPayments();
    const { proven } = await submit(system);
    const key = keyOf(system, proven);
    await system.claims.connect(system.insurerKey).deny(key, system.terms as never, GROUP.PI, 50, NOTICE);
    const { receipt } = proven.claim;
    const primaryClaim = claimId(key);
    /** Submits the claim at the second payer, at the ordinal after the first's. */
    const submitSecond = async () => {
      const claim = { policyId: other.second, receiptPolicyId: 1, primaryClaim };
      const next = await proveClaim(system, { terms: other.terms, receipt, claim });
      await system.claims.connect(system.clinicKey).submit(next as never, next.terms as never);
      return stored(system, next, 1);
    };
    const appeal = async (id = primaryClaim, of = key) => {
      const { value, signature } = await signAppeal(system, system.clinic, id, (await time.latest()) + 86_400);
      await system.claims.connect(system.stranger).appeal(of, value, signature);
    };
    const overturn = () => system.claims.connect(system.reviewer).review(key, system.terms as never, true, NOTICE);
    const approve = () => system.claims.connect(system.insurerKey).approve(key, system.terms as never);
    return { ...system, other, key, receipt, primaryClaim, submitSecond, appeal, overturn, approve };
  }

  it("leaves the member what all payers leave, and none of it where they pay all", async () => {
    const system = await loadFixture(deployInsurance);
    const { second, terms } = await secondPayer(system);
    const { proven } = await submit(system);
    const claim = { policyId: second, receiptPolicyId: 1, primaryClaim: claimId(keyOf(system, proven)) };
    const next = await proveClaim(system, { terms, claim, receipt: proven.claim.receipt });
    await system.claims.connect(system.clinicKey).submit(next as never, next.terms as never);
    // Of 92 the first paid 72, this one 20: of its copay of 20 nothing is left.
    expect((await stored(system, next, 1)).claim.memberShare).to.equal(0n);
    const used = await system.claims.accumulatorsOf(second, benefitYearOf(next.claim.receipt.serviceDay), 0);
    expect([...used]).to.deep.equal([0n, 0n, 20n * UNIT]);
  });

  it("bears as the first payer what the one before it denied", async () => {
    const system = await loadFixture(deployPrimaryDenied);
    const { claim } = await system.submitSecond();
    expect([claim.amount, claim.status]).to.deep.equal([OFFICE_VISIT_PAID, STATUS.Paid]);
    expect(await balanceOf(system, system.clinic)).to.equal(OFFICE_VISIT_PAID);
  });

  it("bears it also while the denial is appealed, and then the first pays what is left", async () => {
    const system = await loadFixture(deployPrimaryDenied);
    await system.appeal();
    expect((await system.submitSecond()).claim.amount).to.equal(OFFICE_VISIT_PAID);
    await system.overturn();
    expect(await balanceOf(system, system.clinic)).to.equal(92n * UNIT);
  });

  for (const how of ["approve", "overturn"] as const) {
    it(`attack: interest runs while a payer may not pay; after another paid it pays the rest at once (${how})`, async () => {
      const system = await loadFixture(deployPrimaryDenied);
      const { claims, clinic, primaryClaim } = system;
      await system.submitSecond();
      if (how === "overturn") await system.appeal();
      await expect(system[how]())
        .to.emit(claims, "ClaimPaid")
        .withArgs(primaryClaim, clinic.address, 20n * UNIT, 0n, 0n, 0n);
      expect(await balanceOf(system, clinic)).to.equal(92n * UNIT);
      // Nobody owes the copay of 20 any more.
      const { key } = system;
      const used = await claims.accumulatorsOf(1, benefitYearOf(key.serviceDay), 0);
      expect([...used]).to.deep.equal([0n, 0n, 20n * UNIT]);
    });
  }

  it("lets a primary claim that was denied, paid and voided be replaced while another's denial is appealed", async () => {
    const system = await loadFixture(deployPrimaryDenied);
    const { claims, clinic, clinicKey, currency, other, otherReviewer: otherPayer, key } = system;
    const vault = system.vault.attach(other.terms.vault) as typeof system.vault;
    await vault.connect(otherPayer).pauseAutomaticPayments();
    const { key: secondKey, id: secondClaim } = await system.submitSecond();
    await claims.connect(otherPayer).deny(secondKey, other.terms as never, GROUP.PI, 50, NOTICE);
    await system.appeal(secondClaim, secondKey);
    await system.approve();
    await (currency.connect(clinic) as Contract).getFunction("approve")(claims, OFFICE_VISIT_PAID);
    await claims.connect(clinic).void(key, system.terms as never);
    await time.increase(8 * 86_400);
    const again = await proveClaim(system, { receipt: system.receipt });
    await claims.connect(clinicKey).submit(again as never, again.terms as never);
    const { claim } = await stored(system, again);
    expect([claim.amount, claim.status]).to.deep.equal([OFFICE_VISIT_PAID, STATUS.Paid]);
  });

  it("attack: two appeals at once neither lock nor cut each other", async () => {
    const system = await loadFixture(deployPrimaryDenied);
    const { claims, clinic, other, otherReviewer: otherPayer, key, reviewer } = system;
    const vault = system.vault.attach(other.terms.vault) as typeof system.vault;
    await vault.connect(otherPayer).pauseAutomaticPayments();
    const { key: secondKey, id: secondClaim } = await system.submitSecond();
    await claims.connect(otherPayer).deny(secondKey, other.terms as never, GROUP.PI, 50, NOTICE);
    await system.appeal();
    await system.appeal(secondClaim, secondKey);
    await claims.connect(reviewer).review(secondKey, other.terms as never, true, NOTICE);
    // As the first has paid nothing so far, the second pays all of its part.
    expect(await balanceOf(system, clinic)).to.equal(OFFICE_VISIT_PAID);
    await claims.connect(reviewer).review(key, system.terms as never, true, NOTICE);
    expect(await balanceOf(system, clinic)).to.equal(92n * UNIT);
  });

  it("attack: two payers deny, and both denials are overturned", async () => {
    const system = await loadFixture(deployPrimaryDenied);
    const { claims, clinic, other, otherReviewer: otherPayer } = system;
    const vault = system.vault.attach(other.terms.vault) as typeof system.vault;
    await vault.connect(otherPayer).pauseAutomaticPayments();
    const { key: secondKey, id: secondClaim, claim } = await system.submitSecond();
    expect(claim.amount).to.equal(OFFICE_VISIT_PAID);
    await claims.connect(otherPayer).deny(secondKey, other.terms as never, GROUP.PI, 50, NOTICE);

    await system.approve();
    await expect(claims.connect(otherPayer).approve(secondKey, other.terms as never))
      .to.emit(claims, "ClaimPaid")
      .withArgs(secondClaim, clinic.address, 20n * UNIT, 0n, 0n, 0n);
    expect(await balanceOf(system, clinic)).to.equal(92n * UNIT);
    const used = await claims.accumulatorsOf(other.second, benefitYearOf(secondKey.serviceDay), 0);
    expect([...used]).to.deep.equal([0n, 0n, 20n * UNIT]);
  });

  it("attack: a share that nobody owes meets a deductible, by way of two denials", async () => {
    const system = await loadFixture(deployInsurance);
    const { claims, clinic, clinicKey, insurer, insurerKey, otherReviewer: otherPayer } = system;
    const other = await secondPayer(system);
    await system.vault.connect(insurer).pauseAutomaticPayments();
    await (system.vault.attach(other.terms.vault) as typeof system.vault).connect(otherPayer).pauseAutomaticPayments();
    const scan = { lines: [[SCAN, 1_200]] as const, receipt: { family: IMAGING } };
    const { proven } = await submit(system, scan);
    const key = keyOf(system, proven);
    await claims.connect(insurerKey).deny(key, system.terms as never, GROUP.PI, 50, NOTICE);
    const claim = { policyId: other.second, receiptPolicyId: 1, primaryClaim: claimId(key) };
    const next = await proveClaim(system, { ...scan, terms: other.terms, receipt: proven.claim.receipt, claim });
    await claims.connect(clinicKey).submit(next as never, next.terms as never);
    const secondKey = keyOf(system, proven, 1);
    await claims.connect(otherPayer).deny(secondKey, other.terms as never, GROUP.PI, 50, NOTICE);
    await claims.connect(insurerKey).approve(key, system.terms as never);
    await claims.connect(otherPayer).approve(secondKey, other.terms as never);
    // Each alone would pay 880 of 1,200 after the deductible of 100 and a fifth: the second pays the 320 that the first left.
    expect(await balanceOf(system, clinic)).to.equal(1_200n * UNIT);
    const used = await claims.accumulatorsOf(other.second, benefitYearOf(key.serviceDay), IMAGING);
    expect([...used]).to.deep.equal([0n, 0n, 320n * UNIT]);
  });
});
