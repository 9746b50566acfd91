import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { id, ZeroAddress, ZeroHash } from "ethers";

import { ROLES, STANDINGS } from "../../src/participants/roles.js";
import { datasetId } from "../../src/trials/dataLicence.js";
import { LICENCE_STATUSES } from "../../src/trials/dataStatuses.js";
import { dataUsesToMask } from "../../src/trials/dataUses.js";
import { accredit, accreditorFor, enlist, type Account } from "../support/careproof";
import {
  ASKED,
  ASKED_FOR_MODELS,
  DAY,
  denialOf,
  deployDataLicences,
  FEE,
  nextSecond,
  PERMITTED,
  publishOther,
} from "../support/dataLicences";

const PURPOSE = id("purpose");
const REASON = id("reason");
const statusOf = (name: (typeof LICENCE_STATUSES)[number]): number => LICENCE_STATUSES.indexOf(name);

describe("DataLicence: licences", () => {
  describe("request", () => {
    for (const who of ["user", "userKey"] as const) {
      it(`asks for a licence, sent by ${who === "user" ? "the health data user" : "a key of it"}`, async () => {
        const system = await loadFixture(deployDataLicences);
        const { licences, terms, user } = system;
        const byWho = licences.connect(system[who]);
        const args = [terms as never, ASKED, PURPOSE, 30] as const;
        expect(await byWho.request.staticCall(...args)).to.equal(1n);
        await expect(byWho.request(...args))
          .to.emit(licences, "LicenceRequested")
          .withArgs(1, datasetId(terms), user.address, ASKED, PURPOSE, 30, system[who].address);
        expect([...(await licences.licenceOf(1))]).to.deep.equal([
          ...[datasetId(terms), PURPOSE, user.address, ASKED, 30n, BigInt(statusOf("Requested")), 0n],
        ]);
        expect(await licences.count()).to.equal(1n);
        expect(await denialOf(system, terms, user)).to.equal("NoLicence");
      });
    }

    it("numbers requests one after the other, of whomever, for no more and no longer than permitted", async () => {
      const { licences, ask, otherUser, freeTerms } = await loadFixture(deployDataLicences);
      expect(await ask({ uses: PERMITTED, period: 365 })).to.equal(1n);
      expect(await ask({ by: otherUser, terms: freeTerms, period: 1 })).to.equal(2n);
      expect((await licences.licenceOf(2)).datasetId).to.equal(datasetId(freeTerms));
      expect((await licences.licenceOf(3)).licensee).to.equal(ZeroAddress);
    });

    it("refuses who is no health data user in good standing", async () => {
      const system = await loadFixture(deployDataLicences);
      const { licences, participants, terms, user, userKey, hospital, stranger } = system;
      const refuses = async (account: Account, standing: (typeof STANDINGS)[number]): Promise<void> => {
        await expect(licences.connect(account).request(terms as never, ASKED, PURPOSE, 30))
          .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
          .withArgs(account.address, ROLES.HEALTH_DATA_USER, STANDINGS.indexOf(standing));
      };
      await refuses(hospital, "Unaccredited");
      await enlist(system, user, stranger, "GATEWAY");
      await refuses(stranger, "OperatorRoleMissing");
      await participants
        .connect(accreditorFor(system, "HEALTH_DATA_USER"))
        .suspend(user.address, ROLES.HEALTH_DATA_USER);
      await refuses(userKey, "Suspended");
    });

    it("attack: terms that nobody published, such as a lower fee, are refused", async () => {
      const { licences, terms, userKey } = await loadFixture(deployDataLicences);
      const cheaper = { ...terms, fee: 1n };
      await expect(licences.connect(userKey).request(cheaper as never, ASKED, PURPOSE, 30))
        .to.be.revertedWithCustomError(licences, "UnknownDataset")
        .withArgs(datasetId(cheaper));
    });

    it("attack: a committee does not ask itself, whichever key it sends by", async () => {
      const system = await loadFixture(deployDataLicences);
      const { licences, terms, committee } = system;
      await accredit(system, committee, "HEALTH_DATA_USER");
      await enlist(system, committee, system.stranger, "HEALTH_DATA_USER");
      for (const by of [committee, system.stranger]) {
        await expect(licences.connect(by).request(terms as never, ASKED, PURPOSE, 30))
          .to.be.revertedWithCustomError(licences, "CommitteeIsLicensee")
          .withArgs(committee.address);
      }
    });

    it("attack: a licence wider than its terms, or without a restriction of theirs, is refused", async () => {
      const { licences, terms, userKey } = await loadFixture(deployDataLicences);
      for (const uses of [
        dataUsesToMask(["GRU", "NPU", "IRB"]),
        dataUsesToMask(["NRES", "NPU", "IRB"]),
        dataUsesToMask(["HMB", "CC", "NPU", "IRB"]),
        dataUsesToMask(["HMB", "NPU"]),
        dataUsesToMask(["HMB"]),
        dataUsesToMask(["NPU", "IRB"]),
        0n,
        ASKED | (1n << 5n),
      ]) {
        await expect(licences.connect(userKey).request(terms as never, uses, PURPOSE, 30))
          .to.be.revertedWithCustomError(licences, "UsesNotPermitted")
          .withArgs(uses, PERMITTED);
      }
    });

    it("refuses no day, and more days than the terms permit", async () => {
      const { licences, terms, userKey } = await loadFixture(deployDataLicences);
      for (const period of [0, 366, 2 ** 32 - 1]) {
        await expect(licences.connect(userKey).request(terms as never, ASKED, PURPOSE, period))
          .to.be.revertedWithCustomError(licences, "PeriodNotPermitted")
          .withArgs(period, 365);
      }
    });

    it("refuses a request without a purpose", async () => {
      const { licences, terms, userKey } = await loadFixture(deployDataLicences);
      await expect(licences.connect(userKey).request(terms as never, ASKED, ZeroHash, 30))
        .to.be.revertedWithCustomError(licences, "PurposeMissing")
        .withArgs();
    });
  });

  describe("decisions of the committee", () => {
    it("grant and refuse a request, by itself or a key of it", async () => {
      const system = await loadFixture(deployDataLicences);
      const { licences, terms, ask, committee, committeeKey, user } = system;
      await ask();
      await ask();
      await expect(licences.connect(committeeKey).grant(1, terms as never))
        .to.emit(licences, "LicenceGranted")
        .withArgs(1, committee.address, committeeKey.address);
      await expect(licences.connect(committee).refuse(2, terms as never, REASON))
        .to.emit(licences, "LicenceRefused")
        .withArgs(2, committee.address, REASON, committee.address);
      expect((await licences.licenceOf(1)).status).to.equal(statusOf("Granted"));
      expect((await licences.licenceOf(2)).status).to.equal(statusOf("Refused"));
      expect(await denialOf(system, terms, user)).to.equal("NoLicence");
      expect(await licences.balanceOf(user)).to.equal(0n);
    });

    it("revoke what was granted or is in force: the token is gone, and the data may not be used", async () => {
      const system = await loadFixture(deployDataLicences);
      const { licences, terms, granted, inForce, committee, committeeKey, user, userKey } = system;
      await inForce();
      await granted();
      expect(await licences.ownerOf(1)).to.equal(user.address);
      const revoked = licences.connect(committeeKey).revoke(1, terms as never, REASON);
      await expect(revoked)
        .to.emit(licences, "LicenceRevoked")
        .withArgs(1, committee.address, REASON, committeeKey.address);
      await expect(revoked).to.emit(licences, "Transfer").withArgs(user.address, ZeroAddress, 1);
      await expect(licences.ownerOf(1)).to.be.revertedWithCustomError(licences, "ERC721NonexistentToken").withArgs(1);
      expect(await licences.balanceOf(user)).to.equal(0n);
      expect(await denialOf(system, terms, user)).to.equal("Revoked");

      await licences.connect(committee).revoke(2, terms as never, REASON);
      await expect(licences.connect(userKey).activate(2, terms as never))
        .to.be.revertedWithCustomError(licences, "WrongLicenceStatus")
        .withArgs(2, statusOf("Revoked"));
    });

    it("are made by nobody else", async () => {
      const system = await loadFixture(deployDataLicences);
      const { licences, participants, terms, ask, committee, committeeKey, user, userKey, otherUser, hospital } =
        system;
      await ask();
      await accredit(system, otherUser, "DATA_ACCESS_COMMITTEE");
      const attempts = (by: Account) => [
        () => licences.connect(by).grant(1, terms as never),
        () => licences.connect(by).refuse(1, terms as never, REASON),
        () => licences.connect(by).revoke(1, terms as never, REASON),
      ];
      for (const attempt of attempts(otherUser)) {
        await expect(attempt())
          .to.be.revertedWithCustomError(licences, "NotTheCommittee")
          .withArgs(committee.address, otherUser.address);
      }
      for (const by of [user, userKey, hospital]) {
        for (const attempt of attempts(by)) {
          const standing = by === userKey ? "OperatorRoleMissing" : "Unaccredited";
          await expect(attempt())
            .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
            .withArgs(by.address, ROLES.DATA_ACCESS_COMMITTEE, STANDINGS.indexOf(standing));
        }
      }
      const accreditor = accreditorFor(system, "DATA_ACCESS_COMMITTEE");
      await participants.connect(accreditor).suspend(committee.address, ROLES.DATA_ACCESS_COMMITTEE);
      for (const attempt of attempts(committeeKey)) {
        await expect(attempt())
          .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
          .withArgs(committeeKey.address, ROLES.DATA_ACCESS_COMMITTEE, STANDINGS.indexOf("Suspended"));
      }
    });

    it("attack: terms of another data set, with another committee or fee, are refused at every step", async () => {
      const system = await loadFixture(deployDataLicences);
      const { licences, terms, freeTerms, ask, committee, hospital, otherUser, userKey } = system;
      await ask();
      await accredit(system, otherUser, "DATA_ACCESS_COMMITTEE");
      const others = { ...terms, committee: otherUser.address };
      await licences.connect(hospital).publish(others as never);
      for (const [by, wrong] of [
        [otherUser, others],
        [committee, freeTerms],
      ] as const) {
        for (const attempt of [
          () => licences.connect(by).grant(1, wrong as never),
          () => licences.connect(by).refuse(1, wrong as never, REASON),
          () => licences.connect(by).revoke(1, wrong as never, REASON),
          () => licences.connect(userKey).activate(1, wrong as never),
        ]) {
          await expect(attempt()).to.be.revertedWithCustomError(licences, "NotTheTerms").withArgs(1, datasetId(terms));
        }
      }
      await expect(licences.connect(committee).grant(2, terms as never))
        .to.be.revertedWithCustomError(licences, "NotTheTerms")
        .withArgs(2, ZeroHash);
    });

    it("need a reason against the licensee", async () => {
      const { licences, terms, ask, granted, committee } = await loadFixture(deployDataLicences);
      await ask();
      await granted();
      for (const attempt of [
        () => licences.connect(committee).refuse(1, terms as never, ZeroHash),
        () => licences.connect(committee).revoke(2, terms as never, ZeroHash),
      ]) {
        await expect(attempt()).to.be.revertedWithCustomError(licences, "ReasonMissing").withArgs();
      }
    });

    it("follow the life of a licence, and nothing else", async () => {
      const { licences, terms, ask, granted, inForce, committee, userKey } = await loadFixture(deployDataLicences);
      const byCommittee = licences.connect(committee);
      await ask(); // 1: requested
      await ask(); // 2: refused
      await byCommittee.refuse(2, terms as never, REASON);
      await granted(); // 3
      await inForce(); // 4
      await inForce(); // 5: revoked
      await byCommittee.revoke(5, terms as never, REASON);
      const steps = {
        grant: (licenceId: number) => byCommittee.grant(licenceId, terms as never),
        refuse: (licenceId: number) => byCommittee.refuse(licenceId, terms as never, REASON),
        activate: (licenceId: number) => licences.connect(userKey).activate(licenceId, terms as never),
        revoke: (licenceId: number) => byCommittee.revoke(licenceId, terms as never, REASON),
      };
      const allowed: Record<string, string[]> = {
        Requested: ["grant", "refuse"],
        Refused: [],
        Granted: ["activate", "revoke"],
        Active: ["revoke"],
        Revoked: [],
      };
      const states = ["Requested", "Refused", "Granted", "Active", "Revoked"] as const;
      for (const [index, state] of states.entries()) {
        for (const [name, step] of Object.entries(steps)) {
          if (allowed[state]!.includes(name)) continue;
          await expect(step(index + 1), `${name} of ${state}`)
            .to.be.revertedWithCustomError(licences, "WrongLicenceStatus")
            .withArgs(index + 1, statusOf(state));
        }
      }
    });
  });

  describe("activate", () => {
    for (const who of ["user", "userKey"] as const) {
      it(`lets the licence begin, sent by ${who === "user" ? "the licensee" : "a key of it"}`, async () => {
        const system = await loadFixture(deployDataLicences);
        const { licences, terms, granted, user } = system;
        const licenceId = await granted();
        const at = await nextSecond();
        const activated = licences.connect(system[who]).activate(licenceId, terms as never);
        await expect(activated)
          .to.emit(licences, "LicenceActivated")
          .withArgs(licenceId, datasetId(terms), user.address, at + 30 * DAY, FEE);
        await expect(activated).to.emit(licences, "Transfer").withArgs(ZeroAddress, user.address, licenceId);
        await expect(activated).to.emit(licences, "Locked").withArgs(licenceId);
        const { status, expiresAt } = await licences.licenceOf(licenceId);
        expect([status, expiresAt]).to.deep.equal([BigInt(statusOf("Active")), BigInt(at + 30 * DAY)]);
        expect(await licences.latestLicence(datasetId(terms), user)).to.equal(licenceId);
        expect(await denialOf(system, terms, user)).to.equal("None");
      });
    }

    it("attack: nobody else activates it, and a licensee that lost its accreditation does not", async () => {
      const system = await loadFixture(deployDataLicences);
      const { licences, participants, terms, granted, user, userKey, otherUser, committee } = system;
      await granted();
      await expect(licences.connect(otherUser).activate(1, terms as never))
        .to.be.revertedWithCustomError(licences, "NotTheLicensee")
        .withArgs(user.address, otherUser.address);
      const refuses = async (account: Account, standing: (typeof STANDINGS)[number]): Promise<void> => {
        await expect(licences.connect(account).activate(1, terms as never))
          .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
          .withArgs(account.address, ROLES.HEALTH_DATA_USER, STANDINGS.indexOf(standing));
      };
      await refuses(committee, "Unaccredited");
      await participants
        .connect(accreditorFor(system, "HEALTH_DATA_USER"))
        .suspend(user.address, ROLES.HEALTH_DATA_USER);
      await refuses(userKey, "Suspended");
    });

    it("lasts a hundred years where the terms permit it", async () => {
      const { licences, freeTerms, hospital, inForce } = await loadFixture(deployDataLicences);
      const terms = { ...freeTerms, longest: 36_500 };
      await licences.connect(hospital).publish(terms as never);
      const licenceId = await inForce({ terms, period: 36_500 });
      const { expiresAt } = await licences.licenceOf(licenceId);
      expect(expiresAt).to.equal(BigInt(await time.latest()) + 36_500n * 86_400n);
    });
  });

  describe("check", () => {
    it("permits the licensee and its keys what was licensed, in this data set", async () => {
      const system = await loadFixture(deployDataLicences);
      const { terms, inForce, user, userKey } = system;
      await inForce();
      for (const account of [user, userKey]) {
        expect(await denialOf(system, terms, account)).to.equal("None");
        expect(await denialOf(system, terms, account, ASKED | dataUsesToMask(["PUB"]))).to.equal("None");
      }
      const other = await publishOther(system, "other data");
      expect(await denialOf(system, other, user)).to.equal("NoLicence");
    });

    it("attack: another account uses a licence for nothing", async () => {
      const system = await loadFixture(deployDataLicences);
      const { terms, inForce, user, otherUser, hospital, stranger } = system;
      await inForce();
      expect(await denialOf(system, terms, otherUser)).to.equal("NoLicence");
      expect(await denialOf(system, terms, hospital)).to.equal("NotInGoodStanding");
      expect(await denialOf(system, terms, stranger)).to.equal("NotInGoodStanding");
      await enlist(system, user, stranger, "GATEWAY");
      expect(await denialOf(system, terms, stranger)).to.equal("NotInGoodStanding");
    });

    it("attack: a licence covers no use beyond it, even one that the terms permit", async () => {
      const system = await loadFixture(deployDataLicences);
      const { terms, inForce, user } = system;
      await inForce();
      for (const uses of [
        ASKED_FOR_MODELS,
        dataUsesToMask(["HMB", "NPU", "IRB"]),
        dataUsesToMask(["DS", "NPU"]),
        dataUsesToMask(["NPU", "IRB"]),
        0n,
        ASKED | 1n,
      ]) {
        expect(await denialOf(system, terms, user, uses)).to.equal("UseNotLicensed");
      }
    });

    it("attack: an expired licence counts for nothing, from the second on at which it ends", async () => {
      const system = await loadFixture(deployDataLicences);
      const { licences, terms, inForce, user } = system;
      const licenceId = await inForce();
      const { expiresAt } = await licences.licenceOf(licenceId);
      await time.increaseTo(expiresAt - 1n);
      expect(await denialOf(system, terms, user)).to.equal("None");
      await time.increaseTo(expiresAt);
      expect(await denialOf(system, terms, user)).to.equal("Expired");
      expect(await licences.ownerOf(licenceId)).to.equal(user.address);
    });

    it("stops with the accreditation of the licensee, and goes on with it", async () => {
      const system = await loadFixture(deployDataLicences);
      const { participants, terms, inForce, user, userKey } = system;
      await inForce();
      const accreditor = participants.connect(accreditorFor(system, "HEALTH_DATA_USER"));
      await accreditor.suspend(user.address, ROLES.HEALTH_DATA_USER);
      for (const account of [user, userKey]) {
        expect(await denialOf(system, terms, account)).to.equal("NotInGoodStanding");
      }
      await accreditor.reinstate(user.address, ROLES.HEALTH_DATA_USER);
      expect(await denialOf(system, terms, user)).to.equal("None");
    });

    it("goes by the licence that was activated last, and by no earlier one once that is revoked", async () => {
      const system = await loadFixture(deployDataLicences);
      const { licences, terms, granted, inForce, committee, user } = system;
      await inForce({ uses: ASKED_FOR_MODELS });
      await granted();
      expect(await denialOf(system, terms, user, ASKED_FOR_MODELS)).to.equal("None");
      await inForce();
      expect(await denialOf(system, terms, user, ASKED_FOR_MODELS)).to.equal("UseNotLicensed");
      expect(await denialOf(system, terms, user)).to.equal("None");
      await licences.connect(committee).revoke(1, terms as never, REASON);
      expect(await denialOf(system, terms, user)).to.equal("None");
      await licences.connect(committee).revoke(3, terms as never, REASON);
      expect(await denialOf(system, terms, user)).to.equal("Revoked");
    });
  });

  describe("as an ERC-721 token", () => {
    it("has a name, ERC-165's ids of ERC-721 and ERC-5192, and is locked", async () => {
      const { licences, inForce } = await loadFixture(deployDataLicences);
      await inForce();
      expect(await licences.name()).to.equal("CareProof Data Licence");
      expect(await licences.symbol()).to.equal("CPDL");
      // ERC-165, ERC-721 and ERC-5192, as the standards give them.
      for (const interfaceId of ["0x01ffc9a7", "0x80ac58cd", "0xb45a3c0e"]) {
        expect(await licences.supportsInterface(interfaceId), interfaceId).to.equal(true);
      }
      expect(await licences.supportsInterface("0xffffffff")).to.equal(false);
      expect(await licences.locked(1)).to.equal(true);
      await expect(licences.locked(2)).to.be.revertedWithCustomError(licences, "ERC721NonexistentToken").withArgs(2);
    });

    it("attack: is transferred and approved by nobody", async () => {
      const system = await loadFixture(deployDataLicences);
      const { licences, terms, inForce, user, otherUser, committee, stranger } = system;
      await inForce();
      for (const caller of [user, committee, stranger]) {
        const token = licences.connect(caller);
        for (const attempt of [
          () => token.transferFrom(user, otherUser, 1),
          () => token["safeTransferFrom(address,address,uint256)"](user, otherUser, 1),
          () => token["safeTransferFrom(address,address,uint256,bytes)"](user, otherUser, 1, "0x42"),
          () => token.approve(otherUser, 1),
          () => token.setApprovalForAll(otherUser, true),
          () => token.setApprovalForAll(otherUser, false),
        ]) {
          await expect(attempt()).to.be.revertedWithCustomError(licences, "NotTransferable").withArgs();
        }
      }
      expect(await licences.ownerOf(1)).to.equal(user.address);
      expect(await licences.getApproved(1)).to.equal(ZeroAddress);
      expect(await denialOf(system, terms, otherUser)).to.equal("NoLicence");
    });
  });
});
