/** A claim on its way in: what is paid at once, what waits, what the plan's terms deny, and what is refused and leaves nothing. */
import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { concat, dataSlice, id, ZeroHash } from "ethers";

import { benefitYearOf } from "../support/benefitYear";
import { accreditorFor, type Account } from "../support/careproof";
import {
  DENTAL,
  FILLING,
  IMAGING,
  LONG_VISIT,
  NOT_COVERED,
  OFFICE_VISIT,
  PEND,
  SCAN,
  STATUS,
  UNIT,
  VISIT,
  balanceOf,
  dayNow,
  deployInsurance,
  insure,
  keyOf,
  planTerms,
  proveClaim,
  secondPayer,
  stored,
  submit,
  tagFor,
  type ClaimChanges,
  type Insurance,
  feesTogether,
} from "../support/claimsParties";
import { claimId, receiptHash } from "../../src/claims/typedData.js";
import { CATEGORIES, PURPOSES } from "../../src/consent/codes.js";
import { DENIALS } from "../../src/consent/statuses.js";
import { ROLES } from "../../src/participants/roles.js";
import { FeeSchedule } from "../../src/claims/feeSchedule.js";
import { packBenefit, planId } from "../../src/claims/planTerms.js";

const HPAYMT = 1n << BigInt(PURPOSES.HPAYMT);
const GROUPS = { CO: 1n, PR: 2n };
/** Two million more than is used have to be there, which an estimate of Hardhat does not find. */
const GAS = { gasLimit: 10_000_000 };

/** Expects that the claim is pended for `reason`, its amount reserved with a year's interest, and nothing paid. */
async function expectPended(system: Insurance, changes: ClaimChanges, reason: bigint, amount: bigint, ordinal = 0) {
  const before = await balanceOf(system, system.clinic);
  const reservedBefore = await system.vault.reserved();
  const { proven, tx } = await submit(system, changes);
  const { id: stands, claim, open } = await stored(system, proven, ordinal);
  const deadline = BigInt(await time.latest()) + 30n * 86_400n;
  await expect(tx).to.emit(system.claims, "ClaimPended").withArgs(stands, reason, deadline);
  expect(claim.status).to.equal(STATUS.Pended);
  expect(claim.amount).to.equal(amount);
  expect([open.reason, open.deadline, open.reserved, open.level]).to.deep.equal([reason, deadline, true, 0n]);
  // 12 % of interest a year.
  expect((await system.vault.reserved()) - reservedBefore).to.equal(amount + (amount * 12n) / 100n);
  expect(await balanceOf(system, system.clinic)).to.equal(before);
  return { proven, stands };
}

/** Expects that the claim is denied with `group` and `code`, and can be appealed for 180 days. */
async function expectDenied(system: Insurance, changes: ClaimChanges, group: bigint, code: bigint) {
  const { proven, tx } = await submit(system, changes);
  const { id: stands, claim } = await stored(system, proven);
  const appealBy = BigInt(await time.latest()) + 180n * 86_400n;
  await expect(tx).to.emit(system.claims, "ClaimDenied").withArgs(stands, group, code, ZeroHash, appealBy);
  expect(claim.status).to.equal(STATUS.Denied);
  expect(await system.claims.accumulatorsOf(1, benefitYearOf(system.today), OFFICE_VISIT)).to.deep.equal([0n, 0n, 0n]);
  expect(await balanceOf(system, system.clinic)).to.equal(0n);
  expect(await system.vault.reserved()).to.equal(0n);
}

describe("ClaimsProcessor: submit", () => {
  it("pays the provider what the plan owes, and says what becomes of the charge", async () => {
    const system = await loadFixture(deployInsurance);
    // Billed 120, fee 92, copay 20: 28 contractual, 72 paid.
    const { proven, tx } = await submit(system);
    const { id: stands, claim } = await stored(system, proven);
    await expect(tx)
      .to.emit(system.claims, "ClaimAdjudicated")
      .withArgs(stands, 1n, system.clinic.address, STATUS.Paid, [
        120n * UNIT,
        92n * UNIT,
        28n * UNIT,
        0n,
        0n,
        20n * UNIT,
        0n,
        0n,
        72n * UNIT,
      ]);
    expect(await balanceOf(system, system.clinic)).to.equal(72n * UNIT);
    expect(claim).to.deep.equal([
      72n * UNIT,
      0n,
      20n * UNIT,
      1n,
      STATUS.Paid,
      BigInt(receiptHash(proven.claim.receipt)) >> 160n,
    ]);
    const year = new Date((proven.claim.receipt.serviceDay as number) * 86_400_000).getUTCFullYear();
    expect(await system.claims.accumulatorsOf(1, year, OFFICE_VISIT)).to.deep.equal([0n, 20n * UNIT, 72n * UNIT]);
  });

  it("answers with the claim's id and status", async () => {
    const system = await loadFixture(deployInsurance);
    const proven = await proveClaim(system);
    expect(
      await system.claims.connect(system.stranger).submit.staticCall(proven as never, proven.terms as never),
    ).to.deep.equal([claimId(keyOf(system, proven)), STATUS.Paid]);
  });

  it("adds up lines, and carries deductible and use from one claim to the next", async () => {
    const system = await loadFixture(deployInsurance);
    const { proven } = await submit(system, {
      lines: [
        [VISIT, 92],
        [LONG_VISIT, 200],
      ],
    });
    expect((await stored(system, proven)).claim.amount).to.equal((92n + 180n - 40n) * UNIT);
    // Deductible 100 of 1,200, then 20 % of 1,100: the out-of-pocket maximum of 1,000 is far.
    const imaging = { receipt: { family: IMAGING }, lines: [[SCAN, 1_300]] as const };
    const { stands } = await expectPended(system, imaging, PEND.AboveCeiling, 880n * UNIT);
    const [claim] = await system.claims.claimOf(stands);
    expect([claim.deductible, claim.memberShare]).to.deep.equal([100n * UNIT, 320n * UNIT]);
    const year = benefitYearOf(system.today);
    expect(await system.claims.accumulatorsOf(1, year, IMAGING)).to.deep.equal([100n * UNIT, 360n * UNIT, 880n * UNIT]);
  });

  it("takes all fees in one multiproof", async () => {
    const system = await loadFixture(deployInsurance);
    const proven = await proveClaim(system, {
      lines: [
        [VISIT, 92],
        [LONG_VISIT, 180],
      ],
    });
    const multi = { ...proven, ...feesTogether(system, [VISIT, LONG_VISIT]) };
    await system.claims.connect(system.clinicKey).submit(multi as never, multi.terms as never);
    expect(await balanceOf(system, system.clinic)).to.equal((92n + 180n - 40n) * UNIT);
  });

  it("pays nothing where the member's share is all, and calls no token", async () => {
    const system = await loadFixture(deployInsurance);
    const { proven, tx } = await submit(system, { lines: [[VISIT, 15]] });
    expect((await stored(system, proven)).claim.status).to.equal(STATUS.Paid);
    await expect(tx).not.to.emit(system.currency, "Transfer");
  });

  it("keeps the use of each family of a plan of sixteen apart", async () => {
    const system = await loadFixture(deployInsurance);
    const plain = {
      copay: 0n,
      maximumPerService: 0n,
      annualLimit: 100n * UNIT,
      coinsuranceBasisPoints: 0,
      waitingDays: 0,
      deductibleApplies: false,
      needsAuthorization: false,
    };
    const fees = await FeeSchedule.build(
      Array.from({ length: 16 }, (_, family) => ({ family, procedure: VISIT, fee: 92n * UNIT })),
    );
    const terms = planTerms(system.insurer.address, system.terms.vault, fees.root, {
      benefits: Array.from({ length: 16 }, () => packBenefit(plain)),
    });
    await system.plans.connect(system.insurerKey).publish(terms as never);
    const subjectTag = tagFor("person of sixteen");
    const policyId = await insure(system, system.stranger, subjectTag, terms);
    for (const family of [0, 1, 2, 5, 15]) {
      await submit({ ...system, fees }, { terms, member: system.stranger, receipt: { family }, claim: { policyId } });
      const year = benefitYearOf(system.today);
      expect((await system.claims.accumulatorsOf(policyId, year, family))[2]).to.equal(92n * UNIT);
    }
    // 92 of 100 are used in each: 8 are left in the last.
    const again = {
      terms,
      member: system.stranger,
      receipt: { family: 15, serviceDay: await dayNow() },
      claim: { policyId },
    };
    await time.increase(86_400);
    await submit({ ...system, fees }, { ...again, receipt: { family: 15 } });
    expect(await balanceOf(system, system.clinic)).to.equal((5n * 92n + 8n) * UNIT);
  });
});

describe("ClaimsProcessor: what waits for a decision", () => {
  it("above the ceiling", async () => {
    const system = await loadFixture(deployInsurance);
    const lines = Array.from({ length: 4 }, () => [LONG_VISIT, 180] as const);
    await expectPended(system, { lines }, PEND.AboveCeiling, 640n * UNIT);
  });

  it("a claim that looks like another, at the next ordinal", async () => {
    const system = await loadFixture(deployInsurance);
    await submit(system);
    await expectPended(system, {}, PEND.LookAlike, 72n * UNIT, 1);
    await expectPended(system, {}, PEND.LookAlike, 72n * UNIT, 2);
  });

  it("with a receipt alone, where consent was revoked after the service", async () => {
    const system = await loadFixture(deployInsurance);
    const proven = await proveClaim(system);
    await time.increase(60);
    await system.consents.connect(system.member).revoke(system.insurer, HPAYMT);
    await system.claims.connect(system.clinicKey).submit(proven as never, proven.terms as never);
    const { open } = await stored(system, proven);
    expect(open.reason).to.equal(PEND.ReceiptOnly);
  });

  it("with a receipt alone, where everything was revoked after the service, and keeps the first reason", async () => {
    const system = await loadFixture(deployInsurance);
    await submit(system);
    const proven = await proveClaim(system);
    await time.increase(60);
    await system.consents.connect(system.member).revokeAll();
    await system.claims.connect(system.clinicKey).submit(proven as never, proven.terms as never);
    expect((await stored(system, proven, 1)).open.reason).to.equal(PEND.LookAlike);
  });

  it("with a receipt alone, where the payer lost its accreditation; once it is late, anyone has it paid", async () => {
    const system = await loadFixture(deployInsurance);
    await system.participants.connect(accreditorFor(system, "PAYER")).suspend(system.insurer, ROLES.PAYER);
    const { proven } = await expectPended(system, {}, PEND.ReceiptOnly, 72n * UNIT);
    const approve = (by: Account) => system.claims.connect(by).approve(keyOf(system, proven), system.terms as never);
    await expect(approve(system.insurer))
      .to.be.revertedWithCustomError(system.claims, "NotThePayer")
      .withArgs(system.insurer.address, system.insurer.address);
    await time.increase(30 * 86_400 + 1);
    await approve(system.stranger);
    expect((await stored(system, proven)).claim.status).to.equal(STATUS.Paid);
  });

  it("in the grace period of the premium", async () => {
    const system = await loadFixture(deployInsurance);
    const today = await dayNow();
    const { policies, insurerKey, enrolment, otherClinic } = system;
    await policies.connect(insurerKey).issue(system.terms as never, system.stranger, today, today + 300, UNIT);
    await policies.connect(enrolment).declareSubjectTag(2, benefitYearOf(today), system.subjectTag, 0);
    await grantPayment(system, system.stranger);
    expect(otherClinic.address).not.to.equal(system.clinic.address);
    await expectPended(system, { member: system.stranger, claim: { policyId: 2 } }, PEND.AwaitingPremium, 72n * UNIT);
  });

  it("while the payer has stopped automatic payments", async () => {
    const system = await loadFixture(deployInsurance);
    await system.vault.connect(system.insurerKey).pauseAutomaticPayments();
    await expectPended(system, {}, PEND.PaymentsPaused, 72n * UNIT);
    await time.increase(7 * 86_400);
    const { proven } = await submit(system);
    expect((await stored(system, proven)).claim.status).to.equal(STATUS.Paid);
  });

  it("where the vault has too little, with nothing reserved", async () => {
    const system = await loadFixture(deployInsurance);
    const { vault, investor } = system;
    await vault.connect(investor).requestWithdraw(await vault.balanceOf(investor));
    await time.increase(30 * 86_400);
    await vault.connect(investor).withdraw(100_000n * UNIT - 71n * UNIT, investor, investor);
    const { proven } = await submit(system);
    const { claim, open } = await stored(system, proven);
    expect([claim.status, open.reason, open.reserved]).to.deep.equal([STATUS.Pended, PEND.ReserveShort, false]);
    expect(await vault.reserved()).to.equal(0n);
  });
});

describe("ClaimsProcessor: what the plan's terms deny", () => {
  const cases: [string, ClaimChanges | ((system: Insurance) => Promise<ClaimChanges>), bigint, bigint][] = [
    ["a family that the plan does not have", { receipt: { family: NOT_COVERED } }, GROUPS.PR, 204n],
    ["in the waiting period", { receipt: { family: DENTAL }, lines: [[FILLING, 150]] }, GROUPS.PR, 179n],
    [
      "filed too late",
      async () => {
        const changes = { receipt: { serviceDay: await dayNow(), receiptAt: await time.latest() } };
        await time.increase(91 * 86_400);
        return { ...changes, claim: { deadline: (await time.latest()) + 1_000 } };
      },
      GROUPS.CO,
      29n,
    ],
    [
      "without the authorisation that it needs",
      async () => {
        await time.increase(90 * 86_400);
        return { receipt: { family: DENTAL }, lines: [[FILLING, 150]] };
      },
      GROUPS.CO,
      197n,
    ],
    [
      "before the first day of cover",
      async (system) => ({ receipt: { serviceDay: system.today - 1, receiptAt: await time.latest() } }),
      GROUPS.PR,
      26n,
    ],
    [
      "after the last day of cover",
      async (system) => {
        await system.policies.connect(system.member).cancel(1, system.terms as never, system.today);
        await time.increase(86_400);
        return {};
      },
      GROUPS.PR,
      27n,
    ],
  ];
  for (const [name, changes, group, code] of cases) {
    it(`${name}: ${code}`, async () => {
      const system = await loadFixture(deployInsurance);
      await expectDenied(system, typeof changes === "function" ? await changes(system) : changes, group, code);
    });
  }

  it("a policy that lapsed: 27", async () => {
    const system = await loadFixture(deployInsurance);
    const today = await dayNow();
    await system.policies
      .connect(system.insurerKey)
      .issue(system.terms as never, system.stranger, today, today + 300, UNIT);
    for (const year of [0, 1]) {
      await system.policies
        .connect(system.enrolment)
        .declareSubjectTag(2, benefitYearOf(system.today) + year, system.subjectTag, 0);
    }
    await grantPayment(system, system.stranger);
    await time.increase(33 * 86_400);
    await expectDenied(system, { member: system.stranger, claim: { policyId: 2 } }, GROUPS.PR, 27n);
  });

  it("pays what was authorised, up to the annual limit", async () => {
    const system = await loadFixture(deployInsurance);
    const { policies, insurerKey, clinic } = system;
    await time.increase(90 * 86_400);
    await policies.connect(insurerKey).authorize(1, system.terms as never, clinic, DENTAL, await dayNow());
    const lines = [
      [FILLING, 150],
      [FILLING, 150],
      [FILLING, 150],
    ] as const;
    const { proven } = await submit(system, { receipt: { family: DENTAL }, lines });
    expect((await stored(system, proven)).claim).to.deep.include.members([300n * UNIT, STATUS.Paid]);
    expect(await balanceOf(system, clinic)).to.equal(300n * UNIT);
  });
});

/** Consents, for `member`, to payment by the insurer. */
async function grantPayment({ consents, insurer }: Insurance, member: Parameters<typeof consents.connect>[0]) {
  const expiresAt = (await time.latest()) + 500 * 86_400;
  await consents
    .connect(member)
    .grant(insurer, HPAYMT, { categories: 1n << 17n, notBefore: 0, expiresAt, flags: 0 }, id("evidence"));
}

describe("ClaimsProcessor: what is refused and leaves nothing", () => {
  const refused: [
    string,
    (system: Insurance) => Promise<{ proven: unknown; by?: "stranger" }>,
    string,
    (system: Insurance) => unknown[],
  ][] = [
    [
      "terms of another plan",
      async (system) => {
        const proven = await proveClaim(system);
        return { proven: { ...proven, terms: { ...proven.terms, deductible: 0n } } };
      },
      "NotThePlan",
      (system) => [1n, undefined, system],
    ],
    [
      "no line",
      async (system) => ({ proven: await proveClaim(system, { lines: [] }) }),
      "WrongNumberOfLines",
      () => [0n],
    ],
    [
      "51 lines",
      async (system) => ({
        proven: await proveClaim(system, { lines: Array.from({ length: 51 }, () => [VISIT, 1] as const) }),
      }),
      "WrongNumberOfLines",
      () => [51n],
    ],
    [
      "a line without units",
      async (system) => {
        const { lines } = (await proveClaim(system)).claim;
        return { proven: await proveClaim(system, { claim: { lines: [{ ...lines[0]!, units: 0 }] } }) };
      },
      "NoUnits",
      () => [0n],
    ],
    [
      "a fee that is not in the schedule",
      async (system) => {
        const { lines } = (await proveClaim(system)).claim;
        return { proven: await proveClaim(system, { claim: { lines: [{ ...lines[0]!, fee: 93n * UNIT }] } }) };
      },
      "FeeNotInSchedule",
      () => [0n],
    ],
    [
      "fewer proofs than lines",
      async (system) => ({ proven: { ...(await proveClaim(system)), feeProofs: [] } }),
      "FeeNotInSchedule",
      () => [0n],
    ],
    [
      "a multiproof of another fee",
      async (system) => {
        const proven = await proveClaim(system, {
          lines: [
            [VISIT, 92],
            [LONG_VISIT, 180],
          ],
        });
        const { feeProofs, feeProofFlags } = feesTogether(system, [VISIT, LONG_VISIT]);
        return { proven: { ...proven, feeProofs: feeProofs.map((nodes) => nodes.map(() => ZeroHash)), feeProofFlags } };
      },
      "FeeNotInSchedule",
      () => [0n],
    ],
    [
      "the receipt of another",
      async (system) => ({ proven: await proveClaim(system, { member: system.stranger }) }),
      "NotTheMember",
      (system) => [1n, system.stranger.address],
    ],
    [
      "a receipt of tomorrow",
      async (system) => ({
        proven: await proveClaim(system, { receipt: { receiptAt: 4_000_000_000 } }),
      }),
      "WrongReceiptTime",
      () => [4_000_000_000n],
    ],
    [
      "a receipt from before the service",
      async (system) => ({
        proven: await proveClaim(system, {
          receipt: { serviceDay: system.today + 1, receiptAt: system.today * 86_400 },
        }),
      }),
      "WrongReceiptTime",
      (system) => [BigInt(system.today) * 86_400n],
    ],
    [
      "a receipt signed by somebody who does not represent the member",
      async (system) => ({ proven: await proveClaim(system, { receiptSigner: system.stranger }) }),
      "NotRepresentative",
      (system) => [system.member.address, system.stranger.address],
    ],
    [
      "a claim signed by another provider",
      async (system) => ({ proven: await proveClaim(system, { providerKey: system.otherClinic }) }),
      "NotTheProvider",
      (system) => [system.clinic.address, system.otherClinic.address],
    ],
    [
      "a claim for another submitter",
      async (system) => ({
        proven: await proveClaim(system, { claim: { submitter: system.clinicKey.address } }),
        by: "stranger",
      }),
      "NotTheSubmitter",
      (system) => [system.clinicKey.address, system.stranger.address],
    ],
    [
      "a claim after its deadline",
      async (system) => ({ proven: await proveClaim(system, { claim: { deadline: 1_000 } }) }),
      "DeadlinePassed",
      () => [1_000n],
    ],
    [
      "a receipt whose signature is another's",
      async (system) => {
        const proven = await proveClaim(system);
        return { proven: { ...proven, receiptSignature: proven.claimSignature } };
      },
      "InvalidSignature",
      (system) => [system.member.address],
    ],
    [
      "a claim whose signature is another's",
      async (system) => {
        const proven = await proveClaim(system);
        return { proven: { ...proven, claimSignature: proven.receiptSignature } };
      },
      "InvalidSignature",
      (system) => [system.clinicKey.address],
    ],
  ];
  for (const [name, prepare, error, args] of refused) {
    it(`${name}: ${error}`, async () => {
      const system = await loadFixture(deployInsurance);
      const { proven, by = "clinicKey" } = await prepare(system);
      const { terms } = proven as { terms: unknown };
      const { planId } = await system.policies.policyOf(1);
      const submission = system.claims.connect(system[by]).submit(proven as never, terms as never);
      const expected = args(system);
      if (error === "NotThePlan") {
        await expect(submission).to.be.revertedWithCustomError(system.claims, error).withArgs(1n, planId);
      } else {
        await expect(submission)
          .to.be.revertedWithCustomError(system.claims, error)
          .withArgs(...expected);
      }
      expect(await system.vault.reserved()).to.equal(0n);
    });
  }

  it("a year for which the policy has no subject tag", async () => {
    const system = await loadFixture(deployInsurance);
    const today = await dayNow();
    await system.policies.connect(system.insurerKey).issue(system.terms as never, system.stranger, today, today, 0);
    const proven = await proveClaim(system, { member: system.stranger, claim: { policyId: 2 } });
    await expect(system.claims.connect(system.clinicKey).submit(proven as never, proven.terms as never))
      .to.be.revertedWithCustomError(system.claims, "NoSubjectTag")
      .withArgs(2n, proven.claim.receipt.serviceDay);
  });

  it("a provider whose accreditation is suspended", async () => {
    const system = await loadFixture(deployInsurance);
    const proven = await proveClaim(system);
    await system.participants.connect(accreditorFor(system, "PROVIDER")).suspend(system.clinic, ROLES.PROVIDER);
    await expect(system.claims.connect(system.clinicKey).submit(proven as never, proven.terms as never))
      .to.be.revertedWithCustomError(system.claims, "NotTheProvider")
      .withArgs(system.clinic.address, system.clinicKey.address);
  });

  it("without consent to payment, or with one revoked before the receipt", async () => {
    const system = await loadFixture(deployInsurance);
    const { consents, member, insurer, claims } = system;
    await consents.connect(member).revoke(insurer, HPAYMT);
    await time.increase(10);
    const proven = await proveClaim(system);
    const revoked = 11n;
    await expect(claims.connect(system.clinicKey).submit(proven as never, proven.terms as never))
      .to.be.revertedWithCustomError(consents, "ConsentDenied")
      .withArgs(member.address, insurer.address, BigInt(PURPOSES.HPAYMT), revoked);
  });

  it("with a consent that has run out", async () => {
    const system = await loadFixture(deployInsurance);
    const { consents, member, insurer, claims } = system;
    const categories = 1n << BigInt(CATEGORIES.COVERAGE_AND_CLAIMS);
    const terms = { categories, notBefore: 0, expiresAt: (await time.latest()) + 3_600, flags: 0 };
    await consents.connect(member).grant(insurer, HPAYMT, terms, id("evidence"));
    await time.increase(3_600);
    const proven = await proveClaim(system);
    await expect(claims.connect(system.clinicKey).submit(proven as never, proven.terms as never))
      .to.be.revertedWithCustomError(consents, "ConsentDenied")
      .withArgs(member.address, insurer.address, BigInt(PURPOSES.HPAYMT), BigInt(DENIALS.indexOf("Expired")));
  });

  it("amounts that do not fit a claim's word", async () => {
    const system = await loadFixture(deployInsurance);
    const huge = 1n << 62n;
    const fees = await FeeSchedule.build([{ family: OFFICE_VISIT, procedure: VISIT, fee: huge }]);
    for (const [coinsuranceBasisPoints, amount] of [
      [0, huge],
      [10_000, huge],
    ] as const) {
      const benefit = packBenefit({
        copay: 0n,
        maximumPerService: 0n,
        annualLimit: 0n,
        coinsuranceBasisPoints,
        waitingDays: 0,
        deductibleApplies: false,
        needsAuthorization: false,
      });
      const terms = { ...system.terms, feeSchedule: fees.root, benefits: [benefit], outOfPocketMaximum: 0n };
      await system.plans.connect(system.insurerKey).publish(terms);
      const member = coinsuranceBasisPoints === 0 ? system.stranger : system.otherReviewer;
      const policy = await insure(system, member, tagFor(`huge ${coinsuranceBasisPoints}`), terms);
      const proof = fees.prove(OFFICE_VISIT, VISIT);
      const lines = [{ procedure: proof.commitment, billed: huge, fee: huge, units: 1 }];
      const proven = await proveClaim({ ...system, fees }, { terms, member, claim: { policyId: policy, lines } });
      await expect(system.claims.connect(system.clinicKey).submit(proven as never, proven.terms as never))
        .to.be.revertedWithCustomError(system.claims, "AmountTooLarge")
        .withArgs(amount);
    }
  });

  it("a representative of the member signs receipts, if for payment", async () => {
    const system = await loadFixture(deployInsurance);
    const { representatives, member, stranger } = system;
    const expiresAt = (await time.latest()) + 86_400;
    await representatives.connect(member).nameRepresentative(stranger, 1, expiresAt);
    await time.increase(10);
    const proven = await proveClaim(system, { receiptSigner: stranger });
    await expect(system.claims.connect(system.clinicKey).submit(proven as never, proven.terms as never))
      .to.be.revertedWithCustomError(system.claims, "NotRepresentative")
      .withArgs(member.address, stranger.address);
    await representatives.connect(member).nameRepresentative(stranger, HPAYMT, expiresAt);
    await time.increase(10);
    const { tx } = await submit(system, { receiptSigner: stranger });
    await expect(tx).to.emit(system.claims, "ClaimAdjudicated");
  });
});

/** The data of a call with the highest bit of one of its words set. */
function withHighBit(data: string, byte: number): string {
  const at = 2 + 2 * byte;
  return `${data.slice(0, at)}8${data.slice(at + 1)}`;
}

describe("ClaimsProcessor: calldata that no encoder writes", () => {
  /** Words of a `ClaimSubmission` whose types are smaller than a word, by their names. */
  const SMALL = {
    ...{ member: 0, "receipt.signedBy": 1, provider: 2, serviceDay: 4, family: 5, receiptAt: 6 },
    ...{ policyId: 8, receiptPolicyId: 9, signedBy: 12, submitter: 13, issuedAt: 14, deadline: 15 },
  };

  it("attack: bits that a member's type has not are in no hash, as they are refused", async () => {
    const system = await loadFixture(deployInsurance);
    const proven = await proveClaim(system);
    const data = system.claims.interface.encodeFunctionData("submit", [proven as never, proven.terms as never]);
    const to = await system.claims.getAddress();
    const send = (changed: string) => system.clinicKey.sendTransaction({ to, data: changed, gasLimit: 1_000_000 });
    const words = (from: number) => (word: number) => from + 32 * word;
    // The selector, the places of claim and terms; the claim's five places, then the submission.
    const inSubmission = words(4 + 2 * 32 + 5 * 32);
    for (const [name, word] of Object.entries(SMALL)) {
      await expect(send(withHighBit(data, inSubmission(word))), name).to.be.reverted;
    }
    const inTerms = words(4 + Number(dataSlice(data, 4 + 32, 4 + 64)));
    for (const word of [0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11]) {
      await expect(send(withHighBit(data, inTerms(word))), `word ${word} of the terms`).to.be.reverted;
    }
    await send(data);
    expect((await stored(system, proven)).claim.status).to.equal(STATUS.Paid);
  });

  it("attack: claims of a batch that stand in another order than their places are refused", async () => {
    const system = await loadFixture(deployInsurance);
    const [first, second] = [
      await proveClaim(system),
      await proveClaim(system, { receipt: { family: IMAGING }, lines: [[SCAN, 1_200]] }),
    ];
    const encode = system.claims.interface.encodeFunctionData("submitMany", [
      [first, second] as never,
      first.terms as never,
    ]);
    const places = 4 + 3 * 32;
    const [before, one, other, after] = [
      dataSlice(encode, 0, places),
      dataSlice(encode, places, places + 32),
      dataSlice(encode, places + 32, places + 64),
      dataSlice(encode, places + 64),
    ];
    const to = await system.claims.getAddress();
    const send = (data: string) => system.clinicKey.sendTransaction({ to, data, ...GAS });
    await expect(send(concat([before, other, one, after]))).to.be.reverted;
    await send(concat([before, one, other, after]));
    expect((await stored(system, first)).claim.status).to.equal(STATUS.Paid);
  });
});

describe("ClaimsProcessor: submitMany", () => {
  it("takes each claim by itself: a refused one stops none, and says why", async () => {
    const system = await loadFixture(deployInsurance);
    const good = await proveClaim(system);
    const bad = { ...(await proveClaim(system)), claimSignature: good.claimSignature };
    const imaging = await proveClaim(system, { receipt: { family: IMAGING }, lines: [[SCAN, 1_200]] });
    const all = [good, bad, imaging, good];
    const count = await system.claims
      .connect(system.clinicKey)
      .submitMany.staticCall(all as never, system.terms as never);
    expect(count).to.equal(2n);
    const tx = system.claims.connect(system.clinicKey).submitMany(all as never, system.terms as never, GAS);
    const selector = (name: string) => system.claims.interface.getError(name)!.selector;
    await expect(tx).to.emit(system.claims, "ClaimRefused").withArgs(1n, selector("InvalidSignature"));
    await expect(tx).to.emit(system.claims, "ClaimRefused").withArgs(3n, selector("AlreadyClaimed"));
    expect(await balanceOf(system, system.clinic)).to.equal(72n * UNIT);
    expect((await stored(system, imaging)).claim.status).to.equal(STATUS.Pended);
  });

  it("heeds whom a claim names as its submitter", async () => {
    const system = await loadFixture(deployInsurance);
    const proven = await proveClaim(system, { claim: { submitter: system.clinicKey.address } });
    await expect(system.claims.connect(system.stranger).submitMany([proven] as never, proven.terms as never, GAS))
      .to.emit(system.claims, "ClaimRefused")
      .withArgs(0n, system.claims.interface.getError("NotTheSubmitter")!.selector);
    await system.claims.connect(system.clinicKey).submitMany([proven] as never, proven.terms as never, GAS);
    expect(await balanceOf(system, system.clinic)).to.equal(72n * UNIT);
  });

  it("takes 1 to 20 claims", async () => {
    const system = await loadFixture(deployInsurance);
    const proven = await proveClaim(system);
    for (const count of [0, 21]) {
      await expect(
        system.claims.submitMany(Array.from({ length: count }, () => proven) as never, proven.terms as never),
      )
        .to.be.revertedWithCustomError(system.claims, "WrongNumberOfClaims")
        .withArgs(BigInt(count));
    }
  });

  it("refuses no good claim for want of gas: it reverts", async () => {
    const system = await loadFixture(deployInsurance);
    const proven = await proveClaim(system);
    await expect(
      system.claims
        .connect(system.clinicKey)
        .submitMany([proven] as never, proven.terms as never, { gasLimit: 2_000_000 }),
    )
      .to.be.revertedWithCustomError(system.claims, "InsufficientGas")
      .withArgs((gas: bigint) => gas < 2_000_000n, (2_000_000n * 64n) / 63n + 50_000n);
  });

  it("keeps its inner call to itself", async () => {
    const system = await loadFixture(deployInsurance);
    const proven = await proveClaim(system);
    await expect(
      system.claims
        .connect(system.stranger)
        .submitFor(proven as never, proven.terms as never, planId(proven.terms), system.clinicKey),
    ).to.be.revertedWithCustomError(system.claims, "OnlySelf");
  });
});

describe("ClaimsProcessor: the same service twice", () => {
  it("attack: the same encounter again at the same payer, changed or not", async () => {
    const system = await loadFixture(deployInsurance);
    const { proven } = await submit(system);
    const first = claimId(keyOf(system, proven));
    const { receipt } = proven.claim;
    for (const lines of [undefined, [[VISIT, 90]] as const, [[LONG_VISIT, 200]] as const]) {
      const again = await proveClaim(system, { receipt, ...(lines === undefined ? {} : { lines }) });
      await expect(system.claims.connect(system.clinicKey).submit(again as never, again.terms as never))
        .to.be.revertedWithCustomError(system.claims, "AlreadyClaimed")
        .withArgs(first);
    }
  });

  it("attack: at most eight claims look alike", async () => {
    const system = await loadFixture(deployInsurance);
    for (let i = 0; i < 8; i++) await submit(system);
    const proven = await proveClaim(system);
    await expect(system.claims.connect(system.clinicKey).submit(proven as never, proven.terms as never))
      .to.be.revertedWithCustomError(system.claims, "TooManyLookAlikes")
      .withArgs(claimId(keyOf(system, proven, 7)));
  });

  it("attack: the same encounter at a second payer, under another address of the same person", async () => {
    const system = await loadFixture(deployInsurance);
    const { second, terms } = await secondPayer(system);
    const { proven } = await submit(system);
    const { receipt } = proven.claim;
    const again = await proveClaim(system, { terms, receipt, claim: { policyId: second, receiptPolicyId: 1 } });
    await expect(system.claims.connect(system.clinicKey).submit(again as never, again.terms as never))
      .to.be.revertedWithCustomError(system.claims, "AlreadyClaimed")
      .withArgs(claimId(keyOf(system, proven)));
    // With a receipt by the other address it looks alike, and waits for the second payer's decision.
    const other = await proveClaim(system, { terms, member: system.stranger, claim: { policyId: second } });
    await system.claims.connect(system.clinicKey).submit(other as never, other.terms as never);
    expect((await stored(system, other, 1)).open.reason).to.equal(PEND.LookAlike);
  });

  it("attack: with the receipt of another person's policy", async () => {
    const system = await loadFixture(deployInsurance);
    await insure(system, system.stranger, tagFor("another person"));
    const { receipt } = (await proveClaim(system, { member: system.stranger })).claim;
    const proven = await proveClaim(system, { receipt, member: system.stranger, claim: { receiptPolicyId: 2 } });
    await expect(system.claims.connect(system.clinicKey).submit(proven as never, proven.terms as never))
      .to.be.revertedWithCustomError(system.claims, "NotTheMember")
      .withArgs(2n, system.stranger.address);
  });
});
