/** What a data set or a model was made of, and that nothing is made of data without a licence for it. */
import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { id, ZeroHash } from "ethers";

import { ROLES, STANDINGS } from "../../src/participants/roles.js";
import { datasetId, derivedWorkId, DERIVED_KINDS, type DerivedKind } from "../../src/trials/dataLicence.js";
import { LICENCE_DENIALS, type LicenceDenial } from "../../src/trials/dataStatuses.js";
import { accreditorFor, type Account } from "../support/careproof";
import {
  ASKED_FOR_MODELS,
  DAY,
  deployDataLicences,
  nextSecond,
  publishOther,
  type DataLicences,
} from "../support/dataLicences";

const ROOT = id("a model");
const kindOf = (kind: DerivedKind): number => DERIVED_KINDS.indexOf(kind);

/** Registers a work of the user's, by its key. */
const register = (
  { licences, userKey }: DataLicences,
  kind: DerivedKind,
  licenceIds: bigint[],
  inputs: string[] = [],
  root = ROOT,
  by: Account = userKey,
) => licences.connect(by).registerDerived(root, kindOf(kind), inputs, licenceIds);

/** Two data sets, for both of which the user has a licence: 1 for health research, 2 for models too. */
async function deployLicensed() {
  const system = await loadFixture(deployDataLicences);
  const second = await publishOther(system, "second");
  const [plain, forModels] = [
    await system.inForce({ terms: system.freeTerms }),
    await system.inForce({ terms: second, uses: ASKED_FOR_MODELS }),
  ];
  return { ...system, second, plain, forModels };
}

describe("DataLicence: lineage", () => {
  for (const who of ["user", "userKey"] as const) {
    it(`registers what a model was made of, sent by ${who === "user" ? "the licensee" : "a key of it"}`, async () => {
      const system = await loadFixture(deployLicensed);
      const { licences, user, forModels } = system;
      const workId = derivedWorkId(user.address, "Model", ROOT);
      const args = [ROOT, kindOf("Model"), [], [forModels]] as const;
      expect(await licences.connect(system[who]).registerDerived.staticCall(...(args as never))).to.equal(workId);
      const at = await nextSecond();
      await expect(register(system, "Model", [forModels], [], ROOT, system[who]))
        .to.emit(licences, "DerivedRegistered")
        .withArgs(workId, user.address, kindOf("Model"), ROOT, [], [forModels], system[who].address);
      expect(await licences.lineageOf(workId)).to.deep.equal([user.address, BigInt(at), 1n, ROOT, [], [forModels]]);
      expect(await licences.workIdOf(user, kindOf("Model"), ROOT)).to.equal(workId);
      expect(await licences.workIdOf(user, kindOf("Dataset"), ROOT)).to.equal(
        derivedWorkId(user.address, "Dataset", ROOT),
      );
    });
  }

  it("registers what was made of works, of whomever, with licences for all that those were made of", async () => {
    const system = await loadFixture(deployLicensed);
    const { licences, user, otherUser, inForce, freeTerms, second, plain, forModels } = system;
    await register(system, "Dataset", [plain], [], id("table"));
    await register(system, "Dataset", [plain, forModels], [], id("joined"));
    const works = ["table", "joined"].map((name) => derivedWorkId(user.address, "Dataset", id(name)));
    const others = [
      await inForce({ terms: second, by: otherUser }),
      await inForce({ terms: freeTerms, by: otherUser }),
    ];
    await expect(register(system, "Dataset", others, works, id("summary"), otherUser))
      .to.emit(licences, "DerivedRegistered")
      .withArgs(
        derivedWorkId(otherUser.address, "Dataset", id("summary")),
        otherUser.address,
        kindOf("Dataset"),
        ...[id("summary"), works, others, otherUser.address],
      );
    const { inputs } = await licences.lineageOf(derivedWorkId(otherUser.address, "Dataset", id("summary")));
    expect(inputs).to.deep.equal(works);
  });

  it("takes a renewed licence for the data that a work was made of under an earlier one", async () => {
    const system = await loadFixture(deployLicensed);
    const { licences, user, inForce, freeTerms, plain } = system;
    await register(system, "Dataset", [plain], [], id("table"));
    await time.increase(30 * DAY);
    const renewed = await inForce({ terms: freeTerms });
    const table = derivedWorkId(user.address, "Dataset", id("table"));
    await expect(register(system, "Dataset", [renewed], [table])).to.emit(licences, "DerivedRegistered");
  });

  it("tells nothing of what was not registered", async () => {
    const { licences } = await loadFixture(deployLicensed);
    expect((await licences.lineageOf(id("no work"))).registeredAt).to.equal(0n);
  });

  const refusesLicence = async (
    system: DataLicences,
    kind: DerivedKind,
    licenceIds: bigint[],
    wrong: bigint,
    denial: LicenceDenial,
  ): Promise<void> => {
    await expect(register(system, kind, licenceIds))
      .to.be.revertedWithCustomError(system.licences, "LicenceNotUsable")
      .withArgs(wrong, LICENCE_DENIALS.indexOf(denial));
  };

  it("attack: a model is not made under a licence for something else", async () => {
    const system = await loadFixture(deployLicensed);
    const { plain, forModels } = system;
    await refusesLicence(system, "Model", [plain], plain, "UseNotLicensed");
    await refusesLicence(system, "Model", [forModels, plain], plain, "UseNotLicensed");
  });

  it("attack: nothing is made under another's licence, or one that there is not", async () => {
    const system = await loadFixture(deployLicensed);
    const { inForce, freeTerms, otherUser, plain } = system;
    const others = await inForce({ terms: freeTerms, by: otherUser });
    await refusesLicence(system, "Dataset", [plain, others], others, "NoLicence");
    await refusesLicence(system, "Dataset", [99n], 99n, "NoLicence");
    await refusesLicence(system, "Dataset", [0n], 0n, "NoLicence");
  });

  it("attack: nothing is made under a licence that was not activated, is revoked, or has run out", async () => {
    const system = await loadFixture(deployLicensed);
    const { licences, ask, granted, freeTerms, committee, plain, forModels, second } = system;
    const asked = await ask({ terms: freeTerms });
    const notActive = await granted({ terms: freeTerms });
    for (const licenceId of [asked, notActive]) {
      await refusesLicence(system, "Dataset", [licenceId], licenceId, "NoLicence");
    }
    await licences.connect(committee).revoke(forModels, second as never, id("reason"));
    await refusesLicence(system, "Model", [forModels], forModels, "Revoked");
    const { expiresAt } = await licences.licenceOf(plain);
    await time.setNextBlockTimestamp(expiresAt);
    await refusesLicence(system, "Dataset", [plain], plain, "Expired");
  });

  it("attack: a use that data do not permit is not won by way of a work made of them", async () => {
    const system = await loadFixture(deployLicensed);
    const { licences, user, freeTerms, plain, forModels } = system;
    await register(system, "Dataset", [plain], [], id("table"));
    const table = derivedWorkId(user.address, "Dataset", id("table"));
    await expect(register(system, "Model", [forModels], [table]))
      .to.be.revertedWithCustomError(licences, "InputNotLicensed")
      .withArgs(table, datasetId(freeTerms));
    await refusesLicence(system, "Model", [forModels, plain], plain, "UseNotLicensed");
    // Nor by one more step in between.
    await register(system, "Dataset", [plain], [table], id("table of a table"));
    const further = derivedWorkId(user.address, "Dataset", id("table of a table"));
    await expect(register(system, "Model", [forModels], [further]))
      .to.be.revertedWithCustomError(licences, "InputNotLicensed")
      .withArgs(further, datasetId(freeTerms));
  });

  it("attack: another's work is not used without licences for what it was made of", async () => {
    const system = await loadFixture(deployLicensed);
    const { licences, user, otherUser, inForce, freeTerms, second, plain, forModels } = system;
    await register(system, "Dataset", [plain, forModels], [], id("joined"));
    const joined = derivedWorkId(user.address, "Dataset", id("joined"));
    const own = await inForce({ terms: freeTerms, by: otherUser });
    await expect(register(system, "Dataset", [own], [joined], ROOT, otherUser))
      .to.be.revertedWithCustomError(licences, "InputNotLicensed")
      .withArgs(joined, datasetId(second));
  });

  it("attack: a work is registered once by who made it, and nobody takes its place", async () => {
    const system = await loadFixture(deployLicensed);
    const { licences, user, otherUser, inForce, freeTerms, plain, forModels } = system;
    const others = await inForce({ terms: freeTerms, by: otherUser });
    await register(system, "Dataset", [others], [], ROOT, otherUser);
    await register(system, "Dataset", [plain]);
    await expect(register(system, "Dataset", [plain, forModels]))
      .to.be.revertedWithCustomError(licences, "WorkRegisteredBefore")
      .withArgs(derivedWorkId(user.address, "Dataset", ROOT));
    const { holder } = await licences.lineageOf(derivedWorkId(user.address, "Dataset", ROOT));
    expect(holder).to.equal(user.address);
  });

  it("refuses inputs that nobody registered, a work itself among them", async () => {
    const system = await loadFixture(deployLicensed);
    const { licences, user, plain } = system;
    for (const input of [id("no work"), ZeroHash, derivedWorkId(user.address, "Dataset", ROOT)]) {
      await expect(register(system, "Dataset", [plain], [input]))
        .to.be.revertedWithCustomError(licences, "UnknownWork")
        .withArgs(input);
    }
  });

  it("refuses a work without a root, of no licence, and of more than 32 origins", async () => {
    const system = await loadFixture(deployLicensed);
    const { licences, user, plain } = system;
    await expect(register(system, "Dataset", [plain], [], ZeroHash))
      .to.be.revertedWithCustomError(licences, "RootMissing")
      .withArgs();
    await register(system, "Dataset", [plain], [], id("table"));
    const table = derivedWorkId(user.address, "Dataset", id("table"));
    const many = (count: number): bigint[] => new Array<bigint>(count).fill(plain);
    for (const [licenceIds, inputs] of [
      [[], []],
      [[], [table]],
      [many(33), []],
      [many(17), new Array<string>(16).fill(table)],
    ] as const) {
      await expect(register(system, "Dataset", [...licenceIds], [...inputs]))
        .to.be.revertedWithCustomError(licences, "WrongNumberOfOrigins")
        .withArgs(licenceIds.length + inputs.length);
    }
    await expect(register(system, "Dataset", many(32))).to.emit(licences, "DerivedRegistered");
  });

  it("refuses who is no health data user in good standing, also with licences in force", async () => {
    const system = await loadFixture(deployLicensed);
    const { participants, user, userKey, hospital, plain } = system;
    const accreditor = participants.connect(accreditorFor(system, "HEALTH_DATA_USER"));
    await accreditor.suspend(user.address, ROLES.HEALTH_DATA_USER);
    for (const [account, standing] of [
      [hospital, "Unaccredited"],
      [userKey, "Suspended"],
    ] as const) {
      await expect(register(system, "Dataset", [plain], [], ROOT, account))
        .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
        .withArgs(account.address, ROLES.HEALTH_DATA_USER, STANDINGS.indexOf(standing));
    }
  });

  it("with as many origins as can be uses less than 12 million gas", async () => {
    const system = await loadFixture(deployDataLicences);
    const licenceIds: bigint[] = [];
    for (let i = 0; i < 16; ++i)
      licenceIds.push(await system.inForce({ terms: await publishOther(system, `of ${i}`) }));
    const works: string[] = [];
    for (let i = 0; i < 16; ++i) {
      await register(system, "Dataset", licenceIds, [], id(`work ${i}`));
      works.push(derivedWorkId(system.user.address, "Dataset", id(`work ${i}`)));
    }
    const sent = await register(system, "Dataset", [...licenceIds].reverse(), works);
    expect((await sent.wait())!.gasUsed < 12_000_000n).to.equal(true);
  });
});
