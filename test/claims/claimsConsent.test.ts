/** Consent to payment that ended, and when: what is left to the payer to judge, and what is refused. */
import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { id } from "ethers";

import { benefitYearOf } from "../support/benefitYear";
import { accreditorFor } from "../support/careproof";
import {
  PEND,
  STATUS,
  balanceOf,
  dayNow,
  deployInsurance,
  deployInsurer,
  proveClaim,
  stored,
  type Insurance,
} from "../support/claimsParties";
import { CATEGORIES, PURPOSES } from "../../src/consent/codes.js";
import { DENIALS } from "../../src/consent/statuses.js";
import { ROLES } from "../../src/participants/roles.js";

const HPAYMT = 1n << BigInt(PURPOSES.HPAYMT);
const HOUR = 3_600;
const CLAIMS = 1n << BigInt(CATEGORIES.COVERAGE_AND_CLAIMS);
const LABORATORY = 1n << BigInt(CATEGORIES.LABORATORY);

type Proven = Awaited<ReturnType<typeof proveClaim>>;

/** The member's consent to payment of now, in place of the one before. */
async function grant(system: Insurance, { categories = CLAIMS, lasts = 500 * 24 * HOUR } = {}): Promise<void> {
  const expiresAt = (await time.latest()) + lasts;
  const terms = { categories, notBefore: 0, expiresAt, flags: 0 };
  await system.consents.connect(system.member).grant(system.insurer, HPAYMT, terms, id("evidence"));
}

const suspendPayer = (system: Insurance) =>
  system.participants.connect(accreditorFor(system, "PAYER")).suspend(system.insurer, ROLES.PAYER);

const send = (system: Insurance, proven: Proven) =>
  system.claims.connect(system.clinicKey).submit(proven as never, proven.terms as never);

async function expectReceiptOnly(system: Insurance, proven: Proven): Promise<void> {
  await send(system, proven);
  const { claim, open } = await stored(system, proven);
  expect([claim.status, open.reason]).to.deep.equal([STATUS.Pended, PEND.ReceiptOnly]);
}

async function expectRefused(system: Insurance, proven: Proven, denial: (typeof DENIALS)[number]): Promise<void> {
  await expect(send(system, proven))
    .to.be.revertedWithCustomError(system.consents, "ConsentDenied")
    .withArgs(system.member.address, system.insurer.address, BigInt(PURPOSES.HPAYMT), BigInt(DENIALS.indexOf(denial)));
  expect(await balanceOf(system, system.clinic)).to.equal(0n);
}

/** Policy 1 of a member who never consented to anything. */
async function deployWithoutConsent(): Promise<Insurance> {
  const system = await loadFixture(deployInsurer);
  const today = await dayNow();
  await system.policies.connect(system.insurerKey).issue(system.terms as never, system.member, today, today + 364, 0);
  const year = benefitYearOf(today);
  await system.policies.connect(system.enrolment).declareSubjectTag(1, year, system.subjectTag, 0);
  return system;
}

describe("ClaimsProcessor: consent that ended after the receipt leaves the receipt", () => {
  it("as the member's address was retired", async () => {
    const system = await loadFixture(deployInsurance);
    const proven = await proveClaim(system);
    await time.increase(60);
    await system.consents.connect(system.member).retire(system.member);
    await expectReceiptOnly(system, proven);
  });

  it("as it ran out", async () => {
    const system = await loadFixture(deployInsurance);
    await grant(system, { lasts: HOUR });
    const proven = await proveClaim(system);
    await time.increase(HOUR);
    await expectReceiptOnly(system, proven);
  });

  it("as the representative who gave it was removed", async () => {
    const system = await loadFixture(deployWithoutConsent);
    const { consents, representatives, member, stranger, insurer } = system;
    await representatives.connect(member).nameRepresentative(stranger, HPAYMT, (await time.latest()) + 24 * HOUR);
    await time.increase(10);
    const terms = { categories: CLAIMS, notBefore: 0, expiresAt: (await time.latest()) + HOUR, flags: 0 };
    await consents.connect(stranger).grantFor(member, insurer, HPAYMT, terms, id("evidence"));
    const proven = await proveClaim(system);
    await time.increase(60);
    await representatives.connect(member).removeRepresentative(stranger);
    await expectReceiptOnly(system, proven);
  });

  it("as it ran out, where the payer lost its accreditation too", async () => {
    const system = await loadFixture(deployInsurance);
    await grant(system, { lasts: HOUR });
    const proven = await proveClaim(system);
    await time.increase(HOUR);
    await suspendPayer(system);
    await expectReceiptOnly(system, proven);
  });
});

describe("ClaimsProcessor: consent that did not count at the receipt is none", () => {
  it("attack: a receipt by the key of an address that was retired before", async () => {
    const system = await loadFixture(deployInsurance);
    await system.consents.connect(system.member).retire(system.member);
    await time.increase(60);
    await expectRefused(system, await proveClaim(system), "Retired");
  });

  it("attack: a member who never consented makes the claim payable by revoking everything after the receipt", async () => {
    const system = await loadFixture(deployWithoutConsent);
    const proven = await proveClaim(system);
    await time.increase(60);
    await expectRefused(system, proven, "NeverGranted");
    await system.consents.connect(system.member).revokeAll();
    await expectRefused(system, proven, "NeverGranted");
  });

  it("attack: the same by revoking this very consent, once and again", async () => {
    const system = await loadFixture(deployWithoutConsent);
    const proven = await proveClaim(system);
    for (let times = 0; times < 2; times++) {
      await time.increase(60);
      await system.consents.connect(system.member).revoke(system.insurer, HPAYMT);
      await expectRefused(system, proven, "Revoked");
    }
  });

  it("attack: a consent to other categories becomes one to claims by revoking everything", async () => {
    const system = await loadFixture(deployWithoutConsent);
    await grant(system, { categories: LABORATORY });
    const proven = await proveClaim(system);
    await time.increase(60);
    await expectRefused(system, proven, "CategoryNotCovered");
    await system.consents.connect(system.member).revokeAll();
    await expectRefused(system, proven, "RevokedAll");
  });

  describe("attack: a payer that lost its accreditation, for which everybody may approve later", () => {
    const BEFORE: Record<string, (system: Insurance) => Promise<unknown>> = {
      "a consent that ran out before": async (system) => {
        await grant(system, { lasts: HOUR });
        await time.increase(HOUR);
      },
      "a consent to other categories": (system) => grant(system, { categories: LABORATORY }),
      "a consent that was revoked before": ({ consents, member, insurer }) =>
        consents.connect(member).revoke(insurer, HPAYMT),
      "everything revoked before": ({ consents, member }) => consents.connect(member).revokeAll(),
      "an address that was retired before": ({ consents, member }) => consents.connect(member).retire(member),
    };
    for (const [name, prepare] of Object.entries(BEFORE)) {
      it(name, async () => {
        const system = await loadFixture(deployInsurance);
        await prepare(system);
        await time.increase(60);
        const proven = await proveClaim(system);
        await suspendPayer(system);
        await expectRefused(system, proven, "Suspended");
      });
    }
  });
});
