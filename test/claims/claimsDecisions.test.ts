/** What happens to a claim after it was submitted: decisions, appeals, reviews, interest, and taking a payment back. */
import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { type Contract, id, ZeroHash } from "ethers";

import { benefitYearOf } from "../support/benefitYear";
import { accreditorFor } from "../support/careproof";
import {
  GROUP,
  IMAGING,
  LONG_VISIT,
  NOT_COVERED,
  tagFor,
  OFFICE_VISIT,
  PEND,
  SCAN,
  STATUS,
  UNIT,
  balanceOf,
  dayNow,
  deployInsurance,
  insure,
  keyOf,
  proveClaim,
  signAppeal,
  type Insurance,
} from "../support/claimsParties";
import { claimId, type ClaimKey } from "../../src/claims/typedData.js";
import { ROLES } from "../../src/participants/roles.js";

const DAY = 86_400;
const NOTICE = id("notice");

interface Decided extends Insurance {
  key: ClaimKey;
  claim: string;
}

/** A scan of 1,200, pended above the ceiling: deductible 100, coinsurance 220, 880 for the plan. */
async function deployPended(): Promise<Decided> {
  const system = await loadFixture(deployInsurance);
  const proven = await proveClaim(system, { receipt: { family: IMAGING }, lines: [[SCAN, 1_200]] });
  await system.claims.connect(system.clinicKey).submit(proven as never, proven.terms as never);
  const key = keyOf(system, proven);
  return { ...system, key, claim: claimId(key) };
}

/** The same, in the waiting period's place: a visit pended because it looks alike, below the ceiling. */
async function deployLookAlike(): Promise<Decided> {
  const system = await loadFixture(deployInsurance);
  let key: ClaimKey | undefined;
  for (const ordinal of [0, 1]) {
    const proven = await proveClaim(system, { lines: [[LONG_VISIT, 180]] });
    await system.claims.connect(system.clinicKey).submit(proven as never, proven.terms as never);
    key = keyOf(system, proven, ordinal);
  }
  return { ...system, key: key!, claim: claimId(key!) };
}

async function deployDenied(): Promise<Decided> {
  const system = await loadFixture(deployPended);
  await deny(system);
  return system;
}

async function deployAppealed(): Promise<Decided> {
  const system = await loadFixture(deployDenied);
  await appeal(system);
  return system;
}

const deny = ({ claims, insurerKey, key, terms }: Decided) =>
  claims.connect(insurerKey).deny(key, terms as never, GROUP.CO, 50, NOTICE);
const approve = ({ claims, key, terms }: Decided, by: Parameters<typeof claims.connect>[0]) =>
  claims.connect(by).approve(key, terms as never);
const review = ({ claims, key, terms }: Decided, by: Parameters<typeof claims.connect>[0], overturn: boolean) =>
  claims.connect(by).review(key, terms as never, overturn, NOTICE);

async function appeal(system: Decided, by = system.member, level = 1) {
  const { value, signature } = await signAppeal(system, by, system.claim, (await time.latest()) + DAY, level);
  return system.claims.connect(system.stranger).appeal(system.key, value, signature);
}

async function statusOf({ claims, claim }: Decided): Promise<bigint> {
  return (await claims.claimOf(claim)).claim.status;
}

/** What was used of policy 1 in the year of the claim's service. */
const usedOf = ({ claims, key }: Pick<Decided, "claims" | "key">, family: number) =>
  claims.accumulatorsOf(1, benefitYearOf(key.serviceDay), family);

const inFuture = async (days: number): Promise<bigint> => BigInt((await time.latest()) + days * DAY);

describe("ClaimsProcessor: approve", () => {
  it("pays a pended claim as priced, by a key of the payer, and frees the interest that was reserved", async () => {
    const system = await loadFixture(deployPended);
    await expect(approve(system, system.insurerKey))
      .to.emit(system.claims, "ClaimPaid")
      .withArgs(system.claim, system.clinic.address, 880n * UNIT, 0n, 100n * UNIT, 320n * UNIT);
    expect(await balanceOf(system, system.clinic)).to.equal(880n * UNIT);
    expect(await system.vault.reserved()).to.equal(0n);
    expect(await statusOf(system)).to.equal(STATUS.Paid);
    const [, open] = await system.claims.claimOf(system.claim);
    expect([open.receivedAt, open.deadline]).to.deep.equal([0n, 0n]);
  });

  it("pays interest for each day begun after the prompt-payment period, rounded up", async () => {
    const system = await loadFixture(deployPended);
    // Received, 30 days free, then 10 days and a second: 11 days of 12 % a year on 880.
    await time.increase(40 * DAY);
    const interest = (880n * UNIT * 1_200n * 11n + 3_649_999n) / 3_650_000n;
    await expect(approve(system, system.insurerKey))
      .to.emit(system.claims, "ClaimPaid")
      .withArgs(system.claim, system.clinic.address, 880n * UNIT, interest, 100n * UNIT, 320n * UNIT);
    expect(await balanceOf(system, system.clinic)).to.equal(880n * UNIT + interest);
    expect(await system.vault.reserved()).to.equal(0n);
  });

  it("pays interest of more than a year out of what is free", async () => {
    const system = await loadFixture(deployLookAlike);
    await time.increase(430 * DAY);
    const interest = (160n * UNIT * 1_200n * 401n + 3_649_999n) / 3_650_000n;
    await approve(system, system.stranger);
    expect(await balanceOf(system, system.clinic)).to.equal(320n * UNIT + interest);
    expect(await system.vault.reserved()).to.equal(0n);
  });

  it("is everybody's, once the payer is late with a claim up to the ceiling", async () => {
    const system = await loadFixture(deployLookAlike);
    await expect(approve(system, system.stranger))
      .to.be.revertedWithCustomError(system.claims, "NotThePayer")
      .withArgs(system.insurer.address, system.stranger.address);
    await time.increase(30 * DAY);
    await approve(system, system.stranger);
    expect(await statusOf(system)).to.equal(STATUS.Paid);
  });

  it("sends a late claim above the ceiling to review", async () => {
    const system = await loadFixture(deployPended);
    await time.increase(30 * DAY + 1);
    const tx = await approve(system, system.stranger);
    await expect(tx)
      .to.emit(system.claims, "ClaimInReview")
      .withArgs(system.claim, await inFuture(30));
    expect(await statusOf(system)).to.equal(STATUS.InReview);
    await time.increase(31 * DAY);
    await expect(approve(system, system.stranger))
      .to.be.revertedWithCustomError(system.claims, "WrongClaimStatus")
      .withArgs(system.claim, STATUS.InReview);
  });

  it("attack: is nobody's of an appeal for a day without cover: it waits for its reviewer", async () => {
    const system = await loadFixture(deployInsurance);
    const { claims, policies, clinic, clinicKey, stranger, insurer, insurerKey, reviewer, terms } = system;
    await policies.connect(insurerKey).cancel(1, terms as never, await dayNow());
    await time.increase(DAY);
    const proven = await proveClaim(system);
    await claims.connect(clinicKey).submit(proven as never, terms as never);
    const key = keyOf(system, proven);
    const { value, signature } = await signAppeal(system, clinic, claimId(key), (await time.latest()) + DAY);
    await claims.connect(stranger).appeal(key, value, signature);
    await time.increase(60 * DAY);
    await expect(claims.connect(stranger).approve(key, terms as never))
      .to.be.revertedWithCustomError(claims, "NotThePayer")
      .withArgs(insurer.address, stranger.address);
    expect(await balanceOf(system, clinic)).to.equal(0n);
    await claims.connect(reviewer).review(key, terms as never, true, NOTICE);
    expect((await claims.claimOf(claimId(key))).claim.status).to.equal(STATUS.Paid);
  });

  it("is everybody's of an appeal up to the ceiling that no reviewer decides, of a day with cover", async () => {
    const system = await loadFixture(deployLookAlike);
    const { claims, clinic, stranger, key, claim, terms } = system;
    await claims.connect(system.insurerKey).deny(key, terms as never, GROUP.OA, 18, NOTICE);
    const { value, signature } = await signAppeal(system, clinic, claim, (await time.latest()) + DAY);
    await claims.connect(stranger).appeal(key, value, signature);
    await time.increase(30 * DAY + 1);
    await claims.connect(stranger).approve(key, terms as never);
    expect(await statusOf(system)).to.equal(STATUS.Paid);
  });

  it("pays what was denied, where the payer thinks again", async () => {
    const system = await loadFixture(deployDenied);
    await approve(system, system.insurer);
    expect(await balanceOf(system, system.clinic)).to.equal(880n * UNIT);
    expect(await usedOf(system, IMAGING)).to.deep.equal([100n * UNIT, 320n * UNIT, 880n * UNIT]);
  });

  it("of a denied claim is the payer's alone, however late", async () => {
    const system = await loadFixture(deployDenied);
    await time.increase(400 * DAY);
    await expect(approve(system, system.stranger))
      .to.be.revertedWithCustomError(system.claims, "NotThePayer")
      .withArgs(system.insurer.address, system.stranger.address);
  });

  it("is for what is not settled, with the plan's terms", async () => {
    const system = await loadFixture(deployPended);
    const unknown = { ...system.key, ordinal: 5 };
    await expect(system.claims.connect(system.insurer).approve(unknown, system.terms as never))
      .to.be.revertedWithCustomError(system.claims, "WrongClaimStatus")
      .withArgs(claimId(unknown), STATUS.None);
    const { planId } = await system.policies.policyOf(1);
    await expect(
      system.claims.connect(system.insurer).approve(system.key, { ...system.terms, deductible: 0n } as never),
    )
      .to.be.revertedWithCustomError(system.claims, "NotThePlan")
      .withArgs(1n, planId);
    await approve(system, system.insurer);
    await expect(approve(system, system.insurer))
      .to.be.revertedWithCustomError(system.claims, "WrongClaimStatus")
      .withArgs(system.claim, STATUS.Paid);
  });
});

describe("ClaimsProcessor: deny", () => {
  it("says group, code and notice, frees what was reserved, and gives back what was used", async () => {
    const system = await loadFixture(deployPended);
    const tx = await deny(system);
    await expect(tx)
      .to.emit(system.claims, "ClaimDenied")
      .withArgs(system.claim, BigInt(GROUP.CO), 50n, NOTICE, await inFuture(180));
    expect(await system.vault.reserved()).to.equal(0n);
    expect(await usedOf(system, IMAGING)).to.deep.equal([0n, 0n, 0n]);
    expect(await statusOf(system)).to.equal(STATUS.Denied);
  });

  it("of a claim for which nothing could be reserved frees nothing", async () => {
    const system = await loadFixture(deployInsurance);
    const { vault, investor } = system;
    await vault.connect(investor).requestWithdraw(await vault.balanceOf(investor));
    await time.increase(30 * DAY);
    await vault.connect(investor).withdraw(100_000n * UNIT - 71n * UNIT, investor, investor);
    const proven = await proveClaim(system);
    await system.claims.connect(system.clinicKey).submit(proven as never, proven.terms as never);
    const key = keyOf(system, proven);
    await system.claims.connect(system.insurer).deny(key, system.terms as never, GROUP.PI, 16, NOTICE);
    expect((await system.claims.claimOf(claimId(key))).claim.status).to.equal(STATUS.Denied);
    // Approved after all, it is paid out of what the vault has by then.
    await expect(system.claims.connect(system.insurer).approve(key, system.terms as never))
      .to.be.revertedWithCustomError(vault, "InsufficientReserves")
      .withArgs(71n * UNIT, 72n * UNIT);
  });

  it("is the payer's, with group, code and notice, of a pended claim", async () => {
    const system = await loadFixture(deployPended);
    const { claims, key, terms, insurer, stranger } = system;
    await expect(claims.connect(stranger).deny(key, terms as never, GROUP.CO, 50, NOTICE))
      .to.be.revertedWithCustomError(claims, "NotThePayer")
      .withArgs(insurer.address, stranger.address);
    for (const [group, code, notice] of [
      [GROUP.None, 50, NOTICE],
      [GROUP.CO, 0, NOTICE],
      [GROUP.CO, 50, ZeroHash],
    ] as const) {
      await expect(
        claims.connect(insurer).deny(key, terms as never, group, code, notice),
      ).to.be.revertedWithCustomError(claims, "ReasonMissing");
    }
    await deny(system);
    await expect(deny(system))
      .to.be.revertedWithCustomError(claims, "WrongClaimStatus")
      .withArgs(system.claim, STATUS.Denied);
  });
});

describe("ClaimsProcessor: appeal", () => {
  for (const party of ["member", "clinic"] as const) {
    it(`is the ${party}'s, relayed by anyone`, async () => {
      const system = await loadFixture(deployDenied);
      const tx = await appeal(system, system[party]);
      await expect(tx)
        .to.emit(system.claims, "ClaimAppealed")
        .withArgs(system.claim, system[party].address, 1n, id("grounds"), await inFuture(30));
      expect(await statusOf(system)).to.equal(STATUS.Appealed);
    });
  }

  it("attack: by a stranger, with another's signature, of another claim, or after its deadline", async () => {
    const system = await loadFixture(deployDenied);
    const { claims, key, member, stranger } = system;
    await expect(appeal(system, stranger))
      .to.be.revertedWithCustomError(claims, "NotPartyTo")
      .withArgs(system.claim, stranger.address);
    const soon = (await time.latest()) + DAY;
    const { value, signature } = await signAppeal(system, member, system.claim, soon);
    const byStranger = await signAppeal(system, stranger, system.claim, soon);
    await expect(claims.appeal(key, value, byStranger.signature))
      .to.be.revertedWithCustomError(claims, "InvalidSignature")
      .withArgs(member.address);
    await expect(claims.appeal(key, { ...value, claimId: NOTICE }, signature))
      .to.be.revertedWithCustomError(claims, "WrongClaimStatus")
      .withArgs(system.claim, STATUS.Denied);
    await time.increase(2 * DAY);
    await expect(claims.appeal(key, value, signature))
      .to.be.revertedWithCustomError(claims, "DeadlinePassed")
      .withArgs(BigInt(soon));
  });

  it("is possible to the last second of 180 days", async () => {
    const system = await loadFixture(deployDenied);
    const [, open] = await system.claims.claimOf(system.claim);
    const { value, signature } = await signAppeal(system, system.member, system.claim, 4_000_000_000);
    await time.setNextBlockTimestamp(open.deadline);
    await expect(system.claims.appeal(system.key, value, signature))
      .to.be.revertedWithCustomError(system.claims, "WrongTime")
      .withArgs(system.claim, open.deadline);
  });

  it("attack: the signature of the first appeal, sent again, is none of the second", async () => {
    const system = await loadFixture(deployDenied);
    const { claims, key, member } = system;
    const { value, signature } = await signAppeal(system, member, system.claim, (await time.latest()) + DAY);
    await claims.appeal(key, value, signature);
    await review(system, system.reviewer, false);
    await expect(claims.appeal(key, value, signature))
      .to.be.revertedWithCustomError(claims, "WrongAppealLevel")
      .withArgs(system.claim, 1n);
  });

  it("is of a denial, twice at most", async () => {
    const system = await loadFixture(deployAppealed);
    await expect(appeal(system))
      .to.be.revertedWithCustomError(system.claims, "WrongClaimStatus")
      .withArgs(system.claim, STATUS.Appealed);
    await review(system, system.reviewer, false);
    await appeal(system, system.member, 2);
    await review(system, system.otherReviewer, false);
    await expect(appeal(system)).to.be.revertedWithCustomError(system.claims, "NoFurtherAppeal").withArgs(system.claim);
  });
});

describe("ClaimsProcessor: review", () => {
  it("overturns a denial: the claim is paid as priced, with interest from its arrival, and counts again", async () => {
    const system = await loadFixture(deployAppealed);
    await time.increase(40 * DAY);
    const tx = await review(system, system.reviewer, true);
    await expect(tx).to.emit(system.claims, "ClaimOverturned").withArgs(system.claim, system.reviewer.address, NOTICE);
    const interest = (880n * UNIT * 1_200n * 11n + 3_649_999n) / 3_650_000n;
    expect(await balanceOf(system, system.clinic)).to.equal(880n * UNIT + interest);
    expect(await usedOf(system, IMAGING)).to.deep.equal([100n * UNIT, 320n * UNIT, 880n * UNIT]);
  });

  it("pays no more than the limits leave, where other claims came in between", async () => {
    const system = await loadFixture(deployAppealed);
    const scan = { receipt: { family: IMAGING }, lines: [[SCAN, 1_200]] as const };
    for (let i = 0; i < 4; i++) {
      await system.claims
        .connect(system.clinicKey)
        .submit((await proveClaim(system, scan)) as never, system.terms as never);
    }
    // 100 + 220 + 240 + 240 of 1,000 out of pocket are used: 200 of this claim's 320 still count.
    await review(system, system.reviewer, true);
    const [claim] = await system.claims.claimOf(system.claim);
    expect([claim.amount, claim.deductible, claim.memberShare]).to.deep.equal([880n * UNIT, 0n, 0n]);
  });

  it("upholds a denial, and says until when it can be appealed again", async () => {
    const system = await loadFixture(deployAppealed);
    const tx = await review(system, system.reviewer, false);
    await expect(tx)
      .to.emit(system.claims, "ClaimUpheld")
      .withArgs(system.claim, system.reviewer.address, NOTICE, await inFuture(180));
    expect(await statusOf(system)).to.equal(STATUS.Upheld);
    expect(await balanceOf(system, system.clinic)).to.equal(0n);
  });

  it("decides for or against a claim on which the payer was late", async () => {
    for (const overturn of [true, false]) {
      const system = await loadFixture(deployPended);
      await time.increase(30 * DAY + 1);
      await approve(system, system.stranger);
      await review(system, system.reviewer, overturn);
      expect(await statusOf(system)).to.equal(overturn ? STATUS.Paid : STATUS.Upheld);
      expect(await system.vault.reserved()).to.equal(0n);
      expect((await usedOf(system, IMAGING))[0]).to.equal(overturn ? 100n * UNIT : 0n);
    }
  });

  it("attack: an appeal decided by the payer or provider itself, by another of them, or twice by the same reviewer", async () => {
    const system = await loadFixture(deployAppealed);
    const { claims, participants, insurer, otherReviewer, reviewer, clinic, otherClinic } = system;
    const expiry = (await time.latest()) + 300 * DAY;
    for (const party of [insurer, clinic, otherClinic]) {
      await participants
        .connect(accreditorFor(system, "INDEPENDENT_REVIEWER"))
        .accredit(party, ROLES.INDEPENDENT_REVIEWER, expiry);
    }
    await participants.connect(accreditorFor(system, "PAYER")).accredit(otherReviewer, ROLES.PAYER, expiry);
    for (const by of [insurer, otherReviewer, clinic, otherClinic]) {
      await expect(review(system, by, false))
        .to.be.revertedWithCustomError(claims, "NotIndependent")
        .withArgs(system.claim, by.address);
    }
    await review(system, reviewer, false);
    await appeal(system, system.member, 2);
    await expect(review(system, reviewer, true))
      .to.be.revertedWithCustomError(claims, "NotIndependent")
      .withArgs(system.claim, reviewer.address);
  });

  it("is a reviewer's, of an appeal, with its reasons", async () => {
    const system = await loadFixture(deployDenied);
    const { claims, participants, stranger, reviewer } = system;
    await expect(review(system, reviewer, true))
      .to.be.revertedWithCustomError(claims, "WrongClaimStatus")
      .withArgs(system.claim, STATUS.Denied);
    await appeal(system);
    await expect(review(system, stranger, true))
      .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
      .withArgs(stranger.address, ROLES.INDEPENDENT_REVIEWER, 1n);
    await expect(
      claims.connect(reviewer).review(system.key, system.terms as never, true, ZeroHash),
    ).to.be.revertedWithCustomError(claims, "ReasonMissing");
  });

  it("that never comes leaves a claim up to the ceiling to everybody's approval", async () => {
    const system = await loadFixture(deployLookAlike);
    await deny(system);
    await appeal(system);
    await time.increase(30 * DAY + 1);
    await approve(system, system.stranger);
    expect(await statusOf(system)).to.equal(STATUS.Paid);
  });
});

describe("ClaimsProcessor: void", () => {
  /** A visit that was paid with 160, which the clinic allowed the processor to take back. */
  async function deployPaid(): Promise<Decided> {
    const system = await loadFixture(deployInsurance);
    const proven = await proveClaim(system, { lines: [[LONG_VISIT, 180]] });
    await system.claims.connect(system.clinicKey).submit(proven as never, proven.terms as never);
    const key = keyOf(system, proven);
    await (system.currency.connect(system.clinic) as typeof system.currency).getFunction("approve")(
      await system.claims.getAddress(),
      160n * UNIT,
    );
    return { ...system, key, claim: claimId(key) };
  }

  it("brings the money back, gives back what was used, and lets the same encounter be claimed again", async () => {
    const system = await loadFixture(deployInsurance);
    const proven = await proveClaim(system, { lines: [[LONG_VISIT, 180]] });
    const { claims, clinic, clinicKey, currency, terms, vault } = system;
    await claims.connect(clinicKey).submit(proven as never, proven.terms as never);
    const key = keyOf(system, proven);
    const before = await vault.available();
    await (currency.connect(clinic) as typeof currency).getFunction("approve")(await claims.getAddress(), 160n * UNIT);
    await expect(claims.connect(clinicKey).void(key, terms as never))
      .to.emit(claims, "ClaimVoided")
      .withArgs(claimId(key), clinic.address, 160n * UNIT);
    expect(await balanceOf(system, clinic)).to.equal(0n);
    expect((await vault.available()) - before).to.equal(160n * UNIT);
    expect(await usedOf({ claims, key }, OFFICE_VISIT)).to.deep.equal([0n, 0n, 0n]);

    await time.increase(10);
    const corrected = await proveClaim(system, { receipt: proven.claim.receipt, lines: [[LONG_VISIT, 170]] });
    await claims.connect(clinicKey).submit(corrected as never, corrected.terms as never);
    expect(await balanceOf(system, clinic)).to.equal(150n * UNIT);
    expect(await usedOf({ claims, key }, OFFICE_VISIT)).to.deep.equal([0n, 20n * UNIT, 150n * UNIT]);
  });

  it("can be corrected after the time to file, as the first claim was in time; a new claim then cannot", async () => {
    const system = await loadFixture(deployInsurance);
    const { claims, clinic, clinicKey, currency, terms } = system;
    const proven = await proveClaim(system, { lines: [[LONG_VISIT, 180]] });
    const { receipt } = proven.claim;
    await claims.connect(clinicKey).submit(proven as never, terms as never);
    await (currency.connect(clinic) as Contract).getFunction("approve")(claims, 160n * UNIT);
    await time.increase(91 * DAY);
    await claims.connect(clinicKey).void(keyOf(system, proven), terms as never);
    await time.increase(10);
    const corrected = await proveClaim(system, { receipt, lines: [[LONG_VISIT, 170]] });
    await claims.connect(clinicKey).submit(corrected as never, terms as never);
    expect(await balanceOf(system, clinic)).to.equal(150n * UNIT);
    const late = await proveClaim(system, { receipt: { serviceDay: receipt.serviceDay } });
    await expect(claims.connect(clinicKey).submit(late as never, terms as never))
      .to.emit(claims, "ClaimDenied")
      .withArgs(claimId(keyOf(system, late, 1)), GROUP.CO, 29n, ZeroHash, (await time.latest()) + 1 + 180 * DAY);
  });

  it("of a claim of nothing moves nothing, and another encounter of the day does not look like it", async () => {
    const system = await loadFixture(deployInsurance);
    const proven = await proveClaim(system, { lines: [[LONG_VISIT, 15]] });
    const { claims, clinic, clinicKey, terms } = system;
    await claims.connect(clinicKey).submit(proven as never, proven.terms as never);
    await claims.connect(clinic).void(keyOf(system, proven), terms as never);
    const other = await proveClaim(system, { lines: [[LONG_VISIT, 180]] });
    await claims.connect(clinicKey).submit(other as never, other.terms as never);
    expect((await claims.claimOf(claimId(keyOf(system, other, 1)))).claim.status).to.equal(STATUS.Paid);
  });

  it("attack: void one of two that look alike, and claim it again behind the other", async () => {
    const system = await loadFixture(deployInsurance);
    const { claims, clinic, clinicKey, terms } = system;
    const proven = await proveClaim(system, { lines: [[LONG_VISIT, 15]] });
    await claims.connect(clinicKey).submit(proven as never, proven.terms as never);
    await claims.connect(clinic).void(keyOf(system, proven), terms as never);
    await claims
      .connect(clinicKey)
      .submit((await proveClaim(system, { lines: [[LONG_VISIT, 180]] })) as never, system.terms as never);
    const { receipt } = proven.claim;
    await claims
      .connect(clinicKey)
      .submit((await proveClaim(system, { receipt, lines: [[LONG_VISIT, 180]] })) as never, system.terms as never);
    const [claim, open] = await claims.claimOf(claimId(keyOf(system, proven)));
    expect([claim.status, open.reason]).to.deep.equal([STATUS.Pended, PEND.LookAlike]);
  });

  it("attack: a voided claim cannot be sent again by whoever has it", async () => {
    const system = await loadFixture(deployInsurance);
    const { claims, clinic, clinicKey, stranger, terms } = system;
    const proven = await proveClaim(system, { lines: [[LONG_VISIT, 15]] });
    await claims.connect(clinicKey).submit(proven as never, proven.terms as never);
    await claims.connect(clinic).void(keyOf(system, proven), terms as never);
    await expect(claims.connect(stranger).submit(proven as never, proven.terms as never))
      .to.be.revertedWithCustomError(claims, "AlreadyClaimed")
      .withArgs(claimId(keyOf(system, proven)));
  });

  it("makes room among eight that look alike for the same encounter alone", async () => {
    const system = await loadFixture(deployInsurance);
    const { claims, clinic, clinicKey, terms } = system;
    const first = await proveClaim(system, { lines: [[LONG_VISIT, 15]] });
    await claims.connect(clinicKey).submit(first as never, first.terms as never);
    for (let i = 1; i < 8; i++)
      await claims.connect(clinicKey).submit((await proveClaim(system)) as never, system.terms as never);
    await claims.connect(clinic).void(keyOf(system, first), terms as never);
    const other = await proveClaim(system);
    await expect(claims.connect(clinicKey).submit(other as never, other.terms as never))
      .to.be.revertedWithCustomError(claims, "TooManyLookAlikes")
      .withArgs(claimId(keyOf(system, other, 7)));
    await time.increase(10);
    const again = await proveClaim(system, { receipt: first.claim.receipt, lines: [[LONG_VISIT, 16]] });
    await claims.connect(clinicKey).submit(again as never, again.terms as never);
    expect((await claims.claimOf(claimId(keyOf(system, first)))).claim.status).to.equal(STATUS.Pended);
  });

  it("overturns the denial of what the plan does not cover to nothing", async () => {
    const system = await loadFixture(deployInsurance);
    const proven = await proveClaim(system, { receipt: { family: NOT_COVERED } });
    await system.claims.connect(system.clinicKey).submit(proven as never, proven.terms as never);
    const key = keyOf(system, proven);
    await system.claims.connect(system.insurer).approve(key, system.terms as never);
    expect((await system.claims.claimOf(claimId(key))).claim.status).to.equal(STATUS.Paid);
    expect(await balanceOf(system, system.clinic)).to.equal(0n);
  });

  it("leaves claims of other encounters at higher ordinals alone", async () => {
    const system = await loadFixture(deployLookAlike);
    const first = { ...system.key, ordinal: 0 };
    await (system.currency.connect(system.clinic) as typeof system.currency).getFunction("approve")(
      await system.claims.getAddress(),
      160n * UNIT,
    );
    await system.claims.connect(system.clinic).void(first, system.terms as never);
    expect((await system.claims.claimOf(claimId(first))).claim.status).to.equal(STATUS.Voided);
    expect(await statusOf(system)).to.equal(STATUS.Pended);
  });

  it("is the provider's, of what was paid, with the money there", async () => {
    const system = await loadFixture(deployPaid);
    const { claims, key, terms, clinic, otherClinic, insurer, currency } = system;
    for (const by of [otherClinic, insurer]) {
      await expect(claims.connect(by).void(key, terms as never))
        .to.be.revertedWithCustomError(claims, "NotTheProvider")
        .withArgs(clinic.address, by.address);
    }
    await (currency.connect(clinic) as typeof currency).getFunction("approve")(await claims.getAddress(), 0n);
    await expect(claims.connect(clinic).void(key, terms as never))
      .to.be.revertedWithCustomError(currency, "ERC20InsufficientAllowance")
      .withArgs(await claims.getAddress(), 0n, 160n * UNIT);
    const pended = await loadFixture(deployPended);
    await expect(pended.claims.connect(pended.clinic).void(pended.key, pended.terms as never))
      .to.be.revertedWithCustomError(pended.claims, "WrongClaimStatus")
      .withArgs(pended.claim, STATUS.Pended);
  });
});

describe("ClaimsProcessor: a policy's year", () => {
  it("attack: the service date decides which year's limits count, not the day of filing", async () => {
    const system = await loadFixture(deployInsurance);
    const proven = await proveClaim(system, {
      receipt: { family: IMAGING },
      lines: [[SCAN, 400]],
      claim: { deadline: 4_000_000_000 },
    });
    await time.increase(80 * DAY);
    await system.claims.connect(system.clinicKey).submit(proven as never, proven.terms as never);
    expect((await usedOf({ ...system, key: keyOf(system, proven) }, IMAGING))[0]).to.equal(100n * UNIT);
    expect(await insure(system, system.stranger, tagFor("another person"))).to.equal(2n);
  });
});
