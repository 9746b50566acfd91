import { expect } from "chai";

import { compareOutcomes } from "../../../src/trials/registration/compareOutcomes.js";
import type { TrialOutcome } from "../../../src/trials/registration/registration.js";

const primary = (measure: string, timeFrame = "24 weeks"): TrialOutcome => ({ kind: "primary", measure, timeFrame });
const secondary = (measure: string, timeFrame = "24 weeks"): TrialOutcome => ({
  kind: "secondary",
  measure,
  timeFrame,
});

/** What became of each: fate, places in the two lists, changes. */
function fates(registered: TrialOutcome[], reported: TrialOutcome[]): unknown[] {
  return compareOutcomes(registered, reported).map(({ fate, registeredIndex, reportedIndex, changes }) => [
    fate,
    registeredIndex,
    reportedIndex,
    changes,
  ]);
}

describe("compareOutcomes", () => {
  it("keeps what is the same but for case, punctuation and order", () => {
    expect(
      fates(
        [primary("Change in HbA1c"), secondary("Body weight")],
        [secondary("body  weight."), primary("Change in HbA1c, ")],
      ),
    ).to.deep.equal([
      ["kept", 0, 1, []],
      ["kept", 1, 0, []],
    ]);
  });

  it("finds a primary outcome that was swapped for a secondary one", () => {
    expect(
      fates(
        [primary("Change in HbA1c"), secondary("Body weight")],
        [primary("Body weight"), secondary("Change in HbA1c")],
      ),
    ).to.deep.equal([
      ["demoted", 0, 1, ["kind"]],
      ["promoted", 1, 0, ["kind"]],
    ]);
  });

  it("finds a changed time frame, and a reworded measure", () => {
    expect(
      fates(
        [primary("Change in HbA1c from baseline"), secondary("Body weight")],
        [primary("Change in HbA1c from week 4"), secondary("Body weight", "12 weeks")],
      ),
    ).to.deep.equal([
      ["changed", 0, 0, ["measure"]],
      ["changed", 1, 1, ["timeFrame"]],
    ]);
  });

  it("finds what is missing and what was added", () => {
    expect(fates([primary("Death from any cause")], [primary("Serum ferritin"), secondary("Pulse")])).to.deep.equal([
      ["missing", 0, undefined, []],
      ["added", undefined, 0, []],
      ["added", undefined, 1, []],
    ]);
  });

  it("pairs outcomes of the same measure by their time frames, each once", () => {
    expect(
      fates(
        [secondary("Body weight", "12 weeks"), secondary("Body weight", "24 weeks")],
        [
          secondary("Body weight", "24 weeks"),
          secondary("Body weight", "12 weeks"),
          secondary("Body weight", "52 weeks"),
        ],
      ),
    ).to.deep.equal([
      ["kept", 0, 1, []],
      ["kept", 1, 0, []],
      ["added", undefined, 2, []],
    ]);
  });

  it("says that a demoted outcome was reworded too", () => {
    expect(fates([primary("Change in HbA1c from baseline")], [secondary("Change in HbA1c from week 4")])).to.deep.equal(
      [["demoted", 0, 0, ["kind", "measure"]]],
    );
  });

  it("has no outcomes to compare where there are none", () => {
    expect(fates([], [])).to.deep.equal([]);
  });
});
