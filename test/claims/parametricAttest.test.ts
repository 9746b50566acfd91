/** Attestations: when a benefit is paid, and all that must not be. */
import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { id, ZeroHash } from "ethers";
import { ethers } from "hardhat";

import { CATEGORIES, PURPOSES } from "../../src/consent/codes.js";
import { ROLES, STANDINGS } from "../../src/participants/roles.js";
import { accredit, accreditorFor, enlist, type Account } from "../support/careproof";
import { balanceOf, dayNow, UNIT } from "../support/claimsParties";
import {
  attestation,
  BENEFIT,
  benefitOf,
  bothAttestations,
  deployProducts,
  enrol,
  LARGE,
  paymentConsent,
  RECORDED,
  relay,
  sell,
  SMALL,
  VERY_LARGE,
  type Product,
  type Sold,
} from "../support/parametric";
import { DAY, noonOf } from "../support/policies";
import {
  itRefusesTheFuture,
  itTakesOnlySignedDecisions,
  type KeyHolder,
  type Message,
  type SignedRoute,
} from "../support/signedDecisions";

/** Numbers of `CoverStatus` and `Denial`. */
const COVER = { NotInForce: 0n, Lapsed: 1n };
const DENIAL = { Suspended: 2n, NeverGranted: 10n, Revoked: 11n, Expired: 14n };

const refused = (system: Sold, product: Product, attestations: Parameters<typeof relay>[2], policyId?: bigint) =>
  expect(relay(system, product, attestations, policyId)).to.be;

/** Nothing was paid or recorded for the product. */
async function expectUntouched(system: Sold, product: Product): Promise<void> {
  expect((await benefitOf(system, product)).status).to.equal(BENEFIT.Enrolled);
  expect(await balanceOf(system, system.member)).to.equal(0n);
  expect(await system.vault.reserved()).to.equal(0n);
}

/** Products in which policies 1 and 2 are enrolled since three days: each decision is of another. */
async function route(): Promise<SignedRoute> {
  const system = await loadFixture(deployProducts);
  const products = new Map<string, Product>();
  while (products.size < 4) {
    const product = await sell(system, SMALL, { waitingDays: 0 }, [1n, 2n]);
    products.set(product.productId, product);
  }
  const [foreign, ...others] = [...products.values()];
  let used = 0;
  await noonOf((await dayNow()) + 3);
  const statusOf = async (message: Message): Promise<bigint> =>
    (await system.parametric.benefitOf(message.policyId as bigint, message.productId as string)).status;
  return {
    contract: system.parametric,
    domainName: "CareProof ParametricPolicy",
    type: "Attestation(uint256 policyId,bytes32 productId,uint32 observedDay,address attester,address signedBy,bytes32 observation,uint40 issuedAt,uint40 deadline)",
    signedBy: "signedBy",
    signer: ethers.Wallet.createRandom() as unknown as KeyHolder,
    other: ethers.Wallet.createRandom() as unknown as KeyHolder,
    decisionOf: async (address) => {
      const { status } = await system.participants.accreditationOf(address, ROLES.LABORATORY);
      if (status === 0n) await accredit(system, { address }, "LABORATORY");
      const { productId } = others[used++ % others.length]!;
      const now = BigInt(await time.latest());
      return {
        policyId: 1n,
        productId,
        observedDay: now / BigInt(DAY),
        attester: address,
        signedBy: address,
        observation: id("observation"),
        issuedAt: now,
        deadline: now + 1_000_000n,
      };
    },
    altered: {
      policyId: 2n,
      productId: foreign!.productId,
      observedDay: BigInt((await dayNow()) - 1),
      attester: system.otherLaboratory.address,
      observation: id("another observation"),
    },
    relay: (message, signature) =>
      system.parametric
        .connect(system.stranger)
        .attest(
          message.policyId as bigint,
          message.observedDay as bigint,
          products.get(message.productId as string)!.terms,
          [{ ...message, signature } as never],
        ),
    stands: async (message) => (await statusOf(message)) === BENEFIT.Paid,
  };
}

describe("ParametricPolicy: attestations as signed decisions", () => {
  itTakesOnlySignedDecisions(route);
  itRefusesTheFuture(route);
});

describe("ParametricPolicy: attest", () => {
  it("pays the member at once, on one attestation by a key of a laboratory, relayed by anyone", async () => {
    const system = await loadFixture(deployProducts);
    const { parametric, currency, vault, member, laboratory, laboratoryKey, small } = system;
    const signed = await attestation(system, small);
    expect(
      await parametric.connect(system.stranger).attest.staticCall(1, signed.observedDay, small.terms, [signed]),
    ).to.equal(BENEFIT.Paid);
    const transaction = await relay(system, small, [signed]);
    await expect(transaction)
      .to.emit(parametric, "BenefitAttested")
      .withArgs(1n, small.productId, laboratory.address, signed.observation, laboratoryKey.address);
    await expect(transaction).to.emit(parametric, "BenefitPaid").withArgs(1n, small.productId, member.address, SMALL);
    await expect(transaction).to.changeTokenBalances(currency, [member, vault], [SMALL, -SMALL]);
    expect((await transaction.wait())!.logs.length).to.equal(3);
    expect((await benefitOf(system, small)).status).to.equal(BENEFIT.Paid);
    expect(await vault.reserved()).to.equal(0n);
  });

  it("pays nobody but the member: neither who relays nor who attests", async () => {
    const system = await loadFixture(deployProducts);
    await relay(system, system.large, await bothAttestations(system, system.large));
    expect(await balanceOf(system, system.member)).to.equal(LARGE);
    for (const account of [system.stranger, system.laboratory, system.laboratoryKey, system.otherLaboratory]) {
      expect(await balanceOf(system, account)).to.equal(0n);
    }
  });

  it("takes what the laboratory signs with its own address", async () => {
    const system = await loadFixture(deployProducts);
    await relay(system, system.small, [await attestation(system, system.small, { key: system.laboratory })]);
    expect(await balanceOf(system, system.member)).to.equal(SMALL);
  });

  it("says for each of two laboratories that it attested", async () => {
    const system = await loadFixture(deployProducts);
    const { parametric, large } = system;
    const first = await attestation(system, large);
    const other = await attestation(system, large, {
      key: system.otherLaboratoryKey,
      laboratory: system.otherLaboratory,
      observation: id("its own observation"),
    });
    const transaction = await relay(system, large, [first, other]);
    for (const { attester, observation, signedBy } of [first, other]) {
      await expect(transaction)
        .to.emit(parametric, "BenefitAttested")
        .withArgs(1n, large.productId, attester, observation, signedBy);
    }
    expect((await benefitOf(system, large)).status).to.equal(BENEFIT.Paid);
  });

  it("records what is above the ceiling, reserves it, and says until when it can be challenged", async () => {
    const system = await loadFixture(deployProducts);
    const { parametric, vault, veryLarge } = system;
    const transaction = await relay(system, veryLarge, await bothAttestations(system, veryLarge));
    const deadline = BigInt((await time.latest()) + 14 * DAY);
    await expect(transaction)
      .to.emit(parametric, "BenefitRecorded")
      .withArgs(1n, veryLarge.productId, RECORDED.AboveCeiling, deadline, true);
    expect(await balanceOf(system, system.member)).to.equal(0n);
    expect(await vault.reserved()).to.equal(VERY_LARGE);
    const { sum, rejectedAt, reserved, status, deadline: until } = await benefitOf(system, veryLarge);
    expect([sum, rejectedAt, reserved, status, until]).to.deep.equal([
      VERY_LARGE,
      0n,
      true,
      BENEFIT.Recorded,
      deadline,
    ]);
  });

  it("asks for one attester up to the sum of the terms, and for more above it", async () => {
    const system = await loadFixture(deployProducts);
    const { parametric, small } = system;
    await refused(system, small, await bothAttestations(system, small))
      .revertedWithCustomError(parametric, "WrongNumberOfAttestations")
      .withArgs(2n, 1n);
    await expect(parametric.attest(1, await dayNow(), small.terms, []))
      .to.be.revertedWithCustomError(parametric, "WrongNumberOfAttestations")
      .withArgs(0n, 1n);
    const above = await sell(system, SMALL, { attestersAbove: SMALL - 1n, waitingDays: 0 });
    await refused(system, above, [await attestation(system, above)])
      .revertedWithCustomError(parametric, "WrongNumberOfAttestations")
      .withArgs(1n, 2n);
    await expectUntouched(system, above);
  });

  it("pays at once up to the ceiling of the terms, and not a unit more", async () => {
    const system = await loadFixture(deployProducts);
    const { large } = system;
    await relay(system, large, await bothAttestations(system, large));
    expect((await benefitOf(system, large)).status).to.equal(BENEFIT.Paid);
    const above = await sell(system, LARGE, { challengeAbove: LARGE - 1n, waitingDays: 0 });
    await relay(system, above, await bothAttestations(system, above));
    expect((await benefitOf(system, above)).status).to.equal(BENEFIT.Recorded);
  });

  it("takes as many attesters as the terms say, up to eight, and not one more or less", async () => {
    const system = await loadFixture(deployProducts);
    const product = await sell(system, LARGE, { attesters: 8, waitingDays: 0 });
    const laboratories: Account[] = [system.laboratory, system.otherLaboratory];
    while (laboratories.length < 9) {
      const laboratory = ethers.Wallet.createRandom(ethers.provider) as unknown as Account;
      await accredit(system, laboratory, "LABORATORY");
      laboratories.push(laboratory);
    }
    const signed = [];
    for (const laboratory of laboratories) {
      signed.push(await attestation(system, product, { key: laboratory, laboratory }));
    }
    for (const wrong of [signed.slice(0, 7), signed]) {
      await refused(system, product, wrong)
        .revertedWithCustomError(system.parametric, "WrongNumberOfAttestations")
        .withArgs(wrong.length, 8n);
    }
    await relay(system, product, signed.slice(1));
    expect(await balanceOf(system, system.member)).to.equal(LARGE);
  });

  it("takes another role than that of laboratories, where the product names it", async () => {
    const system = await loadFixture(deployProducts);
    const product = await sell(system, SMALL, { attesterRole: ROLES.PROVIDER, waitingDays: 0 });
    await relay(system, product, [
      await attestation(system, product, { key: system.clinicKey, laboratory: system.clinic }),
    ]);
    expect(await balanceOf(system, system.member)).to.equal(SMALL);
  });

  it("pays for each product by itself", async () => {
    const system = await loadFixture(deployProducts);
    await relay(system, system.small, [await attestation(system, system.small)]);
    await relay(system, system.large, await bothAttestations(system, system.large));
    expect(await balanceOf(system, system.member)).to.equal(SMALL + LARGE);
  });
});

describe("ParametricPolicy: attacks with attestations", () => {
  it("the same event attested again, by the same or another laboratory", async () => {
    const system = await loadFixture(deployProducts);
    const { small, parametric } = system;
    const first = await attestation(system, small);
    const second = await attestation(system, small, {
      key: system.otherLaboratoryKey,
      laboratory: system.otherLaboratory,
      observation: id("another"),
    });
    await relay(system, small, [first]);
    for (const again of [first, second]) {
      await refused(system, small, [again])
        .revertedWithCustomError(parametric, "WrongBenefitStatus")
        .withArgs(1n, small.productId, BENEFIT.Paid);
    }
    expect(await balanceOf(system, system.member)).to.equal(SMALL);
  });

  it("an event that is recorded, attested again", async () => {
    const system = await loadFixture(deployProducts);
    const { veryLarge } = system;
    await relay(system, veryLarge, await bothAttestations(system, veryLarge));
    await refused(system, veryLarge, await bothAttestations(system, veryLarge))
      .revertedWithCustomError(system.parametric, "WrongBenefitStatus")
      .withArgs(1n, veryLarge.productId, BENEFIT.Recorded);
    expect(await system.vault.reserved()).to.equal(VERY_LARGE);
  });

  it("a laboratory that signs twice", async () => {
    const system = await loadFixture(deployProducts);
    const { large, parametric, laboratory } = system;
    const signed = await attestation(system, large);
    await refused(system, large, [signed, signed])
      .revertedWithCustomError(parametric, "DuplicateAttester")
      .withArgs(laboratory.address);
    await expectUntouched(system, large);
  });

  it("two keys of one laboratory, or a key and the laboratory itself", async () => {
    const system = await loadFixture(deployProducts);
    const { large, parametric, laboratory, secondKey } = system;
    for (const key of [secondKey, laboratory]) {
      const signed = [await attestation(system, large), await attestation(system, large, { key })];
      await refused(system, large, signed)
        .revertedWithCustomError(parametric, "DuplicateAttester")
        .withArgs(laboratory.address);
      // The second key says that it is a laboratory of its own, or acts for another.
      const own = await attestation(system, large, { key: secondKey, laboratory: secondKey });
      await refused(system, large, [signed[0]!, own])
        .revertedWithCustomError(parametric, "NotTheAttester")
        .withArgs(secondKey.address, secondKey.address);
      const foreign = await attestation(system, large, { key: secondKey, laboratory: system.otherLaboratory });
      await refused(system, large, [signed[0]!, foreign])
        .revertedWithCustomError(parametric, "NotTheAttester")
        .withArgs(system.otherLaboratory.address, secondKey.address);
    }
    await expectUntouched(system, large);
  });

  it("a laboratory that was suspended or whose accreditation was withdrawn after it signed", async () => {
    const system = await loadFixture(deployProducts);
    const { small, participants, laboratory, laboratoryKey } = system;
    const signed = await attestation(system, small);
    const accreditor = participants.connect(accreditorFor(system, "LABORATORY"));
    await accreditor.suspend(laboratory.address, ROLES.LABORATORY);
    await refused(system, small, [signed])
      .revertedWithCustomError(participants, "NotInGoodStanding")
      .withArgs(laboratoryKey.address, ROLES.LABORATORY, STANDINGS.indexOf("Suspended"));
    await accreditor.withdraw(laboratory.address, ROLES.LABORATORY);
    await refused(system, small, [signed])
      .revertedWithCustomError(participants, "NotInGoodStanding")
      .withArgs(laboratoryKey.address, ROLES.LABORATORY, STANDINGS.indexOf("Withdrawn"));
    await expectUntouched(system, small);
  });

  it("a key that the laboratory removed after it signed", async () => {
    const system = await loadFixture(deployProducts);
    const { small, participants, laboratory, laboratoryKey } = system;
    const signed = await attestation(system, small);
    await participants.connect(laboratory).removeOperator(laboratoryKey.address);
    await refused(system, small, [signed])
      .revertedWithCustomError(participants, "NotInGoodStanding")
      .withArgs(laboratoryKey.address, ROLES.LABORATORY, STANDINGS.indexOf("Unaccredited"));
  });

  it("an organisation of another role, and a key without the role", async () => {
    const system = await loadFixture(deployProducts);
    const { small, participants, clinicKey, clinic, laboratory, stranger } = system;
    await refused(system, small, [await attestation(system, small, { key: clinicKey, laboratory: clinic })])
      .revertedWithCustomError(participants, "NotInGoodStanding")
      .withArgs(clinicKey.address, ROLES.LABORATORY, STANDINGS.indexOf("OperatorRoleMissing"));
    await refused(system, small, [await attestation(system, small, { key: stranger, laboratory: stranger })])
      .revertedWithCustomError(participants, "NotInGoodStanding")
      .withArgs(stranger.address, ROLES.LABORATORY, STANDINGS.indexOf("Unaccredited"));
    await enlist(system, laboratory, stranger, "PROVIDER");
    await refused(system, small, [await attestation(system, small, { key: stranger })])
      .revertedWithCustomError(participants, "NotInGoodStanding")
      .withArgs(stranger.address, ROLES.LABORATORY, STANDINGS.indexOf("OperatorRoleMissing"));
    await expectUntouched(system, small);
  });

  it("the payer or the member as laboratory", async () => {
    const system = await loadFixture(deployProducts);
    const { small, parametric, insurer, member } = system;
    await accredit(system, insurer, "LABORATORY");
    await accredit(system, member, "LABORATORY");
    for (const laboratory of [insurer, member]) {
      await refused(system, small, [await attestation(system, small, { key: laboratory, laboratory })])
        .revertedWithCustomError(parametric, "AttesterNotIndependent")
        .withArgs(laboratory.address);
    }
    await expectUntouched(system, small);
  });

  it("replay on another policy, on another product, and on a product with other terms", async () => {
    const system = await loadFixture(deployProducts);
    const { small, parametric, laboratoryKey } = system;
    await enrol(system, small.terms, SMALL, 2n);
    await time.increase(12 * DAY);
    const signed = await attestation(system, small);
    await refused(system, small, [signed], 2n)
      .revertedWithCustomError(parametric, "InvalidSignature")
      .withArgs(laboratoryKey.address);
    const other = await sell(system, SMALL, { waitingDays: 0 });
    await refused(system, other, [signed])
      .revertedWithCustomError(parametric, "InvalidSignature")
      .withArgs(laboratoryKey.address);
    const changed = { terms: { ...small.terms, waitingDays: 0 }, productId: small.productId };
    await refused(system, changed, [signed])
      .revertedWithCustomError(parametric, "WrongBenefitStatus")
      .withArgs(1n, await parametric.productIdOf(changed.terms), BENEFIT.None);
    await relay(system, small, [signed]);
    expect(await balanceOf(system, system.member)).to.equal(SMALL);
    expect(await balanceOf(system, system.otherMember)).to.equal(0n);
  });

  it("a policy that is not enrolled", async () => {
    const system = await loadFixture(deployProducts);
    const { small, parametric } = system;
    await refused(system, small, [await attestation(system, small, { policyId: 2n })])
      .revertedWithCustomError(parametric, "WrongBenefitStatus")
      .withArgs(2n, small.productId, BENEFIT.None);
  });

  it("an observation before the waiting period is over, or after the window", async () => {
    const system = await loadFixture(deployProducts);
    const { parametric } = system;
    const product = await sell(system, SMALL, { waitingDays: 3, windowDays: 5 }, [1n, 2n]);
    const from = (await dayNow()) + 3;
    const refuses = async (day: number): Promise<void> => {
      await refused(system, product, [await attestation(system, product, { observedDay: day })])
        .revertedWithCustomError(parametric, "OutsideWindow")
        .withArgs(day, from, from + 2);
    };
    await refuses(from - 1);
    await noonOf(from + 3);
    await refuses(from - 1);
    await refuses(from + 3);
    await refuses(2 ** 32 - 1);
    await expectUntouched(system, product);
    await relay(system, product, [await attestation(system, product, { observedDay: from })]);
    await relay(system, product, [await attestation(system, product, { observedDay: from + 2, policyId: 2n })]);
    expect(await balanceOf(system, system.member)).to.equal(SMALL);
    expect(await balanceOf(system, system.otherMember)).to.equal(SMALL);
  });

  it("an attestation that was signed before the day that it attests", async () => {
    const system = await loadFixture(deployProducts);
    const { small, parametric } = system;
    const tomorrow = (await dayNow()) + 1;
    const early = await attestation(system, small, { observedDay: tomorrow });
    await refused(system, small, [early])
      .revertedWithCustomError(parametric, "IssuedBeforeObservation")
      .withArgs(early.issuedAt, tomorrow);
    await noonOf(tomorrow);
    await refused(system, small, [early])
      .revertedWithCustomError(parametric, "IssuedBeforeObservation")
      .withArgs(early.issuedAt, tomorrow);
    await relay(system, small, [await attestation(system, small, { observedDay: tomorrow, issuedAt: tomorrow * DAY })]);
    expect(await balanceOf(system, system.member)).to.equal(SMALL);
  });

  it("an attestation that arrives too late; on the last day it does not", async () => {
    const system = await loadFixture(deployProducts);
    const { parametric } = system;
    const product = await sell(system, SMALL, { waitingDays: 0, timelyFilingDays: 10 });
    const day = await dayNow();
    const signed = await attestation(system, product, { observedDay: day });
    await noonOf(day + 11);
    await refused(system, product, [signed])
      .revertedWithCustomError(parametric, "FiledLate")
      .withArgs(day, day + 10);
    const later = await sell(system, SMALL, { waitingDays: 0, timelyFilingDays: 10 });
    const next = await attestation(system, later, { observedDay: day + 11 });
    await time.increaseTo((day + 22) * DAY - 2);
    await relay(system, later, [next]);
    expect(await balanceOf(system, system.member)).to.equal(SMALL);
  });

  it("an observation on a day after the policy was cancelled; until then it counts, whenever it is reported", async () => {
    const system = await loadFixture(deployProducts);
    const { small, parametric, policies, insurerKey, terms } = system;
    const lastDay = (await dayNow()) + 2;
    await policies.connect(insurerKey).cancel(1, terms as never, lastDay);
    await noonOf(lastDay + 1);
    await refused(system, small, [await attestation(system, small)])
      .revertedWithCustomError(parametric, "NotCovered")
      .withArgs(1n, lastDay + 1, COVER.NotInForce);
    await expectUntouched(system, small);
    await relay(system, small, [await attestation(system, small, { observedDay: lastDay })]);
    expect(await balanceOf(system, system.member)).to.equal(SMALL);
  });

  it("an observation before the policy began", async () => {
    const system = await loadFixture(deployProducts);
    const { parametric, stranger, insurerKey, policies, terms } = system;
    const firstDay = (await dayNow()) + 5;
    await policies.connect(insurerKey).issue(terms as never, stranger, firstDay, firstDay + 100, 0);
    const product = await sell(system, SMALL, { waitingDays: 0 }, [3n]);
    await refused(system, product, [await attestation(system, product, { policyId: 3n })])
      .revertedWithCustomError(parametric, "OutsideWindow")
      .withArgs(firstDay - 5, firstDay, firstDay + 300);
  });

  it("an observation on a day that is not paid for; in grace it counts once it is", async () => {
    const system = await loadFixture(deployProducts);
    const { parametric, policies, insurerKey, terms, currency, vault, investor } = system;
    const firstDay = await dayNow();
    const person = ethers.Wallet.createRandom(ethers.provider);
    await system.deployer.sendTransaction({ to: person.address, value: ethers.parseEther("1") });
    await policies.connect(insurerKey).issue(terms as never, person, firstDay, firstDay + 99, UNIT);
    await system.consents.connect(person).grant(...(await paymentConsent(system)));
    const product = await sell(system, SMALL, { waitingDays: 0 }, [3n]);
    await currency.getFunction("mint")(investor, 1_000n * UNIT);
    await (currency.connect(investor) as typeof currency).getFunction("approve")(vault, 1_000n * UNIT);
    await policies.connect(investor).payPremium(3, terms as never, firstDay + 4);

    await noonOf(firstDay + 5);
    const signed = await attestation(system, product, { policyId: 3n });
    await refused(system, product, [signed])
      .revertedWithCustomError(parametric, "NotCovered")
      .withArgs(3n, firstDay + 5, COVER.Lapsed);
    await policies.connect(investor).payPremium(3, terms as never, firstDay + 5);
    await relay(system, product, [signed]);
    expect(await balanceOf(system, person)).to.equal(SMALL);
    // Lapsed for good: nobody can pay for the day any more.
    await noonOf(firstDay + 5 + 32);
    await expect(policies.connect(investor).payPremium(3, terms as never, firstDay + 40))
      .to.be.revertedWithCustomError(policies, "PolicyLapsed")
      .withArgs(3n, firstDay + 5);
  });

  it("an observation without a commitment", async () => {
    const system = await loadFixture(deployProducts);
    await refused(system, system.small, [await attestation(system, system.small, { observation: ZeroHash })])
      .revertedWithCustomError(system.parametric, "ObservationMissing")
      .withArgs();
  });

  it("two laboratories that attest different days", async () => {
    const system = await loadFixture(deployProducts);
    const { large, parametric, otherLaboratoryKey, otherLaboratory } = system;
    const first = await attestation(system, large);
    const second = await attestation(system, large, {
      key: otherLaboratoryKey,
      laboratory: otherLaboratory,
      observedDay: Number(first.observedDay) - 1,
    });
    await refused(system, large, [first, second])
      .revertedWithCustomError(parametric, "InvalidSignature")
      .withArgs(otherLaboratoryKey.address);
  });
});

describe("ParametricPolicy: consent", () => {
  it("pays nobody who did not consent to payment by the payer, or revoked it, until they do", async () => {
    const system = await loadFixture(deployProducts);
    const { small, consents, member, insurer, policies, insurerKey, terms } = system;
    const person = ethers.Wallet.createRandom(ethers.provider) as unknown as Account;
    const firstDay = await dayNow();
    await policies.connect(insurerKey).issue(terms as never, person, firstDay, firstDay + 99, 0);
    const product = await sell(system, SMALL, { waitingDays: 0 }, [3n]);
    await refused(system, product, [await attestation(system, product, { policyId: 3n })])
      .revertedWithCustomError(consents, "ConsentDenied")
      .withArgs(person.address, insurer.address, PURPOSES.HPAYMT, DENIAL.NeverGranted);

    await consents.connect(member).revoke(insurer, 1n << BigInt(PURPOSES.HPAYMT));
    const signed = await attestation(system, small);
    await refused(system, small, [signed])
      .revertedWithCustomError(consents, "ConsentDenied")
      .withArgs(member.address, insurer.address, PURPOSES.HPAYMT, DENIAL.Revoked);
    await expectUntouched(system, small);
    await consents.connect(member).grant(...(await paymentConsent(system)));
    await relay(system, small, [signed]);
    expect(await balanceOf(system, member)).to.equal(SMALL);
  });

  it("a consent that has run out is none, while the payer is accredited", async () => {
    const system = await loadFixture(deployProducts);
    const { small, consents, member, insurer } = system;
    const [grantee, purposes, terms, evidence] = await paymentConsent(system);
    const expiresAt = (await time.latest()) + 100;
    await consents.connect(member).grant(grantee, purposes, { ...terms, expiresAt }, evidence);
    await time.increaseTo(expiresAt);
    await refused(system, small, [await attestation(system, small)])
      .revertedWithCustomError(consents, "ConsentDenied")
      .withArgs(member.address, insurer.address, PURPOSES.HPAYMT, DENIAL.Expired);
    await expectUntouched(system, small);
  });

  it("attack: a payer that lost its accreditation, and a consent that ran out or was to other categories", async () => {
    const system = await loadFixture(deployProducts);
    const { small, consents, participants, member, insurer } = system;
    const [grantee, purposes, terms, evidence] = await paymentConsent(system);
    await participants.connect(accreditorFor(system, "PAYER")).suspend(insurer, ROLES.PAYER);
    const other = { ...terms, categories: 1n << BigInt(CATEGORIES.LABORATORY) };
    await consents.connect(member).grant(grantee, purposes, other, evidence);
    const expectRefused = async () =>
      refused(system, small, [await attestation(system, small)])
        .revertedWithCustomError(consents, "ConsentDenied")
        .withArgs(member.address, insurer.address, PURPOSES.HPAYMT, DENIAL.Suspended);
    await expectRefused();
    await time.increase(10);
    const short = { ...terms, expiresAt: (await time.latest()) + 3_600 };
    await consents.connect(member).grant(grantee, purposes, short, evidence);
    await time.increase(3_600);
    await expectRefused();
    await expectUntouched(system, small);
  });

  it("a payer that lost its accreditation still pays those who consented, and only them", async () => {
    const system = await loadFixture(deployProducts);
    const { small, large, consents, participants, member, insurer } = system;
    await participants.connect(accreditorFor(system, "PAYER")).suspend(insurer, ROLES.PAYER);
    await relay(system, small, [await attestation(system, small)]);
    expect(await balanceOf(system, member)).to.equal(SMALL);
    await consents.connect(member).revoke(insurer, 1n << BigInt(PURPOSES.HPAYMT));
    await refused(system, large, await bothAttestations(system, large))
      .revertedWithCustomError(consents, "ConsentDenied")
      .withArgs(member.address, insurer.address, PURPOSES.HPAYMT, DENIAL.Suspended);
  });

  it("a payer whose accreditation ran out cannot wait until it is not asked any more", async () => {
    const system = await loadFixture(deployProducts);
    const { small, participants, insurer, member } = system;
    const soon = BigInt(await time.latest()) + 100n;
    const accreditor = participants.connect(accreditorFor(system, "PAYER"));
    await accreditor.accredit(insurer, ROLES.PAYER, soon);
    await time.increaseTo(soon);
    await relay(system, small, [await attestation(system, small)]);
    expect(await balanceOf(system, member)).to.equal(SMALL);
  });
});
