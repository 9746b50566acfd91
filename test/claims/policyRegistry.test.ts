import { loadFixture, setStorageAt, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { toBeHex, ZeroAddress, ZeroHash } from "ethers";

import { planId } from "../../src/claims/planTerms.js";
import { ROLES, STANDINGS } from "../../src/participants/roles.js";
import { benefitYearOf } from "../support/benefitYear";
import { accreditorFor, enlist, type Account } from "../support/careproof";
import { DENTAL, IMAGING, NO_TAG, tagFor } from "../support/claimsParties";
import { DAILY, DAY, deployPolicies, noonOf, wrongKeyOf, type Policies } from "../support/policies";

/** Names of `IPolicyRegistry.CoverStatus`, in its order. */
const COVER = ["NotInForce", "Lapsed", "InGrace", "InForce"] as const;
type Cover = (typeof COVER)[number];

const GRACE = 31;

/** The place of `count` in the contract's storage: OpenZeppelin's ERC-721 has the six before. */
const COUNT_SLOT = 6;

async function deployPolicy(): Promise<Policies> {
  const system = await loadFixture(deployPolicies);
  await system.issue();
  return system;
}

const coverOn = async ({ policies }: Policies, day: number, grace = GRACE, policyId = 1): Promise<Cover> =>
  COVER[Number((await policies.coverOn(policyId, day, grace)).status)]!;

describe("PolicyRegistry", () => {
  it("tells what it rests on", async () => {
    const { policies, plans, participants } = await loadFixture(deployPolicies);
    expect(await policies.plans()).to.equal(await plans.getAddress());
    expect(await policies.participants()).to.equal(await participants.getAddress());
    expect(await policies.count()).to.equal(0n);
  });

  describe("issue", () => {
    for (const caller of ["insurer", "insurerKey"] as const) {
      it(`makes the member a policy for ${caller === "insurer" ? "the payer" : "a key of it"}, and says so`, async () => {
        const system = await loadFixture(deployPolicies);
        const { policies, terms, member, today } = system;
        const policy = [terms as never, member.address, today, today + 364, DAILY] as const;
        expect(await policies.connect(system[caller]).issue.staticCall(...policy)).to.equal(1n);
        const issued = policies.connect(system[caller]).issue(...policy);
        await expect(issued)
          .to.emit(policies, "PolicyIssued")
          .withArgs(1, planId(terms), member.address, today, today + 364, DAILY, system[caller].address);
        await expect(issued).to.emit(policies, "Locked").withArgs(1);
        await expect(issued).to.emit(policies, "Transfer").withArgs(ZeroAddress, member.address, 1);
        expect(await policies.policyOf(1)).to.deep.equal([
          member.address,
          today,
          today + 364,
          today - 1,
          planId(terms),
          DAILY,
        ]);
        expect(await policies.ownerOf(1)).to.equal(member.address);
        expect(await policies.balanceOf(member)).to.equal(1n);
        expect(await policies.count()).to.equal(1n);
      });
    }

    it("has a policy without a premium paid through its end", async () => {
      const { policies, issue, today } = await loadFixture(deployPolicies);
      await issue({ firstDay: today + 3, lastDay: today + 12, dailyPremium: 0n });
      expect((await policies.policyOf(1)).paidThrough).to.equal(today + 12);
    });

    it("numbers policies one after the other, for one day or for ever", async () => {
      const { policies, issue, member, otherMember, today } = await loadFixture(deployPolicies);
      expect(await issue({ lastDay: today })).to.equal(1n);
      expect(await issue({ member: otherMember, lastDay: 0xffffffff })).to.equal(2n);
      expect(await policies.ownerOf(1)).to.equal(member.address);
      expect(await policies.ownerOf(2)).to.equal(otherMember.address);
      expect((await policies.policyOf(2)).lastDay).to.equal(0xffffffff);
    });

    it("refuses who is no payer in good standing", async () => {
      const system = await loadFixture(deployPolicies);
      const { policies, participants, terms, insurer, insurerKey, clinic, member, today } = system;
      const refuses = async (account: Account, standing: (typeof STANDINGS)[number]): Promise<void> => {
        await expect(policies.connect(account).issue(terms as never, member, today, today, 0))
          .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
          .withArgs(account.address, ROLES.PAYER, STANDINGS.indexOf(standing));
      };
      await refuses(clinic, "Unaccredited");
      await refuses(await wrongKeyOf(system, insurer), "OperatorRoleMissing");
      await participants.connect(accreditorFor(system, "PAYER")).suspend(insurer.address, ROLES.PAYER);
      await refuses(insurerKey, "Suspended");
    });

    it("refuses another payer's plan", async () => {
      const { policies, terms, otherTerms, insurerKey, insurer, otherInsurer, member, today } =
        await loadFixture(deployPolicies);
      for (const [caller, plan, owner] of [
        [otherInsurer, terms, insurer],
        [insurerKey, otherTerms, otherInsurer],
      ] as const) {
        await expect(policies.connect(caller).issue(plan as never, member, today, today, 0))
          .to.be.revertedWithCustomError(policies, "NotThePayer")
          .withArgs(owner.address, caller.address);
      }
    });

    it("refuses a plan that was not published", async () => {
      const { policies, terms, insurerKey, member, today } = await loadFixture(deployPolicies);
      const other = { ...terms, graceDays: 1 };
      await expect(policies.connect(insurerKey).issue(other as never, member, today, today, 0))
        .to.be.revertedWithCustomError(policies, "UnknownPlan")
        .withArgs(planId(other));
    });

    it("refuses a period that began before today, or ends before it begins", async () => {
      const { policies, terms, insurerKey, member, today } = await loadFixture(deployPolicies);
      for (const [firstDay, lastDay] of [
        [today - 1, today + 364],
        [today + 2, today + 1],
        [0, today],
      ] as const) {
        await expect(policies.connect(insurerKey).issue(terms as never, member, firstDay, lastDay, DAILY))
          .to.be.revertedWithCustomError(policies, "InvalidPeriod")
          .withArgs(firstDay, lastDay);
      }
    });

    it("refuses an address that is a member already, of whatever payer, even when the policy is over", async () => {
      const { policies, terms, otherTerms, insurerKey, otherInsurer, member, issue, today } =
        await loadFixture(deployPolicies);
      await issue({ lastDay: today });
      await noonOf(today + 2);
      for (const [caller, plan] of [
        [insurerKey, terms],
        [otherInsurer, otherTerms],
      ] as const) {
        await expect(policies.connect(caller).issue(plan as never, member, today + 2, today + 9, 0))
          .to.be.revertedWithCustomError(policies, "MemberHasPolicy")
          .withArgs(member.address);
      }
      expect(await policies.count()).to.equal(1n);
    });

    it("refuses nobody as the member", async () => {
      const { policies, terms, insurerKey, today } = await loadFixture(deployPolicies);
      await expect(policies.connect(insurerKey).issue(terms as never, ZeroAddress, today, today, 0))
        .to.be.revertedWithCustomError(policies, "ERC721InvalidReceiver")
        .withArgs(ZeroAddress);
    });

    it("issues 2^28 - 1 policies at most", async () => {
      const { policies, terms, insurerKey, member, otherMember, issue, today } = await loadFixture(deployPolicies);
      await setStorageAt(await policies.getAddress(), COUNT_SLOT, toBeHex(2 ** 28 - 2, 32));
      expect(await issue()).to.equal(2n ** 28n - 1n);
      expect(await policies.ownerOf(2 ** 28 - 1)).to.equal(member.address);
      await expect(policies.connect(insurerKey).issue(terms as never, otherMember, today, today, 0))
        .to.be.revertedWithCustomError(policies, "TooManyPolicies")
        .withArgs();
    });
  });

  describe("coverOn", () => {
    it("covers the days that are paid for, and for the grace period those after them, within the policy", async () => {
      const system = await loadFixture(deployPolicy);
      const { policies, employer, terms, today } = system;
      await policies.connect(employer).payPremium(1, terms as never, today + 4);
      const days: [number, Cover][] = [
        [-1, "NotInForce"],
        [0, "InForce"],
        [4, "InForce"],
        [5, "InGrace"],
        [9, "InGrace"],
        [10, "NotInForce"],
      ];
      for (const [day, status] of days) expect(await coverOn(system, today + day), `day ${day}`).to.equal(status);
    });

    it("tells member, first day and plan, whether the day is covered or not", async () => {
      const { policies, member, terms, today } = await loadFixture(deployPolicy);
      for (const [day, status] of [
        [today - 1, "NotInForce"],
        [today, "InGrace"],
      ] as const) {
        expect(await policies.coverOn(1, day, GRACE)).to.deep.equal([
          member.address,
          today,
          COVER.indexOf(status),
          planId(terms),
          NO_TAG,
          0,
        ]);
      }
    });

    it("lapses when the grace period is over, to the second, for what is not paid only", async () => {
      const system = await loadFixture(deployPolicy);
      const { policies, employer, terms, today } = system;
      await policies.connect(employer).payPremium(1, terms as never, today + 4);
      await time.increaseTo((today + 4 + GRACE + 1) * DAY - 1);
      expect(await coverOn(system, today + 5)).to.equal("InGrace");
      await time.increaseTo((today + 4 + GRACE + 1) * DAY);
      expect(await coverOn(system, today + 5)).to.equal("Lapsed");
      expect(await coverOn(system, today + 9)).to.equal("Lapsed");
      expect(await coverOn(system, today + 4)).to.equal("InForce");
      expect(await coverOn(system, today + 10)).to.equal("NotInForce");
    });

    it("gives no grace where the plan gives none: a day is covered for as long as it is not over", async () => {
      const system = await loadFixture(deployPolicy);
      const { policies, employer, terms, today } = system;
      expect(await coverOn(system, today, 0)).to.equal("Lapsed");
      await policies.connect(employer).payPremium(1, terms as never, today);
      expect(await coverOn(system, today + 1, 0)).to.equal("InGrace");
      await time.increaseTo((today + 1) * DAY);
      expect(await coverOn(system, today + 1, 0)).to.equal("Lapsed");
      expect(await coverOn(system, today, 0)).to.equal("InForce");
    });

    it("covers a policy without a premium for all its days, long after them too", async () => {
      const system = await loadFixture(deployPolicies);
      const { today, issue } = system;
      await issue({ dailyPremium: 0n });
      await noonOf(today + 400);
      expect(await coverOn(system, today, 0)).to.equal("InForce");
      expect(await coverOn(system, today + 9, 0)).to.equal("InForce");
      expect(await coverOn(system, today + 10, 0)).to.equal("NotInForce");
    });

    it("has the subject tag of the day's year only", async () => {
      const { policies, enrolment, today } = await loadFixture(deployPolicy);
      const year = benefitYearOf(today);
      await policies.connect(enrolment).declareSubjectTag(1, year, tagFor("tag"), 0);
      const newYear = Date.UTC(year + 1, 0, 1) / 1000 / DAY;
      expect((await policies.coverOn(1, newYear - 1, GRACE)).subjectTag).to.equal(tagFor("tag"));
      expect((await policies.coverOn(1, newYear, GRACE)).subjectTag).to.equal(NO_TAG);
    });

    it("is all zero where there is no policy", async () => {
      const { policies, today } = await loadFixture(deployPolicy);
      expect(await policies.coverOn(2, today, GRACE)).to.deep.equal([ZeroAddress, 0, 0, ZeroHash, NO_TAG, 0]);
      expect(await policies.policyOf(2)).to.deep.equal([ZeroAddress, 0, 0, 0, ZeroHash, 0]);
    });
  });

  describe("declareSubjectTag", () => {
    it("gives a policy its tag for a year, for the enrolment authority or a key of it, and says so", async () => {
      const system = await loadFixture(deployPolicy);
      const { policies, enrolment, stranger } = system;
      await enlist(system, enrolment, stranger, "ENROLMENT_AUTHORITY");
      for (const [caller, year, tag] of [
        [enrolment, 2026, tagFor("tag of 2026")],
        [stranger, 2027, tagFor("tag of 2027")],
      ] as const) {
        expect(await policies.subjectTagOf(1, year)).to.equal(NO_TAG);
        await expect(policies.connect(caller).declareSubjectTag(1, year, tag, 0))
          .to.emit(policies, "SubjectTagDeclared")
          .withArgs(1, year, tag, caller.address);
        expect(await policies.subjectTagOf(1, year)).to.equal(tag);
      }
      expect(await policies.subjectTagOf(1, 2028)).to.equal(NO_TAG);
      expect(await policies.subjectTagOf(2, 2026)).to.equal(NO_TAG);
    });

    it("gives two policies of one person the same tag", async () => {
      const { policies, enrolment, otherMember, issue } = await loadFixture(deployPolicy);
      await issue({ member: otherMember });
      for (const policyId of [1, 2])
        await policies.connect(enrolment).declareSubjectTag(policyId, 2026, tagFor("tag"), 0);
      expect(await policies.subjectTagOf(2, 2026)).to.equal(await policies.subjectTagOf(1, 2026));
    });

    it("refuses who is no enrolment authority: payers, members and keys for something else", async () => {
      const system = await loadFixture(deployPolicy);
      const { policies, participants, insurer, member, enrolment } = system;
      for (const [account, standing] of [
        [insurer, "Unaccredited"],
        [member, "Unaccredited"],
        [await wrongKeyOf(system, enrolment), "OperatorRoleMissing"],
      ] as const) {
        await expect(policies.connect(account).declareSubjectTag(1, 2026, tagFor("tag"), 0))
          .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
          .withArgs(account.address, ROLES.ENROLMENT_AUTHORITY, STANDINGS.indexOf(standing));
      }
    });

    it("refuses a zero tag, and a second tag for a year, even the same", async () => {
      const { policies, enrolment } = await loadFixture(deployPolicy);
      const declare = (tag: string) => policies.connect(enrolment).declareSubjectTag(1, 2026, tag, 0);
      const refuses = async (tag: string): Promise<void> => {
        await expect(declare(tag)).to.be.revertedWithCustomError(policies, "WrongSubjectTag").withArgs(1, 2026);
      };
      await refuses(NO_TAG);
      await declare(tagFor("tag"));
      for (const tag of [tagFor("tag"), tagFor("other tag"), NO_TAG]) await refuses(tag);
      expect(await policies.subjectTagOf(1, 2026)).to.equal(tagFor("tag"));
    });

    it("gives it its order of coverage with it, and says so; none where it is zero", async () => {
      const { policies, enrolment } = await loadFixture(deployPolicy);
      const authority = policies.connect(enrolment);
      await expect(authority.declareSubjectTag(1, 2026, tagFor("tag"), 2))
        .to.emit(policies, "OrderDeclared")
        .withArgs(1, 2026, 2, enrolment.address);
      await expect(authority.declareSubjectTag(1, 2027, tagFor("next tag"), 0)).not.to.emit(policies, "OrderDeclared");
      expect([await policies.orderOf(1, 2026), await policies.orderOf(1, 2027)]).to.deep.equal([2n, 0n]);
      expect(await policies.subjectTagOf(1, 2026)).to.equal(tagFor("tag"));
    });

    it("refuses a policy that was never issued", async () => {
      const { policies, enrolment } = await loadFixture(deployPolicy);
      for (const policyId of [0, 2]) {
        await expect(policies.connect(enrolment).declareSubjectTag(policyId, 2026, tagFor("tag"), 0))
          .to.be.revertedWithCustomError(policies, "ERC721NonexistentToken")
          .withArgs(policyId);
      }
    });
  });

  describe("declareOrder", () => {
    it("declares it anew, for the enrolment authority or a key of it, for that year, and leaves the tag", async () => {
      const system = await loadFixture(deployPolicy);
      const { policies, enrolment, stranger } = system;
      await enlist(system, enrolment, stranger, "ENROLMENT_AUTHORITY");
      const year = benefitYearOf(system.today);
      const newYear = Date.UTC(year + 1, 0, 1) / 1000 / DAY;
      for (const of of [year, year + 1]) await policies.connect(enrolment).declareSubjectTag(1, of, tagFor("tag"), 1);
      for (const [caller, order] of [
        [enrolment, 255],
        [stranger, 0],
        [stranger, 2],
      ] as const) {
        await expect(policies.connect(caller).declareOrder(1, year, order))
          .to.emit(policies, "OrderDeclared")
          .withArgs(1, year, order, caller.address);
        expect(await policies.orderOf(1, year)).to.equal(order);
        const cover = await policies.coverOn(1, newYear - 1, GRACE);
        expect([cover.subjectTag, cover.order]).to.deep.equal([tagFor("tag"), BigInt(order)]);
      }
      expect((await policies.coverOn(1, newYear, GRACE)).order).to.equal(1n);
    });

    it("refuses who is no enrolment authority, and a policy without a tag for that year", async () => {
      const { policies, participants, enrolment, insurer } = await loadFixture(deployPolicy);
      await policies.connect(enrolment).declareSubjectTag(1, 2026, tagFor("tag"), 1);
      await expect(policies.connect(insurer).declareOrder(1, 2026, 2))
        .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
        .withArgs(insurer.address, ROLES.ENROLMENT_AUTHORITY, STANDINGS.indexOf("Unaccredited"));
      for (const [policyId, year] of [
        [1, 2027],
        [2, 2026],
      ] as const) {
        await expect(policies.connect(enrolment).declareOrder(policyId, year, 1))
          .to.be.revertedWithCustomError(policies, "WrongSubjectTag")
          .withArgs(policyId, year);
      }
    });
  });

  describe("authorize", () => {
    it("authorises a family by a provider for a policy, later or no more, and says so", async () => {
      const system = await loadFixture(deployPolicy);
      const { policies, terms, insurer, insurerKey, clinic, today } = system;
      expect(await policies.authorizedThrough(1, clinic, DENTAL)).to.equal(0n);
      for (const [caller, throughDay] of [
        [insurerKey, today + 30],
        [insurer, today + 60],
        [insurerKey, 0],
      ] as const) {
        await expect(policies.connect(caller).authorize(1, terms as never, clinic, DENTAL, throughDay))
          .to.emit(policies, "Authorized")
          .withArgs(1, clinic.address, DENTAL, throughDay, caller.address);
        expect(await policies.authorizedThrough(1, clinic, DENTAL)).to.equal(throughDay);
      }
    });

    it("authorises no other family, provider or policy", async () => {
      const { policies, terms, insurerKey, clinic, otherClinic, otherMember, issue, today } =
        await loadFixture(deployPolicy);
      await issue({ member: otherMember });
      await policies.connect(insurerKey).authorize(1, terms as never, clinic, DENTAL, today);
      expect(await policies.authorizedThrough(1, clinic, IMAGING)).to.equal(0n);
      expect(await policies.authorizedThrough(1, otherClinic, DENTAL)).to.equal(0n);
      expect(await policies.authorizedThrough(2, clinic, DENTAL)).to.equal(0n);
    });

    it("refuses other terms than the policy's, and a policy that was never issued", async () => {
      const { policies, terms, otherTerms, insurerKey, otherInsurer, clinic, today } = await loadFixture(deployPolicy);
      for (const [caller, policyId, plan, actual] of [
        [insurerKey, 1, { ...terms, graceDays: 1 }, planId(terms)],
        [otherInsurer, 1, otherTerms, planId(terms)],
        [insurerKey, 2, terms, ZeroHash],
      ] as const) {
        await expect(policies.connect(caller).authorize(policyId, plan as never, clinic, DENTAL, today))
          .to.be.revertedWithCustomError(policies, "NotThePlan")
          .withArgs(policyId, actual);
      }
    });

    it("refuses another payer, and who is none", async () => {
      const { policies, participants, terms, insurer, otherInsurer, member, clinic, today } =
        await loadFixture(deployPolicy);
      await expect(policies.connect(otherInsurer).authorize(1, terms as never, clinic, DENTAL, today))
        .to.be.revertedWithCustomError(policies, "NotThePayer")
        .withArgs(insurer.address, otherInsurer.address);
      for (const account of [member, clinic]) {
        await expect(policies.connect(account).authorize(1, terms as never, clinic, DENTAL, today))
          .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
          .withArgs(account.address, ROLES.PAYER, STANDINGS.indexOf("Unaccredited"));
      }
    });
  });

  describe("as an ERC-721 token", () => {
    it("has a name, ERC-165's ids of ERC-721 and ERC-5192, and no URI", async () => {
      const { policies } = await loadFixture(deployPolicy);
      expect(await policies.name()).to.equal("CareProof Policy");
      expect(await policies.symbol()).to.equal("CPP");
      expect(await policies.tokenURI(1)).to.equal("");
      // ERC-165, ERC-721, ERC721Metadata and ERC-5192, as the standards give them.
      for (const interfaceId of ["0x01ffc9a7", "0x80ac58cd", "0x5b5e139f", "0xb45a3c0e"]) {
        expect(await policies.supportsInterface(interfaceId), interfaceId).to.equal(true);
      }
      for (const interfaceId of ["0xffffffff", "0x00000000", "0x780e9d63"]) {
        expect(await policies.supportsInterface(interfaceId), interfaceId).to.equal(false);
      }
    });

    it("is locked, and says so of no token that there is not", async () => {
      const { policies } = await loadFixture(deployPolicy);
      expect(await policies.locked(1)).to.equal(true);
      await expect(policies.locked(2)).to.be.revertedWithCustomError(policies, "ERC721NonexistentToken").withArgs(2);
    });

    it("is transferred and approved by nobody: neither the member, nor the payer, nor a stranger", async () => {
      const { policies, member, insurer, stranger } = await loadFixture(deployPolicy);
      for (const caller of [member, insurer, stranger]) {
        const token = policies.connect(caller);
        for (const to of [stranger.address, member.address]) {
          for (const attempt of [
            () => token.transferFrom(member, to, 1),
            () => token["safeTransferFrom(address,address,uint256)"](member, to, 1),
            () => token["safeTransferFrom(address,address,uint256,bytes)"](member, to, 1, "0x42"),
            () => token.approve(to, 1),
            () => token.setApprovalForAll(to, true),
            () => token.setApprovalForAll(to, false),
          ]) {
            await expect(attempt()).to.be.revertedWithCustomError(policies, "NotTransferable").withArgs();
          }
        }
      }
      expect(await policies.ownerOf(1)).to.equal(member.address);
      expect(await policies.balanceOf(member)).to.equal(1n);
      expect(await policies.getApproved(1)).to.equal(ZeroAddress);
      expect(await policies.isApprovedForAll(member, stranger)).to.equal(false);
    });

    it("is approved by nobody where there is no token, and transferred neither there nor to nobody", async () => {
      const { policies, member, stranger } = await loadFixture(deployPolicy);
      const token = policies.connect(member);
      await expect(token.approve(stranger, 2)).to.be.revertedWithCustomError(policies, "NotTransferable").withArgs();
      await expect(token.transferFrom(member, stranger, 2))
        .to.be.revertedWithCustomError(policies, "ERC721NonexistentToken")
        .withArgs(2);
      await expect(token.transferFrom(member, ZeroAddress, 1))
        .to.be.revertedWithCustomError(policies, "ERC721InvalidReceiver")
        .withArgs(ZeroAddress);
    });
  });
});
