import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { id } from "ethers";

import { registrationNumberToBytes32, trialIdOf } from "../../src/trials/protocol.js";
import { openedProtocol, plannedProtocol, type ProtocolOpening } from "../../src/trials/protocolOpening.js";
import { readTrial } from "../../src/trials/readTrial.js";
import { compareRecord } from "../../src/trials/recordComparison.js";
import { readTrialRegistrations } from "../../src/trials/registration/readRegistrations.js";
import type { TrialRegistration } from "../../src/trials/registration/registration.js";
import type { TrialHistory } from "../../src/trials/trialHistory.js";
import { recordWarnings } from "../../src/trials/trialWarnings.js";
import { refusal } from "../support/refusal";
import { requestOf } from "../support/trialLife";
import { amend, deployTrialParties } from "../support/trialParties";
import { PROMISED, recordOf } from "../support/trialRecord";

const NUMBER = "NCT09990001";

const registrationOf = (...args: Parameters<typeof recordOf>): TrialRegistration =>
  readTrialRegistrations(JSON.stringify(recordOf(...args)))[0]!;

/** The opening of a record's protocol, each salt its own. */
function openingOf(registration: TrialRegistration): ProtocolOpening {
  const planned = plannedProtocol(registration);
  return {
    format: "careproof-protocol-opening",
    version: 1,
    ...planned,
    documents: { protocol: { commitment: id("protocol") }, consentForm: { commitment: id("form") } },
    outcomes: planned.outcomes.map((outcome, i) => ({ ...outcome, salt: id(`salt ${i}`) })),
  };
}

/** A trial with two versions, the second of which has another primary outcome. */
async function historyOfTwoVersions(): Promise<{
  history: TrialHistory;
  first: ProtocolOpening;
  second: ProtocolOpening;
}> {
  const trial = await deployTrialParties();
  const [first, second] = [registrationOf(NUMBER), registrationOf(NUMBER, CHANGED)].map(openingOf) as [
    ProtocolOpening,
    ProtocolOpening,
  ];
  const trialId = trialIdOf(NUMBER, trial.sponsor.address);
  await trial.registry.connect(trial.sponsorKey).register(registrationNumberToBytes32(NUMBER), openedProtocol(first));
  await amend({ ...trial, trialId }, openedProtocol(second), openedProtocol(first));
  return { history: await readTrial(await requestOf({ ...trial, trialId })), first, second };
}

const CHANGED = { ...PROMISED, primaryOutcomes: [{ measure: "Quality of sleep", timeFrame: "12 weeks" }] };

describe("compareRecord", () => {
  it("compares with the version by which outcomes are judged, and refuses the opening of another", async () => {
    const { history, first, second } = await loadFixture(historyOfTwoVersions);
    const record = registrationOf(NUMBER);
    // Nobody is enrolled: the latest version counts.
    const found = compareRecord(history, record, second);
    expect([found.promisedBy, found.version]).to.deep.equal(["chain", 2]);
    expect(await refusal(() => compareRecord(history, record, first))).to.include({ code: "OPENING_MISMATCH" });
    const judged = { ...history, facts: { ...history.facts, judgedVersion: 1 } };
    expect(compareRecord(judged, record, first).version).to.equal(1);
    expect(await refusal(() => compareRecord(judged, record, second))).to.include({ code: "OPENING_MISMATCH" });
  });

  it("tells how the record's registered outcomes were edited", async () => {
    const { history, second } = await loadFixture(historyOfTwoVersions);
    const { edited } = compareRecord(history, registrationOf(NUMBER), second);
    expect(
      edited.map(({ fate, registered, reported }) => [fate, registered?.measure, reported?.measure]),
    ).to.deep.equal([
      ["missing", "Quality of sleep", undefined],
      ["added", undefined, "Overall survival"],
      ["added", undefined, "Pain at rest"],
    ]);
    expect(compareRecord(history, registrationOf(NUMBER, CHANGED), second).edited).to.deep.equal([]);
  });

  it("warns of every way to switch a primary outcome, and of nothing else", async () => {
    const { history } = await loadFixture(historyOfTwoVersions);
    const reported = (type: "PRIMARY" | "SECONDARY", title: string, timeFrame = "12 weeks") => ({
      type,
      title,
      timeFrame,
    });
    const warningsOf = (...results: ReturnType<typeof reported>[]): string[] =>
      recordWarnings(compareRecord(history, registrationOf(NUMBER, PROMISED, results))).map(({ message }) => message);
    const [survival, pain, days] = [
      reported("PRIMARY", "Overall survival", "24 months"),
      reported("PRIMARY", "Pain at rest"),
      reported("SECONDARY", "Days in hospital"),
    ];
    expect(warningsOf(survival, pain, days)).to.deep.equal([]);
    expect(warningsOf(survival, pain)).to.deep.equal([]);
    expect(warningsOf(survival, pain, days, reported("SECONDARY", "Mood"))).to.deep.equal([]);
    expect(warningsOf(survival, days)).to.deep.equal([
      'the primary outcome "Pain at rest" was promised, and no result of it is reported',
    ]);
    expect(warningsOf(survival, pain, { ...days, type: "PRIMARY" })).to.deep.equal([
      '"Days in hospital" is reported as a primary outcome, and was promised as a secondary one',
    ]);
  });

  it("refuses the record of another trial", async () => {
    const { history } = await loadFixture(historyOfTwoVersions);
    const found = await refusal(() => compareRecord(history, registrationOf("NCT09990002")));
    expect(found).to.include({ code: "RECORD_OF_ANOTHER_TRIAL" });
  });
});
