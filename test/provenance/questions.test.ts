/** Questions to manufacturers about identifiers, and the 24 hours in which they owe an answer. */
import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroAddress, ZeroHash, id as hashOf } from "ethers";

import { ROLES } from "../../src/participants/roles.js";
import { tokenIdOf } from "../../src/provenance/tokenId.js";
import { accreditorFor, type Account } from "../support/careproof";
import {
  DAY,
  PACKAGE,
  REVIEWERS,
  TOTE,
  deployPharmacies,
  nextTime,
  standing,
  type Pharmacies,
} from "../support/pharmacies";
import { EVENT, EVIDENCE, PREFIX, ids, sgtin, type SupplyChain } from "../support/provenanceParties";

/** `IProductInvestigations.Question` and `Answer`, in their order. */
const QUESTION = { Verification: 0n, SuspectProduct: 1n } as const;
const ANSWER = { None: 0n, Genuine: 1n, NotGenuine: 2n, CannotTell: 3n } as const;
const REPLY = hashOf("what is known");

/** A package of the maker's that no lot knows. */
const INVENTED = tokenIdOf(sgtin("NEVER-MADE"));

const ask = ({ investigations, pharmacy }: Pharmacies, identifier = PACKAGE, prefixLength = PREFIX.length) =>
  investigations.connect(pharmacy).ask(identifier, prefixLength, QUESTION.SuspectProduct, ROLES.DISPENSER, EVIDENCE);

/** The pharmacy asked the maker about an invented package. */
async function deployAsked(): Promise<Pharmacies & { askedAt: bigint }> {
  const chain = await loadFixture(deployPharmacies);
  const askedAt = await nextTime();
  await ask(chain, INVENTED);
  return { ...chain, askedAt };
}

describe("ProductInvestigations: ask", () => {
  const askers: Record<string, [keyof SupplyChain, keyof SupplyChain, keyof typeof ROLES]> = {
    "a dispenser": ["pharmacy", "pharmacy", "DISPENSER"],
    "a key of a dispenser": ["pharmacyKey", "pharmacy", "DISPENSER"],
    "a wholesaler": ["wholesaler", "wholesaler", "WHOLESALE_DISTRIBUTOR"],
    "a key of a wholesaler": ["wholesalerKey", "wholesaler", "WHOLESALE_DISTRIBUTOR"],
    "a manufacturer": ["manufacturer", "manufacturer", "MANUFACTURER"],
  };
  for (const [name, [by, who, role]] of Object.entries(askers)) {
    for (const question of ["Verification", "SuspectProduct"] as const) {
      it(`puts a question (${question}) of ${name} to who holds the company prefix`, async () => {
        const chain = await loadFixture(deployPharmacies);
        const { investigations, manufacturer } = chain;
        const caller = chain[by] as Account;
        const asker = chain[who] as Account;
        const at = await nextTime();
        await expect(
          investigations.connect(caller).ask(INVENTED, PREFIX.length, QUESTION[question], ROLES[role], EVIDENCE),
        )
          .to.emit(investigations, "Asked")
          .withArgs(1, INVENTED, manufacturer.address, asker.address, QUESTION[question], caller.address, EVIDENCE);
        expect(await investigations.inquiries()).to.equal(1n);
        expect(await investigations.inquiryOf(1)).to.deep.equal([
          [asker.address, at, 0n, QUESTION[question], ANSWER.None, manufacturer.address],
          at + DAY,
          false,
        ]);
      });
    }
  }

  it("numbers questions from 1, and returns the number", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { investigations, pharmacy, wholesaler } = chain;
    await ask(chain);
    await ask(chain);
    const asWholesaler = investigations.connect(wholesaler);
    expect(
      await asWholesaler.ask.staticCall(PACKAGE, 7, QUESTION.Verification, ROLES.WHOLESALE_DISTRIBUTOR, EVIDENCE),
    ).to.equal(3n);
    await expect(asWholesaler.ask(PACKAGE, 7, QUESTION.Verification, ROLES.WHOLESALE_DISTRIBUTOR, EVIDENCE))
      .to.emit(investigations, "Asked")
      .withArgs(
        3,
        PACKAGE,
        chain.manufacturer.address,
        wholesaler.address,
        QUESTION.Verification,
        wholesaler.address,
        EVIDENCE,
      );
    expect((await investigations.inquiryOf(2))[0].asker).to.equal(pharmacy.address);
    expect((await investigations.inquiryOf(3))[0].asker).to.equal(wholesaler.address);
  });

  it("is about logistic units as well, to who holds the SSCC's prefix", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { investigations, manufacturer, pharmacy } = chain;
    for (const [inquiry, unit, holder] of [
      [1, ids.pallet, manufacturer],
      [2, TOTE, pharmacy],
    ] as const) {
      await expect(ask(chain, unit))
        .to.emit(investigations, "Asked")
        .withArgs(inquiry, unit, holder.address, pharmacy.address, QUESTION.SuspectProduct, pharmacy.address, EVIDENCE);
    }
  });

  it("goes to nobody with another length of the prefix; then only a regulator answers", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { investigations, manufacturer, regulator } = chain;
    for (const length of [0, 6, 8, 255]) await ask(chain, PACKAGE, length);
    for (const inquiry of [1, 2, 3, 4]) {
      expect((await investigations.inquiryOf(inquiry))[0].manufacturer).to.equal(ZeroAddress);
    }
    await expect(investigations.connect(manufacturer).answer(1, ANSWER.Genuine, ROLES.MANUFACTURER, EVIDENCE))
      .to.be.revertedWithCustomError(investigations, "NotAsked")
      .withArgs(1, manufacturer.address);
    await expect(investigations.connect(regulator).answer(1, ANSWER.Genuine, ROLES.DRUG_REGULATOR, EVIDENCE)).to.emit(
      investigations,
      "Answered",
    );
  });

  it("is about identifiers only", async () => {
    const chain = await loadFixture(deployPharmacies);
    const wrongCheckDigit = (1n << 248n) | (614_141_123_453n << 140n) | (0x41n << 133n);
    const twoPartsOfSerial = PACKAGE + 1n;
    const noSerial = (PACKAGE >> 140n) << 140n;
    const ssccWithWrongCheckDigit = ids.pallet + 1n;
    const otherTag = 3n << 248n;
    for (const identifier of [0n, 1n, wrongCheckDigit, twoPartsOfSerial, noSerial, ssccWithWrongCheckDigit, otherTag]) {
      await expect(ask(chain, identifier))
        .to.be.revertedWithCustomError(chain.investigations, "InvalidIdentifier")
        .withArgs(identifier);
    }
  });

  it("is for trading partners in good standing, with evidence", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { investigations, participants, regulator, carrier, pharmacy, clerk, stranger } = chain;
    for (const [caller, role] of [
      [regulator, "DRUG_REGULATOR"],
      [carrier, "THIRD_PARTY_LOGISTICS_PROVIDER"],
    ] as const) {
      await expect(investigations.connect(caller).ask(PACKAGE, 7, 0, ROLES[role], EVIDENCE))
        .to.be.revertedWithCustomError(investigations, "RoleNotFit")
        .withArgs(ROLES[role]);
    }
    await participants.connect(accreditorFor(chain, "DISPENSER")).suspend(chain.otherPharmacy, ROLES.DISPENSER);
    for (const [caller, why] of [
      [stranger, "Unaccredited"],
      [clerk, "OperatorRoleMissing"],
      [chain.otherPharmacyKey, "Suspended"],
    ] as const) {
      await expect(investigations.connect(caller).ask(PACKAGE, 7, 0, ROLES.DISPENSER, EVIDENCE))
        .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
        .withArgs(caller.address, ROLES.DISPENSER, standing(why));
    }
    await expect(
      investigations.connect(pharmacy).ask(PACKAGE, 7, 0, ROLES.DISPENSER, ZeroHash),
    ).to.be.revertedWithCustomError(investigations, "EvidenceMissing");
    expect(await investigations.inquiries()).to.equal(0n);
  });
});

describe("ProductInvestigations: answer", () => {
  for (const [name, { by, who, role }] of Object.entries(REVIEWERS)) {
    for (const given of ["Genuine", "NotGenuine", "CannotTell"] as const) {
      it(`is given (${given}) by ${name}`, async () => {
        const chain = await loadFixture(deployAsked);
        const { investigations, askedAt, pharmacy, manufacturer } = chain;
        const caller = by(chain);
        const at = await nextTime();
        await expect(investigations.connect(caller).answer(1, ANSWER[given], ROLES[role], REPLY))
          .to.emit(investigations, "Answered")
          .withArgs(1, chain[who].address, ANSWER[given], false, caller.address, REPLY);
        expect(await investigations.inquiryOf(1)).to.deep.equal([
          [pharmacy.address, askedAt, at, QUESTION.SuspectProduct, ANSWER[given], manufacturer.address],
          askedAt + DAY,
          false,
        ]);
      });
    }
  }

  for (const [when, offset, late] of [
    ["a second before its 24 hours are over", DAY - 1n, false],
    ["at the end of its 24 hours", DAY, false],
    ["a second after its 24 hours", DAY + 1n, true],
  ] as const) {
    it(`${when} is ${late ? "late" : "in time"}, and stays so`, async () => {
      const { investigations, manufacturer, askedAt } = await loadFixture(deployAsked);
      await time.setNextBlockTimestamp(askedAt + offset);
      await expect(investigations.connect(manufacturer).answer(1, ANSWER.NotGenuine, ROLES.MANUFACTURER, REPLY))
        .to.emit(investigations, "Answered")
        .withArgs(1, manufacturer.address, ANSWER.NotGenuine, late, manufacturer.address, REPLY);
      await time.increase(30n * DAY);
      const [inquiry, dueAt, overdue] = await investigations.inquiryOf(1);
      expect(inquiry.answeredAt).to.equal(askedAt + offset);
      expect(dueAt).to.equal(askedAt + DAY);
      expect(overdue).to.equal(late);
    });

    it(`that is missing ${when} is ${late ? "" : "not "}overdue`, async () => {
      const { investigations, askedAt } = await loadFixture(deployAsked);
      await time.increaseTo(askedAt + offset);
      expect((await investigations.inquiryOf(1)).overdue).to.equal(late);
    });
  }

  it("is given once", async () => {
    const chain = await loadFixture(deployAsked);
    const { investigations, manufacturer } = chain;
    await investigations.connect(manufacturer).answer(1, ANSWER.Genuine, ROLES.MANUFACTURER, REPLY);
    for (const { by, role } of Object.values(REVIEWERS)) {
      await expect(investigations.connect(by(chain)).answer(1, ANSWER.NotGenuine, ROLES[role], EVENT))
        .to.be.revertedWithCustomError(investigations, "AnsweredBefore")
        .withArgs(1);
    }
    expect((await investigations.inquiryOf(1))[0].answer).to.equal(ANSWER.Genuine);
  });

  it("is not for another maker, nor for the asker", async () => {
    const { investigations, otherManufacturer, pharmacy } = await loadFixture(deployAsked);
    await expect(investigations.connect(otherManufacturer).answer(1, ANSWER.Genuine, ROLES.MANUFACTURER, REPLY))
      .to.be.revertedWithCustomError(investigations, "NotAsked")
      .withArgs(1, otherManufacturer.address);
    for (const role of ["DISPENSER", "WHOLESALE_DISTRIBUTOR", "THIRD_PARTY_LOGISTICS_PROVIDER"] as const) {
      await expect(investigations.connect(pharmacy).answer(1, ANSWER.Genuine, ROLES[role], REPLY))
        .to.be.revertedWithCustomError(investigations, "RoleNotFit")
        .withArgs(ROLES[role]);
    }
  });

  it("is for accounts in good standing, with evidence, and says something", async () => {
    const { investigations, participants, manufacturer, stranger, otherPharmacyKey } = await loadFixture(deployAsked);
    for (const role of ["MANUFACTURER", "DRUG_REGULATOR"] as const) {
      for (const [caller, why] of [
        [stranger, "Unaccredited"],
        [otherPharmacyKey, "OperatorRoleMissing"],
      ] as const) {
        await expect(investigations.connect(caller).answer(1, ANSWER.Genuine, ROLES[role], REPLY))
          .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
          .withArgs(caller.address, ROLES[role], standing(why));
      }
    }
    const asked = investigations.connect(manufacturer);
    await expect(asked.answer(1, ANSWER.Genuine, ROLES.MANUFACTURER, ZeroHash)).to.be.revertedWithCustomError(
      investigations,
      "EvidenceMissing",
    );
    await expect(asked.answer(1, ANSWER.None, ROLES.MANUFACTURER, REPLY)).to.be.revertedWithCustomError(
      investigations,
      "AnswerMissing",
    );
  });

  it("is of a question that was asked", async () => {
    const { investigations, manufacturer, regulator } = await loadFixture(deployAsked);
    for (const inquiry of [0, 2]) {
      for (const [caller, role] of [
        [manufacturer, "MANUFACTURER"],
        [regulator, "DRUG_REGULATOR"],
      ] as const) {
        await expect(investigations.connect(caller).answer(inquiry, ANSWER.Genuine, ROLES[role], REPLY))
          .to.be.revertedWithCustomError(investigations, "UnknownInquiry")
          .withArgs(inquiry);
      }
      expect(await investigations.inquiryOf(inquiry)).to.deep.equal([
        [ZeroAddress, 0n, 0n, 0n, 0n, ZeroAddress],
        0n,
        false,
      ]);
    }
  });
});
