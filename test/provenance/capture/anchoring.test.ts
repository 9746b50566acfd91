import { expect } from "chai";

import {
  associating,
  commissioning,
  containerUrn,
  event,
  lotEvents,
  lotOf,
  observing,
  packageUrn,
  PALLET,
  plan,
  shipping,
  transforming,
  URIS,
  type EventFields,
  type PartyName,
} from "./documents";
import { callKey } from "../../../src/provenance/capture/calls.js";
import type { CaptureChain, CaptureContext, PlannedEvent } from "../../../src/provenance/capture/plan.js";

const MANUFACTURER = 10;
const DISPENSER = 12;

/** Plans with an event log at hand. */
const planned = (by: PartyName, events: readonly EventFields[], more: Partial<CaptureContext> = {}): PlannedEvent[] =>
  plan(by, events, { eventLog: true, ...more });
const summary = ({ answer, code, calls }: PlannedEvent): string =>
  [
    answer,
    ...(code === undefined ? [] : [code]),
    ...calls.map(({ function: name, ids }) => `${name}:${ids.length}`),
  ].join(" ");
const chainWith = (...done: string[]): CaptureChain => ({ items: new Map(), lots: new Map(), done: new Set(done) });
const observed = (serial: string, by: PartyName): EventFields =>
  observing([packageUrn(serial)], by, { bizStep: "cycle_counting", disposition: "active" });

describe("anchoring of events for which nothing else is sent", () => {
  it("records them by their hashes in one call, which the first has, and keeps why nothing else is sent", () => {
    const events = [
      transforming([packageUrn("X")], [packageUrn("Y")], "manufacturer"),
      associating("manufacturer"),
      observed("X", "manufacturer"),
    ];
    const answers = planned("manufacturer", events);
    expect(answers.map(summary)).to.deep.equal([
      "anchor TRANSFORMATION record:3",
      "anchor ASSOCIATION",
      "anchor NO_MEANING",
    ]);
    const hashes = answers.map(({ hash }) => hash);
    expect(answers[0]!.calls).to.deep.equal([
      { contract: "EpcisEventLog", function: "record", args: [hashes, MANUFACTURER], ids: hashes.map(BigInt) },
    ]);
    expect(answers.map(({ reason }) => reason)).to.deep.equal(plan("manufacturer", events).map(({ reason }) => reason));
  });

  it("leaves them unsent where no event log is at hand", () => {
    const events = [transforming([packageUrn("X")], [packageUrn("Y")], "manufacturer"), associating("manufacturer")];
    expect(plan("manufacturer", events).map(summary)).to.deep.equal(["notSent TRANSFORMATION", "notSent ASSOCIATION"]);
  });

  it("records the further events of a run, and sends the others as without a log", async () => {
    const events = [...lotEvents(), shipping([containerUrn(PALLET)], "manufacturer", "wholesaler")];
    const answers = planned("manufacturer", events, { lots: [await lotOf(events.slice(0, 4))] });
    expect(answers.map(summary)).to.deep.equal([
      "send commissionLot:1",
      "anchor CONTAINED record:3",
      "anchor CONTAINED",
      "anchor CONTAINED",
      "send shipFromLot:1",
    ]);
    expect(answers[1]!.calls[0]!.args[0]).to.deep.equal(answers.slice(1, 4).map(({ hash }) => hash));
  });

  it("groups them by a hundred, across what is sent between them", () => {
    const events = Array.from({ length: 151 }, (_, index) => observed(`S${index}`, "pharmacy"));
    const answers = planned("pharmacy", [
      ...events.slice(0, 50),
      observing([packageUrn("X")], "pharmacy", { bizStep: "dispensing" }),
      ...events.slice(50),
    ]);
    const calls = answers.flatMap(({ index, calls: own }) => own.map((call) => ({ index, ...call })));
    expect(calls.map(({ index, function: name, ids }) => [index, name, ids.length])).to.deep.equal([
      [0, "record", 100],
      [50, "dispense", 1],
      [101, "record", 51],
    ]);
    expect(calls.map(({ args }) => args[1])).to.deep.equal([DISPENSER, calls[1]!.args[1], DISPENSER]);
    const recorded = calls.flatMap(({ function: name, args }) => (name === "record" ? (args[0] as string[]) : []));
    expect(recorded).to.deep.equal(answers.filter(({ index }) => index !== 50).map(({ hash }) => hash));
  });

  it("records only what the chain does not have, and keeps why nothing else was sent", () => {
    const events = ["A", "B", "C"].map((serial) => observed(serial, "pharmacy"));
    const hashes = planned("pharmacy", events).map(({ hash }) => hash);
    const chain = chainWith(callKey("record", BigInt(hashes[1]!), hashes[1]!));
    const answers = planned("pharmacy", events, { chain });
    expect(answers.map(summary)).to.deep.equal([
      "anchor NO_MEANING record:2",
      "onChain NO_MEANING",
      "anchor NO_MEANING",
    ]);
    expect(answers[0]!.calls[0]!.args[0]).to.deep.equal([hashes[0], hashes[2]]);
  });

  it("never records what is refused", () => {
    const [answer] = planned("pharmacy", [
      observing([packageUrn("X"), packageUrn("X")], "pharmacy", { bizStep: "dispensing" }),
    ]);
    expect(answer).to.include({ answer: "refused", code: "EPC_REPEATED" });
    expect(answer!.calls).to.deep.equal([]);
  });

  it("leaves the events of others to those, of whatever type", () => {
    const transaction = event("TransactionEvent", "ADD", {
      bizTransactionList: [{ type: "po", bizTransaction: "urn:epc:id:gdti:0614141.00001.1618034" }],
      epcList: [packageUrn("X")],
      bizLocation: { id: URIS.wholesaler },
    });
    const packed = event("AggregationEvent", "OBSERVE", {
      parentID: containerUrn(PALLET),
      readPoint: { id: URIS.wholesaler },
    });
    const events = [
      transforming([packageUrn("X")], [packageUrn("Y")], "wholesaler"),
      associating("wholesaler"),
      transaction,
      packed,
      observed("X", "wholesaler"),
      shipping([packageUrn("X")], "wholesaler", "pharmacy"),
    ];
    expect(planned("pharmacy", events).map(summary)).to.deep.equal([
      "notSent TRANSFORMATION",
      "notSent ASSOCIATION",
      "notSent TRANSACTION",
      "notSent NO_MEANING",
      "notSent OTHER_PARTY",
      "notSent OTHER_PARTY",
    ]);
  });

  it("records nothing that is declared wrong, the declaration, a repetition, or what the role has no part in", () => {
    const wrong = { ...observed("X", "pharmacy"), eventID: "urn:uuid:1" };
    const declaration = {
      ...wrong,
      errorDeclaration: { declarationTime: "2026-02-01T00:00:00Z", reason: "incorrect_data" },
    };
    const twice = observed("Y", "pharmacy");
    const made = commissioning(["Z"], { readPoint: { id: URIS.pharmacy } });
    const answers = planned("pharmacy", [wrong, declaration, twice, { ...twice, eventID: "urn:uuid:2" }, made]);
    expect(answers.map(summary)).to.deep.equal([
      "notSent DECLARED_WRONG",
      "notSent ERROR_DECLARATION",
      "anchor NO_MEANING record:1",
      "notSent REPEATED",
      "notSent ROLE_UNFIT",
    ]);
    expect(answers[2]!.calls[0]!.args[0]).to.deep.equal([answers[2]!.hash]);
  });
});
