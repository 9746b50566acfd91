import { expect } from "chai";

import {
  describeStep,
  describeVerdict,
  historyJson,
  OBSTACLES,
  type ProvenanceEvent,
} from "../../../src/provenance/index.js";
import { event, historyOf, MAKER, OTHER_PHARMACY, packageId, PHARMACY, toPharmacy, WHOLESALER } from "./handMade";

const say = (...events: ProvenanceEvent[]): string[] =>
  historyOf([...toPharmacy(), ...events])
    .steps.slice(toPharmacy().length)
    .map((step) => describeStep(step, { parties: { [PHARMACY]: { name: "Fictional Pharmacy" } } }));

describe("describe", () => {
  const id = { id: packageId };
  const pharmacy = `Fictional Pharmacy (${PHARMACY})`;

  it("names a partner with its account, and the account where nobody says who that is", () => {
    expect(
      say(
        event(40, "Quarantined", { ...id, by: OTHER_PHARMACY, custodian: PHARMACY }),
        event(41, "Condemned", { ...id, by: MAKER, custodian: PHARMACY }),
        event(42, "NoticeGiven", { ...id, by: PHARMACY, late: true }),
      ),
    ).to.deep.equal([
      `QUARANTINED by ${OTHER_PHARMACY}, held by ${pharmacy}`,
      `FOUND ILLEGITIMATE by ${MAKER}, held by ${pharmacy}`,
      `notice of illegitimate product given by ${pharmacy}, late`,
    ]);
  });

  it("says of parts how many units are left, and of a whole package whether it was handed out", () => {
    const part = { ...id, dispenser: PHARMACY, container: 0n, units: 1n, left: 29n, supplied: true };
    expect(
      say(
        event(40, "Dispensed", part),
        event(41, "Dispensed", { ...part, units: 29n, left: 0n }),
        event(42, "DuplicateDispense", { ...id, dispenser: PHARMACY, second: OTHER_PHARMACY }),
      ),
    ).to.deep.equal([
      `1 unit dispensed by ${pharmacy}, 29 left`,
      `dispensed by ${pharmacy}, handed out`,
      `DISPENSED TWICE: by ${pharmacy}, then offered again by ${OTHER_PHARMACY}`,
    ]);
  });

  it("says what a question was and what the answer", () => {
    expect(
      say(
        event(40, "Asked", { ...id, inquiry: 7n, asker: PHARMACY, manufacturer: MAKER, question: 1n }),
        event(41, "Answered", { inquiry: 7n, by: MAKER, answer: 2n, late: false }),
      ),
    ).to.deep.equal([
      `question 7 (suspect product) by ${pharmacy} to ${MAKER}`,
      `question 7 answered by ${MAKER}: NOT GENUINE`,
    ]);
  });

  it("has words for every obstacle", () => {
    const words = OBSTACLES.map((obstacle) => describeVerdict(historyOf(toPharmacy(), { obstacle })));
    expect(new Set(words).size).to.equal(OBSTACLES.length);
    expect(words[0]).to.equal("genuine; it can be sold");
    expect(words.slice(1).every((word) => word.startsWith("cannot be sold: "))).to.equal(true);
  });

  it("is written as JSON with numbers as text, ids in hex and enums by name", () => {
    const disposed = event(40, "Disposed", { ...id, custodian: PHARMACY, disposition: 12n });
    const json = historyJson(historyOf([...toPharmacy(), disposed]));
    expect(JSON.parse(JSON.stringify(json))).to.deep.equal(json);
    expect(json.steps.at(-1)).to.deep.include({
      time: "2026-01-02T16:00:00Z",
      event: "Disposed",
      concern: "itself",
      thing: "https://id.gs1.org/01/09521141123454/21/A%3C1%22",
      left: "https://id.gs1.org/00/395211410000000022",
      text: `reported stolen by ${PHARMACY}`,
      block: 40,
    });
    expect(json.steps.at(-1)?.args).to.deep.include({ disposition: "Stolen", custodian: PHARMACY });
    expect(json.steps.at(-1)?.args.id).to.equal(json.tokenId);
    expect(json.steps[1]?.args).to.deep.include({ from: MAKER, to: WHOLESALER, isReturn: false });
    expect(json.lot).to.deep.include({ expirationDate: "2028-02-29", runs: 1, recall: "None" });
  });
});
