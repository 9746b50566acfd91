/** Benefits that are not paid at once: challenges, reviews, the payer's pause, a vault that is short; and tokens that misbehave. */
import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { id, ZeroHash, type Contract } from "ethers";
import { ethers } from "hardhat";

import { ReserveVault__factory } from "../../src/bindings/index.js";
import { productId } from "../../src/claims/parametric.js";
import { ROLES, STANDINGS } from "../../src/participants/roles.js";
import { accredit, accreditorFor, enlist, type Account } from "../support/careproof";
import { balanceOf, dayNow, insure, planTerms, tagFor, UNIT } from "../support/claimsParties";
import {
  attestation,
  BENEFIT,
  benefitOf,
  bothAttestations,
  deployProducts,
  deployRecorded,
  enrol,
  LARGE,
  parametricTerms,
  paymentConsent,
  RECORDED,
  relay,
  SMALL,
  VERY_LARGE,
  type Product,
  type Sold,
} from "../support/parametric";
import { DAY, noonOf } from "../support/policies";
import { MODES, type Mode } from "../support/reserveVault";
import { deployWallet } from "../support/signedDecisions";

const GROUNDS = id("grounds");
const NOTICE = id("notice");
const CHALLENGE = 14 * DAY;
const REVIEW = 60 * DAY;

const challenge = (system: Sold, by: Account = system.insurerKey, product = system.veryLarge, grounds = GROUNDS) =>
  system.parametric.connect(by).challenge(1, product.terms, grounds);
const pay = (system: Sold, by: Account = system.stranger, product = system.veryLarge) =>
  system.parametric.connect(by).pay(1, product.terms);
const review = (system: Sold, dismiss: boolean, by: Account = system.reviewer, notice = NOTICE) =>
  system.parametric.connect(by).review(1, system.veryLarge.terms, dismiss, notice);

/** The benefit of the largest sum, recorded and challenged. */
async function deployChallenged(): Promise<Sold> {
  const system = await loadFixture(deployRecorded);
  await challenge(system);
  return system;
}

async function expectPaid(system: Sold, amount = VERY_LARGE): Promise<void> {
  expect((await benefitOf(system, system.veryLarge)).status).to.equal(BENEFIT.Paid);
  expect(await balanceOf(system, system.member)).to.equal(amount);
  expect(await system.vault.reserved()).to.equal(0n);
}

describe("ParametricPolicy: pay", () => {
  it("pays what was recorded, from the deadline on, by anyone's call and to the member", async () => {
    const system = await loadFixture(deployRecorded);
    const { parametric, veryLarge, member, vault, currency } = system;
    const { deadline } = await benefitOf(system, veryLarge);
    await time.setNextBlockTimestamp(deadline - 1n);
    await expect(pay(system)).to.be.revertedWithCustomError(parametric, "NotDue").withArgs(deadline);
    await time.setNextBlockTimestamp(deadline);
    const transaction = await pay(system);
    await expect(transaction)
      .to.emit(parametric, "BenefitPaid")
      .withArgs(1n, veryLarge.productId, member.address, VERY_LARGE);
    await expect(transaction).to.changeTokenBalances(currency, [member, vault], [VERY_LARGE, -VERY_LARGE]);
    const benefit = await benefitOf(system, veryLarge);
    expect([benefit.deadline, benefit.reserved, benefit.status]).to.deep.equal([0n, false, BENEFIT.Paid]);
    await expectPaid(system);
  });

  it("lets the payer waive its challenge before the deadline", async () => {
    const system = await loadFixture(deployRecorded);
    await pay(system, system.insurerKey);
    await expectPaid(system);
  });

  it("lets the payer take its challenge back", async () => {
    const system = await loadFixture(deployChallenged);
    await pay(system, system.insurer);
    await expectPaid(system);
  });

  it("attack: nothing is paid twice, and nothing that was not attested", async () => {
    const system = await loadFixture(deployRecorded);
    const { parametric, veryLarge, large } = system;
    await expect(pay(system, system.insurer, large))
      .to.be.revertedWithCustomError(parametric, "WrongBenefitStatus")
      .withArgs(1n, large.productId, BENEFIT.Enrolled);
    await time.increase(CHALLENGE);
    await pay(system);
    await expect(pay(system))
      .to.be.revertedWithCustomError(parametric, "WrongBenefitStatus")
      .withArgs(1n, veryLarge.productId, BENEFIT.Paid);
    await expectPaid(system);
  });

  it("attack: a payer that is suspended, or another, does not pay early", async () => {
    const system = await loadFixture(deployRecorded);
    const { parametric, participants, insurer, otherClinic, veryLarge } = system;
    const { deadline } = await benefitOf(system, veryLarge);
    await accredit(system, otherClinic, "PAYER");
    await participants.connect(accreditorFor(system, "PAYER")).suspend(insurer, ROLES.PAYER);
    for (const account of [insurer, otherClinic, system.member]) {
      await expect(pay(system, account)).to.be.revertedWithCustomError(parametric, "NotDue").withArgs(deadline);
    }
  });
});

describe("ParametricPolicy: challenge", () => {
  it("sends the benefit to review, within the payer's time, with its grounds", async () => {
    const system = await loadFixture(deployRecorded);
    const { parametric, veryLarge, vault, insurerKey } = system;
    const transaction = await challenge(system);
    const deadline = BigInt((await time.latest()) + REVIEW);
    await expect(transaction)
      .to.emit(parametric, "BenefitChallenged")
      .withArgs(1n, veryLarge.productId, GROUNDS, deadline, insurerKey.address);
    const benefit = await benefitOf(system, veryLarge);
    expect([benefit.deadline, benefit.reserved, benefit.status]).to.deep.equal([deadline, true, BENEFIT.Challenged]);
    expect(await vault.reserved()).to.equal(VERY_LARGE);
  });

  it("attack: after its time the payer challenges nothing", async () => {
    const system = await loadFixture(deployRecorded);
    const { deadline } = await benefitOf(system, system.veryLarge);
    await time.setNextBlockTimestamp(deadline);
    await expect(challenge(system))
      .to.be.revertedWithCustomError(system.parametric, "ChallengePeriodOver")
      .withArgs(deadline);
    await pay(system);
    await expectPaid(system);
  });

  it("attack: the payer challenges once, and stalls no longer than a review", async () => {
    const system = await loadFixture(deployChallenged);
    const { parametric, veryLarge } = system;
    const { deadline } = await benefitOf(system, veryLarge);
    await expect(challenge(system))
      .to.be.revertedWithCustomError(parametric, "WrongBenefitStatus")
      .withArgs(1n, veryLarge.productId, BENEFIT.Challenged);
    await expect(pay(system)).to.be.revertedWithCustomError(parametric, "NotDue").withArgs(deadline);
    await time.setNextBlockTimestamp(deadline);
    await pay(system);
    await expectPaid(system);
  });

  it("is the payer's, with grounds, of what is recorded", async () => {
    const system = await loadFixture(deployRecorded);
    const { parametric, participants, small, otherClinic, insurer, member } = system;
    await accredit(system, otherClinic, "PAYER");
    await expect(challenge(system, otherClinic))
      .to.be.revertedWithCustomError(parametric, "NotThePayer")
      .withArgs(insurer.address, otherClinic.address);
    await expect(challenge(system, member))
      .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
      .withArgs(member.address, ROLES.PAYER, STANDINGS.indexOf("Unaccredited"));
    await expect(challenge(system, system.insurer, system.veryLarge, ZeroHash))
      .to.be.revertedWithCustomError(parametric, "ReasonMissing")
      .withArgs();
    await expect(challenge(system, system.insurer, small))
      .to.be.revertedWithCustomError(parametric, "WrongBenefitStatus")
      .withArgs(1n, small.productId, BENEFIT.Enrolled);
  });

  it("attack: what was paid at once is challenged by nobody", async () => {
    const system = await loadFixture(deployProducts);
    const { small, parametric } = system;
    await relay(system, small, [await attestation(system, small)]);
    await expect(challenge(system, system.insurer, small))
      .to.be.revertedWithCustomError(parametric, "WrongBenefitStatus")
      .withArgs(1n, small.productId, BENEFIT.Paid);
  });
});

describe("ParametricPolicy: review", () => {
  it("dismisses a challenge, and the member is paid in that transaction", async () => {
    const system = await loadFixture(deployChallenged);
    const { parametric, veryLarge, reviewer, member } = system;
    const transaction = await review(system, true);
    await expect(transaction)
      .to.emit(parametric, "ChallengeDismissed")
      .withArgs(1n, veryLarge.productId, reviewer.address, NOTICE);
    await expect(transaction)
      .to.emit(parametric, "BenefitPaid")
      .withArgs(1n, veryLarge.productId, member.address, VERY_LARGE);
    await expectPaid(system);
  });

  it("finds for the payer, and what was reserved is free again", async () => {
    const system = await loadFixture(deployChallenged);
    const { parametric, veryLarge, reviewer, vault, stranger } = system;
    await enlist(system, reviewer, stranger, "INDEPENDENT_REVIEWER");
    await expect(review(system, false, stranger))
      .to.emit(parametric, "BenefitRejected")
      .withArgs(1n, veryLarge.productId, reviewer.address, NOTICE);
    const { rejectedAt, deadline, reserved, status } = await benefitOf(system, veryLarge);
    expect([rejectedAt, deadline, reserved, status]).to.deep.equal([
      BigInt(await time.latest()),
      0n,
      false,
      BENEFIT.Rejected,
    ]);
    expect(await vault.reserved()).to.equal(0n);
    expect(await balanceOf(system, system.member)).to.equal(0n);
    await time.increase(REVIEW);
    await expect(pay(system, system.insurer))
      .to.be.revertedWithCustomError(parametric, "WrongBenefitStatus")
      .withArgs(1n, veryLarge.productId, BENEFIT.Rejected);
  });

  it("attack: a review that outlasts the time to attest does not use the benefit up: it runs anew from the rejection", async () => {
    const system = await loadFixture(deployRecorded);
    const { parametric, veryLarge, member } = system;
    const observedDay = await dayNow();
    await time.increase(13 * DAY);
    await challenge(system);
    await time.increase(59 * DAY);
    await review(system, false);
    const last = (await dayNow()) + 60;
    const attestAgain = async () =>
      relay(system, veryLarge, await bothAttestations(system, veryLarge, { observedDay }));
    await noonOf(last + 1);
    await expect(attestAgain()).to.be.revertedWithCustomError(parametric, "FiledLate").withArgs(observedDay, last);
    expect(await balanceOf(system, member)).to.equal(0n);
  });

  it("a day before that is too late takes the attestation of a benefit that was rejected", async () => {
    const system = await loadFixture(deployRecorded);
    const { veryLarge } = system;
    const observedDay = await dayNow();
    await time.increase(13 * DAY);
    await challenge(system);
    await time.increase(59 * DAY);
    await review(system, false);
    await noonOf((await dayNow()) + 60);
    await relay(system, veryLarge, await bothAttestations(system, veryLarge, { observedDay }));
    expect((await benefitOf(system, veryLarge)).status).to.equal(BENEFIT.Recorded);
  });

  it("after a rejection only what was signed later counts: a wrong attestation does not use the benefit up", async () => {
    const system = await loadFixture(deployRecorded);
    const { parametric, veryLarge, vault } = system;
    const before = await bothAttestations(system, veryLarge);
    await challenge(system);
    await review(system, false);
    const rejectedAt = BigInt(await time.latest());
    await expect(relay(system, veryLarge, before))
      .to.be.revertedWithCustomError(parametric, "AttestationSuperseded")
      .withArgs(before[0]!.issuedAt, rejectedAt);
    const inThatSecond = await bothAttestations(system, veryLarge);
    await expect(relay(system, veryLarge, inThatSecond))
      .to.be.revertedWithCustomError(parametric, "AttestationSuperseded")
      .withArgs(rejectedAt, rejectedAt);

    await time.increase(DAY);
    const later = await bothAttestations(system, veryLarge, { observedDay: before[0]!.observedDay });
    await expect(relay(system, veryLarge, [later[0]!, before[1]!]))
      .to.be.revertedWithCustomError(parametric, "AttestationSuperseded")
      .withArgs(before[1]!.issuedAt, rejectedAt);
    await relay(system, veryLarge, later);
    expect(await vault.reserved()).to.equal(VERY_LARGE);
    await time.increase(CHALLENGE);
    await pay(system);
    await expectPaid(system);
  });

  it("is of a challenge that is open", async () => {
    const system = await loadFixture(deployRecorded);
    const { parametric, veryLarge } = system;
    await expect(review(system, true))
      .to.be.revertedWithCustomError(parametric, "WrongBenefitStatus")
      .withArgs(1n, veryLarge.productId, BENEFIT.Recorded);
    await challenge(system);
    const { deadline } = await benefitOf(system, veryLarge);
    await time.setNextBlockTimestamp(deadline);
    await expect(review(system, false))
      .to.be.revertedWithCustomError(parametric, "ReviewPeriodOver")
      .withArgs(deadline);
    await pay(system);
    await expectPaid(system);
  });

  it("attack: the payer, who ever was a payer, and who could attest decide nothing", async () => {
    const system = await loadFixture(deployChallenged);
    const { parametric, participants, veryLarge, insurer, laboratory, otherClinic, clinic } = system;
    for (const account of [insurer, laboratory, otherClinic]) await accredit(system, account, "INDEPENDENT_REVIEWER");
    await accredit(system, otherClinic, "PAYER");
    await participants.connect(accreditorFor(system, "PAYER")).withdraw(otherClinic, ROLES.PAYER);
    for (const account of [insurer, laboratory, otherClinic]) {
      for (const dismiss of [true, false]) {
        await expect(review(system, dismiss, account))
          .to.be.revertedWithCustomError(parametric, "NotIndependent")
          .withArgs(veryLarge.productId, account.address);
      }
    }
    await expect(review(system, true, clinic))
      .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
      .withArgs(clinic.address, ROLES.INDEPENDENT_REVIEWER, STANDINGS.indexOf("Unaccredited"));
  });

  it("wants the notice of its reasons", async () => {
    const system = await loadFixture(deployChallenged);
    await expect(review(system, false, system.reviewer, ZeroHash))
      .to.be.revertedWithCustomError(system.parametric, "ReasonMissing")
      .withArgs();
  });
});

describe("ParametricPolicy: while the payer has stopped automatic payments", () => {
  async function deployPaused(): Promise<Sold> {
    const system = await loadFixture(deployProducts);
    await system.vault.connect(system.insurerKey).pauseAutomaticPayments();
    return system;
  }

  it("a benefit is recorded and reserved, and anyone has it paid when they go on", async () => {
    const system = await loadFixture(deployPaused);
    const { parametric, vault, small } = system;
    const until = await vault.pausedUntil();
    await expect(relay(system, small, [await attestation(system, small)]))
      .to.emit(parametric, "BenefitRecorded")
      .withArgs(1n, small.productId, RECORDED.PaymentsPaused, until, true);
    expect(await vault.reserved()).to.equal(SMALL);
    await expect(pay(system, system.stranger, small))
      .to.be.revertedWithCustomError(parametric, "NotDue")
      .withArgs(until);
    await time.setNextBlockTimestamp(until);
    await pay(system, system.stranger, small);
    expect(await balanceOf(system, system.member)).to.equal(SMALL);
    expect(await vault.reserved()).to.equal(0n);
  });

  it("the payer may challenge it, until they go on", async () => {
    const system = await loadFixture(deployPaused);
    const { small } = system;
    await relay(system, small, [await attestation(system, small)]);
    await challenge(system, system.insurer, small);
    expect((await benefitOf(system, small)).status).to.equal(BENEFIT.Challenged);
  });

  it("what is above the ceiling is recorded as ever", async () => {
    const system = await loadFixture(deployPaused);
    const { parametric, veryLarge } = system;
    const transaction = await relay(system, veryLarge, await bothAttestations(system, veryLarge));
    await expect(transaction)
      .to.emit(parametric, "BenefitRecorded")
      .withArgs(1n, veryLarge.productId, RECORDED.AboveCeiling, BigInt((await time.latest()) + CHALLENGE), true);
  });
});

describe("ParametricPolicy: while the vault is short", () => {
  /** Investors took all but 999 out. */
  async function deployShort(): Promise<Sold> {
    const system = await loadFixture(deployProducts);
    const { vault, investor } = system;
    await vault.connect(investor).requestWithdraw(await vault.balanceOf(investor));
    await noonOf((await dayNow()) + 31);
    await vault.connect(investor).withdraw(100_000n * UNIT - SMALL + 1n, investor, investor);
    return system;
  }

  it("a benefit is recorded, nothing is lost, and it is paid when there is money", async () => {
    const system = await loadFixture(deployShort);
    const { parametric, vault, small, currency, terms } = system;
    const transaction = await relay(system, small, [await attestation(system, small)]);
    await expect(transaction)
      .to.emit(parametric, "BenefitRecorded")
      .withArgs(1n, small.productId, RECORDED.ReserveShort, BigInt(await time.latest()), false);
    expect(await vault.reserved()).to.equal(0n);
    await expect(pay(system, system.stranger, small))
      .to.be.revertedWithCustomError(vault, "InsufficientReserves")
      .withArgs(SMALL - 1n, SMALL);
    expect((await benefitOf(system, small)).status).to.equal(BENEFIT.Recorded);
    await currency.getFunction("mint")(terms.vault, 1n);
    await pay(system, system.stranger, small);
    expect(await balanceOf(system, system.member)).to.equal(SMALL);
    expect(await vault.reserved()).to.equal(0n);
  });

  it("the payer cannot challenge what only money was missing for", async () => {
    const system = await loadFixture(deployShort);
    const { parametric, small } = system;
    await relay(system, small, [await attestation(system, small)]);
    const { deadline } = await benefitOf(system, small);
    await expect(challenge(system, system.insurer, small))
      .to.be.revertedWithCustomError(parametric, "ChallengePeriodOver")
      .withArgs(deadline);
  });

  it("what was not reserved is not released when it is rejected", async () => {
    const system = await loadFixture(deployShort);
    const { vault, veryLarge } = system;
    await relay(system, veryLarge, await bothAttestations(system, veryLarge));
    expect((await benefitOf(system, veryLarge)).reserved).to.equal(false);
    await challenge(system);
    await review(system, false);
    expect((await benefitOf(system, veryLarge)).status).to.equal(BENEFIT.Rejected);
    expect(await vault.reserved()).to.equal(0n);
  });

  it("attack: a sum beyond all money is recorded, and overflows nothing", async () => {
    const system = await loadFixture(deployProducts);
    const { parametric, vault } = system;
    const most = 2n ** 64n - 1n;
    const terms = parametricTerms(system, {
      waitingDays: 0,
      attestersAbove: most,
      challengeAbove: 0n,
      challengeDays: 30,
    });
    await parametric.connect(system.insurer).publish(terms);
    await enrol(system, terms, most);
    const product = { terms, productId: productId(terms) };
    await relay(system, product, [await attestation(system, product)]);
    const { sum, status, reserved, deadline } = await benefitOf(system, product);
    expect([sum, status, reserved]).to.deep.equal([most, BENEFIT.Recorded, false]);
    expect(deadline).to.equal(BigInt((await time.latest()) + 30 * DAY));
    await time.increase(30 * DAY);
    await expect(pay(system, system.stranger, product))
      .to.be.revertedWithCustomError(vault, "InsufficientReserves")
      .withArgs(100_000n * UNIT, most);
  });
});

describe("ParametricPolicy: tokens and wallets", () => {
  interface Hostile extends Sold {
    token: Contract;
    product: Product;
    setMode: (mode: Mode) => Promise<void>;
  }

  /** A product over a token that misbehaves, in which policy 3 is enrolled; its member is the member. */
  async function deployHostileProduct(): Promise<Hostile> {
    const system = await loadFixture(deployProducts);
    const { vaultFactory, insurer, plans, deployer, investor } = system;
    const token = await ethers.deployContract("HostileToken");
    await vaultFactory.connect(insurer).createVault(token);
    const vault = ReserveVault__factory.connect(await vaultFactory.vaultOf(insurer, token), deployer);
    await token.getFunction("mint")(investor, LARGE);
    await (token.connect(investor) as Contract).getFunction("approve")(vault, LARGE);
    await vault.connect(investor).deposit(LARGE, investor);
    const plan = planTerms(insurer.address, await vault.getAddress(), system.terms.feeSchedule);
    await plans.connect(insurer).publish(plan as never);
    const person = ethers.Wallet.createRandom(ethers.provider) as unknown as Account;
    await deployer.sendTransaction({ to: person.address, value: ethers.parseEther("1") });
    const policyId = await insure(system, person, tagFor("person C, year"), plan);
    const terms = parametricTerms(system, { vault: plan.vault, waitingDays: 0 });
    await system.parametric.connect(insurer).publish(terms);
    await enrol(system, terms, SMALL, policyId, plan);
    return {
      ...system,
      vault,
      currency: token,
      member: person,
      token,
      product: { terms, productId: productId(terms) },
      setMode: async (mode) => {
        await token.getFunction("setMode")(MODES.indexOf(mode));
      },
    };
  }

  for (const mode of ["Reverts", "ReturnsFalse", "ReturnsGarbage", "RevertsAtLength", "BurnsGas"] as const) {
    it(`hold the sum for the member where the token ${mode}`, async () => {
      const system = await loadFixture(deployHostileProduct);
      const { parametric, vault, product, member, setMode } = system;
      await setMode(mode);
      const transaction = await relay(system, product, [await attestation(system, product, { policyId: 3n })]);
      await expect(transaction)
        .to.emit(parametric, "BenefitPaid")
        .withArgs(3n, product.productId, member.address, SMALL);
      await expect(transaction).to.emit(vault, "PaymentHeld").withArgs(member.address, SMALL);
      expect((await parametric.benefitOf(3, product.productId)).status).to.equal(BENEFIT.Paid);
      expect(await vault.heldFor(member)).to.equal(SMALL);
      await setMode("Honest");
      await vault.collect(member);
      expect(await balanceOf(system, member)).to.equal(SMALL);
    });
  }

  for (const mode of ["CallsBefore", "CallsAfter"] as const) {
    it(`attack: a token that ${mode} to be paid once more finds the benefit paid`, async () => {
      const system = await loadFixture(deployHostileProduct);
      const { parametric, product, token, member, setMode } = system;
      const signed = await attestation(system, product, { policyId: 3n });
      const again = parametric.interface.encodeFunctionData("attest", [3, signed.observedDay, product.terms, [signed]]);
      await token.getFunction("prepare")(parametric, again);
      await setMode(mode);
      await relay(system, product, [signed]);
      expect(await token.getFunction("callSucceeded")()).to.equal(false);
      expect(await token.getFunction("callError")()).to.equal(
        parametric.interface.getError("WrongBenefitStatus")!.selector,
      );
      expect(await balanceOf(system, member)).to.equal(SMALL);
    });
  }

  it("a member that the token blacklists has the money sent elsewhere", async () => {
    const system = await loadFixture(deployHostileProduct);
    const { vault, product, token, member, stranger } = system;
    await token.getFunction("setBlacklisted")(member, true);
    await relay(system, product, [await attestation(system, product, { policyId: 3n })]);
    expect(await vault.heldFor(member)).to.equal(SMALL);
    await vault.connect(member).collectTo(stranger);
    expect(await token.getFunction("balanceOf")(stranger)).to.equal(SMALL);
  });

  it("a member that is a contract is paid and not called", async () => {
    const system = await loadFixture(deployProducts);
    const { policies, consents, insurerKey, terms, small } = system;
    const wallet = await ethers.deployContract("HostileReceiver");
    const firstDay = await dayNow();
    await policies.connect(insurerKey).issue(terms as never, wallet, firstDay, firstDay + 99, 0);
    const grant = consents.interface.encodeFunctionData("grant", [...(await paymentConsent(system))]);
    await wallet.getFunction("act")(consents, grant);
    await enrol(system, small.terms, SMALL, 3n);
    await noonOf(firstDay + 11);
    await relay(system, small, [await attestation(system, small, { policyId: 3n })]);
    expect(await balanceOf(system, { address: await wallet.getAddress() })).to.equal(SMALL);
    expect(await wallet.getFunction("called")()).to.equal(false);
  });

  it("attack: no relayer makes the payment fail by giving it too little gas", async () => {
    const system = await loadFixture(deployProducts);
    const { small, parametric, vault, stranger, member } = system;
    const signed = await attestation(system, small);
    const outcomes = { paid: 0, reverted: 0 };
    for (let gasLimit = 60_000; gasLimit <= 400_000; gasLimit += 10_000) {
      const snapshot = (await ethers.provider.send("evm_snapshot", [])) as string;
      await parametric
        .connect(stranger)
        .attest(1, signed.observedDay, small.terms, [signed as never], { gasLimit })
        .then(
          () => ++outcomes.paid,
          () => ++outcomes.reverted,
        );
      expect(await vault.heldFor(member), `${gasLimit} gas`).to.equal(0n);
      await ethers.provider.send("evm_revert", [snapshot]);
    }
    expect(outcomes.paid).to.be.greaterThan(10);
    expect(outcomes.reverted).to.be.greaterThan(3);
  });

  it("a laboratory that is a contract wallet attests by ERC-1271", async () => {
    const system = await loadFixture(deployProducts);
    const { small, laboratoryKey } = system;
    const wallet = await deployWallet(laboratoryKey.address);
    await accredit(system, wallet, "LABORATORY");
    const signed = await attestation(system, small, { laboratory: wallet, signedBy: wallet.address });
    await relay(system, small, [signed]);
    expect(await balanceOf(system, system.member)).to.equal(SMALL);
  });
});
