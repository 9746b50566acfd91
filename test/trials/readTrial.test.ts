import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { id } from "ethers";
import { ethers } from "hardhat";

import { readTrial } from "../../src/trials/readTrial.js";
import type { TrialHistory } from "../../src/trials/trialHistory.js";
import { trialReport } from "../../src/trials/trialReport.js";
import { trialReportPage } from "../../src/trials/trialReportPage.js";
import { liveThroughTrial, type Trials } from "../support/trialLife";

async function historyOf(system: Trials, trialId: string, fromBlock = 0): Promise<TrialHistory> {
  const contracts = {
    TrialRegistry: await system.trials.getAddress(),
    TrialData: await system.trialData.getAddress(),
    TrialSafety: await system.trialSafety.getAddress(),
  };
  return readTrial({ provider: ethers.provider, contracts, trialId, fromBlock });
}

describe("readTrial", () => {
  it("tmp", async () => {
    const system = await loadFixture(liveThroughTrial);
    const history = await historyOf(system, system.trialId);
    const report = trialReport(history);
    console.log(JSON.stringify(report, undefined, 1));
    console.log(trialReportPage(report).length);
    expect(id("")).to.equal(id(""));
  });
});
