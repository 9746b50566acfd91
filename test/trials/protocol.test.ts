import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { id, ZeroHash } from "ethers";

import {
  allocationTree,
  outcomeTree,
  registrationNumberOf,
  registrationNumberToBytes32,
  trialIdOf,
  versionHash,
} from "../../src/trials/protocol.js";
import { enrolmentListMessage, enrolmentMessage } from "../../src/trials/typedData.js";
import { ALLOCATION, deployApproved, deployRegistered, NUMBER, PRIMARIES, protocolWith } from "../support/trialParties";

const NCT = `0x${Buffer.from("NCT01234567").toString("hex").padEnd(64, "0")}`;

describe("what a trial commits to", () => {
  it("has the registration number as ASCII from the left", () => {
    expect(registrationNumberToBytes32("NCT01234567")).to.equal(NCT);
    expect(registrationNumberOf(NCT)).to.equal("NCT01234567");
  });

  it("refuses what is no registration number", () => {
    for (const number of ["", " NCT01234567", "NCT\u00e9", "x".repeat(32)]) {
      expect(() => registrationNumberToBytes32(number))
        .to.throw()
        .with.property("code", "REGISTRATION_NUMBER_INVALID");
    }
    for (const bytes of [ZeroHash, `${NCT.slice(0, -2)}01`, "0x12"]) {
      expect(() => registrationNumberOf(bytes))
        .to.throw()
        .with.property("code", "REGISTRATION_NUMBER_INVALID");
    }
  });

  it("hashes number, sponsor and version as the contract does", async () => {
    const { registry, sponsor, protocol } = await loadFixture(deployRegistered);
    const trialId = trialIdOf(NUMBER, sponsor.address);
    expect((await registry.factsOf(trialId)).sponsor).to.equal(sponsor.address);
    expect((await registry.versionOf(trialId, 1)).hash).to.equal(versionHash(protocol));
  });

  it("has another hash for every member that differs", () => {
    const documents = {
      protocol: id("other"),
      statisticalAnalysisPlan: ZeroHash,
      consentForm: id("other"),
      allocationRoot: ZeroHash,
      plannedEnrolment: 11,
      primaryCompletion: 1,
    };
    const outcomes = { primaryRoot: id("other"), otherRoot: id("other"), primaries: 3, others: 2 };
    const hashes = [
      protocolWith({}),
      ...Object.entries(documents).map(([name, value]) => protocolWith({ [name]: value })),
      ...Object.entries(outcomes).map(([name, value]) => protocolWith({}, { [name]: value })),
    ].map(versionHash);
    expect(new Set(hashes).size).to.equal(11);
  });

  it("has every row of the allocation list in the contract's tree, and no other", async () => {
    const { registry, trialId } = await loadFixture(deployApproved);
    const tree = allocationTree(ALLOCATION);
    for (const row of ALLOCATION) {
      expect(await registry.verifyAllocation(trialId, row, tree.prove(row.index))).to.equal(true);
      const otherArm = { ...row, arm: 1 - row.arm };
      expect(await registry.verifyAllocation(trialId, otherArm, tree.prove(row.index))).to.equal(false);
    }
    expect(await registry.verifyAllocation(id("no trial"), ALLOCATION[0]!, tree.prove(0))).to.equal(false);
  });

  it("refuses leaves that are at another place than they say", () => {
    expect(() => outcomeTree([PRIMARIES[1]!]))
      .to.throw("outcomes: is at place 0, and says 1")
      .with.property("code", "INDEX_WRONG");
    expect(() => allocationTree([ALLOCATION[0]!, ALLOCATION[2]!]))
      .to.throw("rows: is at place 1, and says 2")
      .with.property("code", "INDEX_WRONG");
  });

  it("signs enrolments as responsibility, and names the member that is wrong", () => {
    const address = "0x00000000000000000000000000000000000000aa";
    const shared = { trialId: NCT, site: address, version: 1, signer: address, deadline: 9 };
    expect(enrolmentMessage({ ...shared, subject: NCT, signedAt: 8 })).to.include({ meaning: 4, signedAt: 8 });
    expect(enrolmentListMessage({ ...shared, subjects: [NCT], signedAt: [8] })).to.deep.include({
      meaning: 4,
      subjects: [NCT],
      signedAt: [8],
    });
    expect(() => enrolmentMessage({ ...shared, subject: "0x", signedAt: 8 }))
      .to.throw()
      .with.property("path", "subject");
    expect(() => enrolmentListMessage({ ...shared, subjects: ["0x"], signedAt: [8] }))
      .to.throw()
      .with.property("path", "subjects");
  });
});
