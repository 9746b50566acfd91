import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { id } from "ethers";

import { readTrial } from "../../src/trials/readTrial.js";
import { timelineOf } from "../../src/trials/timeline.js";
import { ANNA, deployEnrolled, liveThroughTrial, requestOf } from "../support/trialLife";

describe("timelineOf", () => {
  it("tells halts, dismissals, emergencies and overdue events in plain words", async () => {
    const trial = await loadFixture(deployEnrolled);
    const { registry, trialSafety, trialId, sponsorKey, site, siteKey, safetyBoard, safetyBoardKey, boardKey, board } =
      trial;
    await registry.connect(safetyBoardKey).suspend(trialId, id("reason"));
    await registry.connect(boardKey).resume(trialId);
    await registry.connect(siteKey).recordEmergencyUnblinding(trialId, ANNA, id("reason"));
    await trialSafety.connect(siteKey).report(trialId, id("event"), 0, await time.latest());
    await time.increase(8 * 86_400);
    await trialSafety.countOverdue(trialId, id("event"));
    await registry.connect(sponsorKey).dismiss(trialId, 0, site);
    await registry.connect(boardKey).terminate(trialId, id("reason"));
    const texts = timelineOf(await readTrial(await requestOf(trial))).map(({ text }) => text);
    expect(texts).to.include.members([
      `enrolment suspended by ${safetyBoard.address}`,
      `enrolment resumed by ${board.address}`,
      `one subject of ${site.address} unblinded in an emergency`,
      "a serious adverse event counted as overdue: the authority was not told of it",
      `${site.address} dismissed as investigator site`,
      `enrolment ended for ever by ${board.address}`,
      "3 subjects enrolled at 2 sites",
    ]);
  });

  it("is in the order of time, subjects of a day behind what happened in it", async () => {
    const trial = await loadFixture(liveThroughTrial);
    const timeline = timelineOf(await readTrial(await requestOf(trial)));
    const endOf = (text: string): number => Date.parse(text.length === 10 ? `${text}T23:59:59.999Z` : text);
    const times = timeline.map((entry) => endOf(entry.time));
    expect(times).to.deep.equal([...times].sort((a, b) => a - b));
    expect(timeline[0]!.event).to.equal("TrialRegistered");
    expect(timeline.at(-1)!.event).to.equal("TrialClosed");
  });
});
