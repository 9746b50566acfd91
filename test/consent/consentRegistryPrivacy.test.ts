import { time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { categories, deployWithGuardian, now, review, soon, startFrom, DAY, ROUTES } from "../support/consentParties";

/** What must never reach the chain: an invented patient's document, and the reason why the glass was broken. */
const CANARIES = ["Canary Testperson, born 1901-02-03", "unconscious after a fall, canary 7f3a"];

/** A commitment as the design has it: salted, so that who guesses the content cannot confirm the guess. */
function commitment(content: string): string {
  const salt = ethers.randomBytes(32);
  const hash = ethers.keccak256(ethers.toUtf8Bytes(content));
  return ethers.keccak256(
    ethers.AbiCoder.defaultAbiCoder().encode(
      ["bytes32", "uint8", "bytes32", "bytes32"],
      [ethers.id("a tag"), 1, salt, hash],
    ),
  );
}

/** The content itself and its unsalted hashes, as hex without prefix, as whole or as any word of it. */
function forbidden(content: string): string[] {
  return [content, ...content.split(/[ ,]+/).filter((word) => word.length > 4)].flatMap((text) => {
    const bytes = ethers.toUtf8Bytes(text);
    return [ethers.hexlify(bytes), ethers.keccak256(bytes), ethers.sha256(bytes)].map((hex) => hex.slice(2));
  });
}

describe("ConsentRegistry: privacy", () => {
  it("puts neither a document's content nor an unsalted hash of it into calldata, events or what they index", async () => {
    const parties = await startFrom(deployWithGuardian);
    const { consents, patient, operator, privacyOffice, guardian, stranger, admin } = parties;
    const from = (await ethers.provider.getBlockNumber()) + 1;

    for (const route of ROUTES) {
      await route.grant({ ...parties }, await soon(), {
        grantee: ethers.getAddress(ethers.dataSlice(ethers.id(route.name), 12)),
        evidence: commitment(CANARIES[0]!),
      });
      await route.revoke(parties, await soon());
    }
    await consents.connect(operator).breakGlass(patient, categories("ALLERGIES"), 1, commitment(CANARIES[1]!));
    await review(consents.connect(privacyOffice), operator, false);
    await consents.connect(admin).setEmergencySource(stranger);
    await consents.connect(patient).setEmergencySourcePreference(stranger, categories("ALLERGIES"));
    await time.increase(7n * DAY);
    await consents
      .connect(stranger)
      .openEmergency(patient, operator, categories("ALLERGIES"), commitment(CANARIES[1]!));
    await consents.connect(guardian).revokeAllFor(patient);
    await consents.connect(patient).retire(patient);

    const traces: string[] = [];
    for (let number = from; number <= (await ethers.provider.getBlockNumber()); number++) {
      const block = await ethers.provider.getBlock(number, true);
      traces.push(...block!.prefetchedTransactions.map(({ data }) => data));
    }
    const logs = await consents.queryFilter("*" as never, from);
    traces.push(...logs.flatMap(({ data, topics }) => [data, ...topics]));
    expect(logs.length).to.be.greaterThan(10);
    expect(traces.length).to.be.greaterThan(40);

    const published = traces.join("|").toLowerCase();
    for (const hex of CANARIES.flatMap(forbidden)) expect(published.includes(hex), hex).to.equal(false);
    // The search finds what is there: a grant's evidence is in calldata and log.
    const evidence = ethers.hexlify(ethers.randomBytes(32));
    const sent = await consents
      .connect(stranger)
      .grant(operator, 1, { categories: 1, notBefore: 0, expiresAt: (await now()) + DAY, flags: 0 }, evidence);
    const receipt = await sent.wait();
    expect(sent.data).to.contain(evidence.slice(2));
    expect(receipt!.logs[0]!.data).to.contain(evidence.slice(2));
  });
});
