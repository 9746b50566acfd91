import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { id, ZeroAddress, ZeroHash } from "ethers";

import { ROLES, STANDINGS } from "../../src/participants/roles.js";
import { datasetId, type DatasetTerms } from "../../src/trials/dataLicence.js";
import { dataUsesToMask } from "../../src/trials/dataUses.js";
import { accredit, accreditorFor, enlist, type Account } from "../support/careproof";
import { deployDataLicences, FEE, nextSecond, PERMITTED, type DataLicences } from "../support/dataLicences";

/** Other terms of the hospital than those published. */
const newTerms = ({ terms }: DataLicences, changes: Partial<DatasetTerms> = {}): DatasetTerms => ({
  ...terms,
  root: id("other data"),
  ...changes,
});

describe("DataLicence: publishing", () => {
  it("tells what it rests on, and its limits", async () => {
    const { licences, participants, trials } = await loadFixture(deployDataLicences);
    expect(await licences.participants()).to.equal(await participants.getAddress());
    expect(await licences.trials()).to.equal(await trials.getAddress());
    expect(await licences.MAX_SHARES()).to.equal(16n);
    expect(await licences.MAX_ORIGINS()).to.equal(32n);
    expect(await licences.LONGEST_PERIOD()).to.equal(36_500n);
    expect(await licences.count()).to.equal(0n);
  });

  for (const who of ["hospital", "hospitalKey"] as const) {
    it(`publishes data of a provider, sent by ${who === "hospital" ? "itself" : "a key of it"}`, async () => {
      const system = await loadFixture(deployDataLicences);
      const { licences, hospital, terms } = system;
      const other = newTerms(system);
      expect(await licences.connect(system[who]).publish.staticCall(other as never)).to.equal(datasetId(other));
      const at = await nextSecond();
      const published = licences.connect(system[who]).publish(other as never);
      const { shares } = other;
      await expect(published)
        .to.emit(licences, "DatasetPublished")
        .withArgs(
          datasetId(other),
          hospital.address,
          ZeroHash,
          [
            ...[ZeroHash, hospital.address, other.root, terms.committee, PERMITTED, 365n, terms.feeToken, FEE],
            shares.map(({ account, basisPoints }) => [account, BigInt(basisPoints)]),
          ],
          system[who].address,
        );
      expect(await licences.publishedAt(datasetId(other))).to.equal(at);
      expect(await licences.datasetIdOf(other as never)).to.equal(datasetId(other));
      expect(await licences.publishedAt(datasetId(newTerms(system, { longest: 1 })))).to.equal(0n);
    });
  }

  it("publishes data of a trial for its sponsor", async () => {
    const system = await loadFixture(deployDataLicences);
    const { licences, sponsor, sponsorKey, trialId } = system;
    const other = newTerms(system, { trialId, provider: sponsor.address });
    await expect(licences.connect(sponsorKey).publish(other as never)).to.emit(licences, "DatasetPublished");
    expect(await licences.publishedAt(datasetId(other))).to.be.greaterThan(0n);
  });

  it("attack: data of a trial are published by nobody but its sponsor, nor as no trial's", async () => {
    const system = await loadFixture(deployDataLicences);
    const { licences, participants, hospital, sponsor, sponsorKey, otherSponsor, trialId } = system;
    for (const [by, changes] of [
      [otherSponsor, { trialId, provider: otherSponsor.address }],
      [otherSponsor, { trialId, provider: sponsor.address }],
      [sponsorKey, { trialId: id("no trial"), provider: sponsor.address }],
      [sponsorKey, { trialId, provider: otherSponsor.address }],
    ] as const) {
      await expect(licences.connect(by).publish(newTerms(system, changes) as never))
        .to.be.revertedWithCustomError(licences, "NotTheDataProvider")
        .withArgs(changes.provider, by.address);
    }
    for (const [by, changes, role] of [
      [hospital, { trialId, provider: hospital.address }, ROLES.TRIAL_SPONSOR],
      [sponsor, { provider: sponsor.address }, ROLES.PROVIDER],
    ] as const) {
      await expect(licences.connect(by).publish(newTerms(system, changes) as never))
        .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
        .withArgs(by.address, role, STANDINGS.indexOf("Unaccredited"));
    }
  });

  it("refuses who is no provider in good standing, and another's data", async () => {
    const system = await loadFixture(deployDataLicences);
    const { licences, participants, hospital, hospitalKey, otherUser, stranger } = system;
    const refuses = async (account: Account, standing: (typeof STANDINGS)[number]): Promise<void> => {
      await expect(licences.connect(account).publish(newTerms(system) as never))
        .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
        .withArgs(account.address, ROLES.PROVIDER, STANDINGS.indexOf(standing));
    };
    await refuses(otherUser, "Unaccredited");
    await enlist(system, hospital, stranger, "GATEWAY");
    await refuses(stranger, "OperatorRoleMissing");
    await accredit(system, otherUser, "PROVIDER");
    await expect(licences.connect(otherUser).publish(newTerms(system) as never))
      .to.be.revertedWithCustomError(licences, "NotTheDataProvider")
      .withArgs(hospital.address, otherUser.address);
    await participants.connect(accreditorFor(system, "PROVIDER")).suspend(hospital.address, ROLES.PROVIDER);
    await refuses(hospitalKey, "Suspended");
  });

  it("refuses a committee that is none, or a key of one", async () => {
    const system = await loadFixture(deployDataLicences);
    const { licences, participants, hospital, committeeKey, stranger } = system;
    for (const [committee, standing] of [
      [stranger.address, "Unaccredited"],
      [ZeroAddress, "Unaccredited"],
    ] as const) {
      await expect(licences.connect(hospital).publish(newTerms(system, { committee }) as never))
        .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
        .withArgs(committee, ROLES.DATA_ACCESS_COMMITTEE, STANDINGS.indexOf(standing));
    }
    const terms = newTerms(system, { committee: committeeKey.address });
    await expect(licences.connect(hospital).publish(terms as never))
      .to.be.revertedWithCustomError(licences, "NotTheCommittee")
      .withArgs(committeeKey.address, committeeKey.address);
  });

  it("refuses terms that were published, and data without a root", async () => {
    const { licences, hospital, terms } = await loadFixture(deployDataLicences);
    await expect(licences.connect(hospital).publish(terms as never))
      .to.be.revertedWithCustomError(licences, "DatasetPublishedBefore")
      .withArgs(datasetId(terms));
    await expect(licences.connect(hospital).publish({ ...terms, root: ZeroHash } as never))
      .to.be.revertedWithCustomError(licences, "RootMissing")
      .withArgs();
  });

  it("refuses uses that permit nothing, or that nobody knows", async () => {
    const system = await loadFixture(deployDataLicences);
    const { licences, hospital } = system;
    for (const permittedUses of [0n, dataUsesToMask(["NPU", "IRB"]), 1n, PERMITTED | (1n << 5n), 1n << 62n]) {
      await expect(licences.connect(hospital).publish(newTerms(system, { permittedUses }) as never))
        .to.be.revertedWithCustomError(licences, "UnknownUses")
        .withArgs(permittedUses);
    }
  });

  it("refuses to permit licences of no day, and of more than a hundred years", async () => {
    const system = await loadFixture(deployDataLicences);
    const { licences, hospital } = system;
    for (const longest of [0, 36_501, 2 ** 32 - 1]) {
      await expect(licences.connect(hospital).publish(newTerms(system, { longest }) as never))
        .to.be.revertedWithCustomError(licences, "PeriodNotPermitted")
        .withArgs(longest, 36_500);
    }
    for (const longest of [1, 36_500]) {
      const terms = newTerms(system, { longest });
      await expect(licences.connect(hospital).publish(terms as never)).to.emit(licences, "DatasetPublished");
    }
  });

  it("refuses a fee without a token, and a token without a fee", async () => {
    const system = await loadFixture(deployDataLicences);
    const { licences, hospital, tokenAddress } = system;
    for (const changes of [{ fee: 0n, shares: [] }, { feeToken: ZeroAddress }] as Partial<DatasetTerms>[]) {
      await expect(licences.connect(hospital).publish(newTerms(system, changes) as never))
        .to.be.revertedWithCustomError(licences, "FeeIncomplete")
        .withArgs(changes.feeToken ?? tokenAddress, changes.fee ?? FEE);
    }
  });

  it("refuses an address without code as the token", async () => {
    const system = await loadFixture(deployDataLicences);
    const { licences, hospital, stranger } = system;
    await expect(licences.connect(hospital).publish(newTerms(system, { feeToken: stranger.address }) as never))
      .to.be.revertedWithCustomError(licences, "NotContract")
      .withArgs(stranger.address);
  });

  describe("shares", () => {
    /** `count` shares of invented accounts that add up to the whole. */
    const evenShares = (count: number) => {
      const basisPoints = Math.floor(10_000 / count);
      return Array.from({ length: count }, (_, i) => ({
        account: `0x${(i + 1).toString(16).padStart(40, "0")}`,
        basisPoints: i === 0 ? 10_000 - basisPoints * (count - 1) : basisPoints,
      }));
    };

    it("are 1 to 16 where there is a fee, and none where there is none", async () => {
      const system = await loadFixture(deployDataLicences);
      const { licences, hospital, freeTerms } = system;
      for (const count of [1, 16]) {
        const terms = newTerms(system, { shares: evenShares(count) });
        await expect(licences.connect(hospital).publish(terms as never)).to.emit(licences, "DatasetPublished");
      }
      for (const terms of [
        newTerms(system, { shares: [] }),
        newTerms(system, { shares: evenShares(17) }),
        { ...freeTerms, root: id("other data"), shares: evenShares(1) },
      ]) {
        await expect(licences.connect(hospital).publish(terms as never))
          .to.be.revertedWithCustomError(licences, "WrongNumberOfShares")
          .withArgs(terms.shares.length);
      }
    });

    for (const sum of [9_999, 10_001, 1, 20_000]) {
      it(`attack: shares that add up to ${sum} of 10000 are refused`, async () => {
        const system = await loadFixture(deployDataLicences);
        const { licences, hospital, alice, bob } = system;
        const shares = [
          { account: alice.address, basisPoints: sum === 1 ? 1 : 5_000 },
          ...(sum === 1 ? [] : [{ account: bob.address, basisPoints: sum - 5_000 }]),
        ];
        await expect(licences.connect(hospital).publish(newTerms(system, { shares }) as never))
          .to.be.revertedWithCustomError(licences, "SharesDoNotAddUp")
          .withArgs(sum);
      });
    }

    it("attack: a share of nobody, of nothing, or a second one of the same account is refused", async () => {
      const system = await loadFixture(deployDataLicences);
      const { licences, hospital, alice, bob } = system;
      const whole = { account: alice.address, basisPoints: 5_000 };
      for (const [shares, index] of [
        [[{ account: ZeroAddress, basisPoints: 10_000 }], 0],
        [
          [
            { ...whole, basisPoints: 10_000 },
            { account: bob.address, basisPoints: 0 },
          ],
          1,
        ],
        [[whole, whole], 1],
        [[whole, { account: bob.address, basisPoints: 1 }, { ...whole, basisPoints: 4_999 }], 2],
      ] as const) {
        await expect(licences.connect(hospital).publish(newTerms(system, { shares }) as never))
          .to.be.revertedWithCustomError(licences, "InvalidShare")
          .withArgs(index);
      }
    });
  });
});
