import { expect } from "chai";
import { concat, id, keccak256, ZeroHash } from "ethers";

import { outcomeLeaf } from "../../src/trials/protocol.js";
import {
  openedLeaves,
  openedProtocol,
  outcomeCommitment,
  parseProtocolOpening,
  plannedProtocol,
  type ProtocolOpening,
} from "../../src/trials/protocolOpening.js";
import { readTrialRegistrations } from "../../src/trials/registration/readRegistrations.js";
import type { TrialRegistration } from "../../src/trials/registration/registration.js";
import { refusal } from "../support/refusal";
import { recordOf } from "../support/trialRecord";

const OPENING: ProtocolOpening = {
  format: "careproof-protocol-opening",
  version: 1,
  registrationNumber: "NCT09990001",
  plannedEnrolment: 120,
  primaryCompletion: 1_930_000_000,
  documents: { protocol: { commitment: id("protocol"), salt: id("salt") }, consentForm: { commitment: id("form") } },
  outcomes: [
    { kind: "primary", measure: "Overall survival", timeFrame: "24 months", salt: id("salt 0") },
    { kind: "secondary", measure: "Days in hospital", salt: id("salt 1") },
    { kind: "other", measure: "Mood", salt: id("salt 2") },
  ],
};

const registrationOf = (record: object): TrialRegistration => readTrialRegistrations(JSON.stringify(record))[0]!;

describe("opening of a protocol", () => {
  it("opens the trees of the primary and of the other outcomes", () => {
    const { primaries, others } = openedLeaves(OPENING);
    expect(primaries.map(({ index, count, kind }) => [index, count, kind])).to.deep.equal([[0, 1, 0]]);
    expect(others.map(({ index, count, kind }) => [index, count, kind])).to.deep.equal([
      [0, 2, 1],
      [1, 2, 2],
    ]);
    const { documents, outcomes } = openedProtocol(OPENING);
    expect(outcomes).to.deep.equal({
      primaryRoot: outcomeLeaf(primaries[0]!),
      otherRoot: keccak256(concat(others.map(outcomeLeaf))),
      primaries: 1,
      others: 2,
    });
    expect(documents).to.deep.equal({
      protocol: id("protocol"),
      statisticalAnalysisPlan: ZeroHash,
      consentForm: id("form"),
      allocationRoot: ZeroHash,
      plannedEnrolment: 120,
      primaryCompletion: 1_930_000_000,
    });
  });

  it("has no root of other outcomes where there are none", () => {
    const { outcomes } = openedProtocol({ ...OPENING, outcomes: OPENING.outcomes.slice(0, 1) });
    expect([outcomes.otherRoot, outcomes.others]).to.deep.equal([ZeroHash, 0]);
  });

  it("commits to measure, time frame and description, and to nothing without its salt", () => {
    const outcome = { kind: "primary" as const, measure: "Mood", timeFrame: "1 week", description: "By scale" };
    const commitment = outcomeCommitment(outcome, id("salt"));
    for (const change of [{ measure: "Pain" }, { timeFrame: "2 weeks" }, { description: "By diary" }]) {
      expect(outcomeCommitment({ ...outcome, ...change }, id("salt"))).not.to.equal(commitment);
    }
    expect(outcomeCommitment(outcome, id("other salt"))).not.to.equal(commitment);
  });

  it("takes planned enrolment and the primary completion date from a record", () => {
    const at = (date: string): number =>
      plannedProtocol(
        registrationOf(
          recordOf("NCT09990001", undefined, undefined, { statusModule: { primaryCompletionDateStruct: { date } } }),
        ),
      ).primaryCompletion;
    expect(at("2031-02-10")).to.equal(Date.parse("2031-02-10T00:00:00Z") / 1000);
    expect(at("2032-02")).to.equal(Date.parse("2032-02-29T00:00:00Z") / 1000);
    expect(at("2031-12")).to.equal(Date.parse("2031-12-31T00:00:00Z") / 1000);
  });

  it("refuses a record without what is registered", async () => {
    const record = registrationOf(recordOf("NCT09990001"));
    const refused = (changes: object): Promise<object> => refusal(() => plannedProtocol({ ...record, ...changes }));
    const code = "REGISTRATION_INCOMPLETE";
    const withoutEnrolment = (): TrialRegistration =>
      registrationOf(recordOf("NCT09990001", undefined, undefined, { designModule: {} }));
    expect(await refusal(() => plannedProtocol(withoutEnrolment()))).to.deep.equal({ code, path: "enrolment" });
    expect(await refused({ enrolment: { count: 0 } })).to.deep.equal({ code, path: "enrolment" });
    expect(await refused({ outcomes: [{ kind: "postHoc", measure: "Mood" }] })).to.deep.equal({
      code,
      path: "outcomes",
    });
    expect(await refused({ outcomes: [{ kind: "secondary", measure: "Mood" }] })).to.deep.equal({
      code,
      path: "outcomes",
    });
  });

  it("reads an opening, and refuses what is none", async () => {
    expect(parseProtocolOpening(JSON.stringify(OPENING))).to.deep.equal(OPENING);
    const bad: object[] = [
      { format: "other" },
      { version: 2 },
      { registrationNumber: 1 },
      { plannedEnrolment: -1 },
      { primaryCompletion: "soon" },
      { allocationRoot: "0x12" },
      { documents: { protocol: { commitment: "0x12" } } },
      { documents: null },
      { outcomes: [] },
      { outcomes: [{ kind: "postHoc", measure: "Mood", salt: id("salt") }] },
      { outcomes: [{ kind: "primary", measure: "Mood" }] },
    ];
    for (const change of bad) {
      const text = JSON.stringify({ ...OPENING, ...change });
      const found = await refusal(() => parseProtocolOpening(text, "file"));
      expect(found, text).to.deep.equal({ code: "OPENING_INVALID", path: "file" });
    }
    expect(await refusal(() => parseProtocolOpening("{", "file"))).to.include({ code: "OPENING_INVALID" });
  });
});
