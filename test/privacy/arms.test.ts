import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { getBytes, id } from "ethers";
import { ethers } from "hardhat";

import {
  allocationLeaf,
  allocationTree,
  registrationNumberToBytes32,
  type AllocationLeaf,
} from "../../src/trials/protocol.js";
import {
  ALLOCATION,
  appoint,
  approve,
  deployTrialParties,
  enrol,
  NUMBER,
  protocolWith,
  withdraw,
} from "../support/trialParties.js";
import { everythingShown, wordsOf } from "./scanner";

/** Price of a transaction and of a byte of its calldata (EIP-2028). */
const [TRANSACTION, ZERO_BYTE, OTHER_BYTE] = [21_000, 4, 16];

/** A transaction as an observer sees it. */
interface Seen {
  calldata: string;
  /** Gas without what its calldata cost: random bytes are zero now and then. */
  netGas: number;
}

/** What the chain shows since a block: what is sent, in the order in which it is. */
async function seenSince(fromBlock: number): Promise<Seen[]> {
  const seen: Seen[] = [];
  const last = await ethers.provider.getBlockNumber();
  for (let number = fromBlock; number <= last; number++) {
    for (const { hash, data } of (await ethers.provider.getBlock(number, true))!.prefetchedTransactions) {
      const { gasUsed } = (await ethers.provider.getTransactionReceipt(hash))!;
      const price = getBytes(data).reduce((sum, byte) => sum + (byte === 0 ? ZERO_BYTE : OTHER_BYTE), TRANSACTION);
      seen.push({ calldata: data, netGas: Number(gasUsed) - price });
    }
  }
  return seen;
}

/** A list of the same subjects and salts with the arms exchanged. */
const EXCHANGED = ALLOCATION.map((row) => ({ ...row, arm: 1 - row.arm }));

/**
 * The life of a trial up to its lock, each act at the same time whatever the allocation: registered, approved, three enrolled, data
 * anchored, one withdrawn, one unblinded in an emergency.
 */
async function lifeOf(allocation: readonly AllocationLeaf[], whoWithdraws: string): Promise<{ fromBlock: number }> {
  const system = await loadFixture(deployTrialParties);
  const { registry, trialData, sponsorKey, siteKey, trialId } = system;
  const start = (await time.latest()) + 3_600;
  const fromBlock = (await ethers.provider.getBlockNumber()) + 1;
  const protocol = protocolWith({ allocationRoot: allocationTree(allocation).root });
  const at = (minute: number): Promise<void> => time.increaseTo(start + 60 * minute);
  await at(0);
  await registry.connect(sponsorKey).register(registrationNumberToBytes32(NUMBER), protocol);
  await at(1);
  await approve(system, protocol);
  await at(2);
  await appoint(system, "Investigator", system.site);
  for (const [place, { subject }] of ALLOCATION.slice(0, 3).entries()) {
    await at(3 + place);
    await enrol(system, subject);
  }
  await at(10);
  await trialData.connect(siteKey).anchor(trialId, 0, 1, id("root"), 12, start + 540, start + 590);
  await at(11);
  await withdraw(system, whoWithdraws);
  await at(12);
  await registry.connect(siteKey).recordEmergencyUnblinding(trialId, ALLOCATION[2]!.subject, id("reason"));
  await at(13);
  await registry.connect(sponsorKey).lock(trialId, id("data set"));
  return { fromBlock };
}

describe("what the chain shows of arms before a trial is unblinded", () => {
  const [first, second] = ALLOCATION as [AllocationLeaf, AllocationLeaf];

  it("is no leaf and no salt of the allocation list", async () => {
    const { fromBlock } = await lifeOf(ALLOCATION, first.subject);
    const words = wordsOf(await everythingShown(ethers.provider, fromBlock));
    expect(words.has(allocationTree(ALLOCATION).root.slice(2))).to.equal(true);
    for (const row of ALLOCATION) {
      expect(words.has(allocationLeaf(row).slice(2)), `leaf ${row.index}`).to.equal(false);
      expect(words.has(row.salt.slice(2)), `salt ${row.index}`).to.equal(false);
    }
  });

  it("is the same with the arms exchanged, but for the root and the ethics board's signature over it", async () => {
    const seen = await seenSince((await lifeOf(ALLOCATION, first.subject)).fromBlock);
    const exchanged = await seenSince((await lifeOf(EXCHANGED, first.subject)).fromBlock);
    expect(seen.length).to.equal(10);
    expect(exchanged.map(({ netGas }) => netGas)).to.deep.equal(seen.map(({ netGas }) => netGas));
    expect(exchanged.map(({ calldata }) => calldata.length)).to.deep.equal(seen.map(({ calldata }) => calldata.length));
    const [registration, approval, ...others] = seen;
    const [otherRegistration, otherApproval, ...same] = exchanged;
    expect(same).to.deep.equal(others);
    const [root, otherRoot] = [ALLOCATION, EXCHANGED].map((list) => allocationTree(list).root.slice(2));
    expect(otherRegistration!.calldata.replace(otherRoot!, root!)).to.equal(registration!.calldata);
    // A signature is the last that is in the calldata: two words and a byte, padded to three words.
    const unsigned = ({ calldata }: Seen): string => calldata.slice(0, -3 * 64);
    expect(unsigned(otherApproval!)).to.equal(unsigned(approval!));
  });

  it("would be seen to depend on the arms where those of one arm withdraw", async () => {
    const inFirstArm = (list: readonly AllocationLeaf[]): string => list.find(({ arm }) => arm === 0)!.subject;
    expect(inFirstArm(ALLOCATION)).to.equal(first.subject);
    expect(inFirstArm(EXCHANGED)).to.equal(second.subject);
    const [, , ...others] = await seenSince((await lifeOf(ALLOCATION, inFirstArm(ALLOCATION))).fromBlock);
    const [, , ...same] = await seenSince((await lifeOf(EXCHANGED, inFirstArm(EXCHANGED))).fromBlock);
    expect(same).not.to.deep.equal(others);
  });
});
