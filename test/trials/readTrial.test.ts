import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { id, ZeroAddress } from "ethers";
import { ethers } from "hardhat";

import { PRIMARIES } from "../support/trialParties";
import { deployEnrolled, liveThroughTrial } from "../support/trialLife";
import { requestOf } from "../support/trialLife";
import { refusal } from "../support/refusal";
import { readTrial } from "../../src/trials/readTrial.js";
import { dayOf } from "../../src/utils/time.js";

describe("readTrial", () => {
  it("tells versions with what changed, when, and who approved them in which meaning", async () => {
    const trial = await loadFixture(liveThroughTrial);
    const { versions, registrationNumber, trialId } = await readTrial(await requestOf(trial));
    expect([registrationNumber, trialId]).to.deep.equal(["NCT01234567", trial.trialId]);
    expect(versions).to.have.length(2);
    const [first, second] = versions;
    expect(first).to.deep.include({ version: 1, changes: [], afterFirstEnrolment: false, afterUnblinding: false });
    expect(first).to.deep.include({ protocol: trial.protocol, registeredAt: trial.at.registered });
    expect(first).not.to.have.property("reason");
    expect(second).to.deep.include({
      version: 2,
      protocol: trial.amended,
      changes: ["primaryOutcomes"],
      afterFirstEnrolment: true,
      afterUnblinding: false,
      registeredAt: trial.at.amended,
      reason: id("reason"),
    });
    expect(first!.approval).to.deep.include({
      board: trial.board.address,
      signer: trial.boardKey.address,
      signerName: id("name of the person"),
      approvedAt: trial.at.approved,
    });
    expect(second!.approval?.board).to.equal(trial.board.address);
  });

  it("counts subjects by site and day, and keeps no subject in what it returns", async () => {
    const trial = await loadFixture(liveThroughTrial);
    const history = await readTrial(await requestOf(trial));
    const [site, other] = history.sites;
    expect(site).to.deep.include({ site: trial.site.address, enrolled: 2, reconsented: 1, withdrawn: 1 });
    expect(other).to.deep.include({ site: trial.otherSite.address, enrolled: 1, reconsented: 0, withdrawn: 0 });
    expect(site!.days[0]).to.deep.equal({ day: dayOf(trial.at.enrolled), enrolled: 2, reconsented: 0, withdrawn: 0 });
    expect(site!.days.slice(1).reduce((sum, { reconsented, withdrawn }) => sum + reconsented + withdrawn, 0)).to.equal(
      2,
    );
    const text = JSON.stringify(history, (_, value: unknown) => (typeof value === "bigint" ? `${value}` : value));
    for (const name of ["Anna", "Bert", "Cleo"]) expect(text).not.to.contain(id(`invented subject ${name}`));
  });

  it("has each writer's batches in sequence, with violations and what came after a lock", async () => {
    const trial = await loadFixture(liveThroughTrial);
    const { streams, violations } = await readTrial(await requestOf(trial));
    expect(streams.map(({ writer, head, gaps }) => ({ writer, head, gaps }))).to.deep.equal([
      { writer: trial.site.address, head: 3, gaps: [] },
      { writer: trial.otherSite.address, head: 1, gaps: [] },
    ]);
    const batches = streams[0]!.batches.map(({ sequence, kind, count, unlocks, violations: rows }) => [
      sequence,
      kind,
      count,
      unlocks,
      rows,
    ]);
    expect(batches).to.deep.equal([
      [1, "Capture", 30, 0, 0],
      [2, "Capture", 1, 0, 1],
      [3, "Correction", 5, 1, 0],
    ]);
    expect(violations).to.have.length(1);
    expect(violations[0]).to.include({ writer: trial.site.address, sequence: 2, status: "AfterWithdrawal" });
  });

  it("tells people, locks, results and serious events", async () => {
    const trial = await loadFixture(liveThroughTrial);
    const { appointments, locks, results, unregisteredResults, seriousEvents, data, safety, facts } = await readTrial(
      await requestOf(trial),
    );
    expect(appointments.map(({ role, participant }) => [role, participant])).to.deep.equal([
      ["Investigator", trial.site.address],
      ["DataManager", trial.dataManager.address],
      ["SafetyBoard", trial.safetyBoard.address],
      ["Investigator", trial.otherSite.address],
    ]);
    expect(locks).to.deep.equal([
      {
        lockedAt: trial.at.locked,
        dataset: id("data set"),
        unlock: {
          unlockedAt: trial.at.unlocked,
          dataManager: trial.dataManager.address,
          safetyBoard: trial.safetyBoard.address,
          reason: id("reason to unlock"),
        },
      },
      { lockedAt: trial.at.relocked, dataset: id("data set again") },
    ]);
    expect(results.map(({ outcome, result, reportedAt }) => ({ outcome, result, reportedAt }))).to.deep.equal([
      { outcome: PRIMARIES[1], result: id("result"), reportedAt: trial.at.reported },
    ]);
    expect(unregisteredResults.map(({ result }) => result)).to.deep.equal([id("result of something else")]);
    expect(seriousEvents.map(({ event, kind, expeditedAt }) => [event, kind, expeditedAt !== undefined])).to.deep.equal(
      [
        [id("told in time"), "Serious", true],
        [id("told late"), "FatalOrLifeThreatening", true],
        [id("not told"), "FatalOrLifeThreatening", false],
      ],
    );
    expect(data).to.deep.equal({ violations: 1, batchesAfterUnlock: 1 });
    expect(safety).to.deep.equal({ reported: 3, expedited: 2, late: 1 });
    expect(facts).to.deep.include({ phase: "Closed", halt: "None", prospective: true, judgedVersion: 1, enrolled: 3 });
  });

  it("moves the end of an appointment, and ends one that is dismissed", async () => {
    const trial = await loadFixture(deployEnrolled);
    const { registry, trialId, sponsorKey, site, otherSite } = trial;
    const before = await readTrial(await requestOf(trial));
    const { from, until } = before.appointments[0]!;
    await registry.connect(sponsorKey).appoint(trialId, 0, site, from, until + 10);
    await registry.connect(sponsorKey).dismiss(trialId, 0, otherSite);
    const dismissedAt = (await ethers.provider.getBlock("latest"))!.timestamp;
    const { appointments } = await readTrial(await requestOf(trial));
    expect(appointments).to.have.length(before.appointments.length);
    expect(appointments[0]).to.deep.equal({ ...before.appointments[0], until: until + 10 });
    expect(appointments.at(-1)).to.deep.include({ until: dismissedAt, dismissedAt });
  });

  it("reads a trial of which nothing but the registration is known", async () => {
    const trial = await loadFixture(deployEnrolled);
    const trialId = await trial.registry.connect(trial.otherSponsor).register.staticCall(id("number"), trial.protocol);
    const number = ethers.encodeBytes32String("NCT09999999");
    await trial.registry.connect(trial.otherSponsor).register(number, trial.protocol);
    const other = ethers.keccak256(
      ethers.AbiCoder.defaultAbiCoder().encode(["bytes32", "address"], [number, trial.otherSponsor.address]),
    );
    const history = await readTrial({ ...(await requestOf(trial)), trialId: other });
    expect(history.facts.phase).to.equal("Registered");
    expect([history.sites, history.streams, history.locks, history.results]).to.deep.equal([[], [], [], []]);
    expect(trialId).not.to.equal(other);
  });

  it("refuses an unknown trial, and one whose first events are not in the blocks that are searched", async () => {
    const trial = await loadFixture(liveThroughTrial);
    const request = await requestOf(trial);
    expect(await refusal(() => readTrial({ ...request, trialId: id("none") }))).to.include({ code: "TRIAL_UNKNOWN" });
    const [log] = await ethers.provider.getLogs({ address: request.contracts.TrialRegistry, fromBlock: 0 });
    const fromBlock = log!.blockNumber + 1;
    expect(await refusal(() => readTrial({ ...request, fromBlock }))).to.include({ code: "TRIAL_INCOMPLETE" });
  });

  it("refuses contracts that do not go by one registry", async () => {
    const trial = await loadFixture(liveThroughTrial);
    const request = await requestOf(trial);
    const other = await ethers.deployContract("TrialRegistry", [trial.participants, trial.consents]);
    const contracts = { ...request.contracts, TrialRegistry: await other.getAddress() };
    expect(await refusal(() => readTrial({ ...request, contracts }))).to.include({ code: "TRIAL_CONTRACTS_DIFFER" });
    expect(contracts.TrialRegistry).not.to.equal(ZeroAddress);
  });

  it("lists a batch that no event tells as a gap", async () => {
    const trial = await loadFixture(liveThroughTrial);
    const request = await requestOf(trial);
    const anchored = trial.trialData.interface.getEvent("DataAnchored").topicHash;
    // A node that keeps the second batch of the site to itself.
    const provider = new Proxy(ethers.provider, {
      get(target, name: keyof typeof ethers.provider) {
        if (name !== "getLogs") return Reflect.get(target, name) as unknown;
        return async (filter: Parameters<typeof target.getLogs>[0]) =>
          (await target.getLogs(filter)).filter(({ topics }) => topics[0] !== anchored || BigInt(topics[3]!) !== 2n);
      },
    });
    const { streams } = await readTrial({ ...request, provider });
    expect(streams.map(({ gaps }) => gaps)).to.deep.equal([[2], []]);
  });
});
