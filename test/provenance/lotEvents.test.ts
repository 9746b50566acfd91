import { expect } from "chai";

import { CASE, failure, ITEMS, LONE_CASE, PALLET, RUN, SALT, sgtin, sscc } from "./lotInput";
import { CareProofError } from "../../src/errors.js";
import { lotItemsOfEvents, type LotEvent } from "../../src/provenance/lotEvents.js";
import { LotTree } from "../../src/provenance/lotTree.js";
import type { ProductIdentifier } from "../../src/provenance/tokenId.js";

/** Identifiers in these tests: `p:<serial>` and `c:<number>`; what reads real ones is given by the caller. */
function parse(text: string): ProductIdentifier {
  const [kind, value = ""] = text.split(":");
  if (kind === "p") return sgtin(value);
  if (kind === "c") return sscc(Number(value));
  throw new CareProofError("IDENTIFIER_UNKNOWN", `${text} is no identifier`);
}

const commission = (...epcList: string[]): LotEvent => ({ type: "ObjectEvent", action: "ADD", epcList });
const pack = (parent: number, ...childEPCs: string[]): LotEvent => ({
  type: "AggregationEvent",
  action: "ADD",
  parentID: `c:${parent}`,
  childEPCs,
});

describe("lotItemsOfEvents", () => {
  it("has the same tree as the packages and paths themselves, in any order of events", async () => {
    const { root } = await LotTree.build(RUN, ITEMS, { salt: SALT });
    const events: LotEvent[] = [
      pack(PALLET, `c:${CASE}`, "p:beside"),
      commission(...ITEMS.map(({ identifier }) => `p:${(identifier as { serial: string }).serial}`), `c:${PALLET}`),
      pack(CASE, "p:c", "p:A"),
      { type: "ObjectEvent", action: "OBSERVE", epcList: ["p:unknown"] },
      { type: "TransactionEvent", action: "ADD", epcList: ["p:unknown"] },
      pack(CASE, 'p:b"%,;z', "p:A"),
      pack(LONE_CASE, "p:lone"),
    ];
    for (const order of [events, [...events].reverse()]) {
      expect((await LotTree.build(RUN, lotItemsOfEvents(order, parse), { salt: SALT })).root).to.equal(root);
    }
  });

  const failures: [name: string, events: LotEvent[], code: string, message: string][] = [
    ["a package packed but never commissioned", [pack(1, "p:a")], "LOT_NOT_COMMISSIONED", "no event commissions it"],
    [
      "a package commissioned twice",
      [commission("p:a"), commission("p:a")],
      "LOT_DUPLICATE",
      'event 2: package 09521141123454 "a" was commissioned before',
    ],
    [
      "a package packed into two containers",
      [commission("p:a"), pack(1, "p:a"), pack(2, "p:a")],
      "LOT_CONTAINER_MOVED",
      'event 3: package 09521141123454 "a" was packed into container',
    ],
    ["a circle of containers", [pack(1, "c:2"), pack(2, "c:1")], "LOT_CONTAINER_CYCLE", "event 2: container"],
    ["a container in itself", [pack(1, "c:1")], "LOT_CONTAINER_CYCLE", "would be inside itself"],
    [
      "a package as container",
      [{ ...pack(1, "p:a"), parentID: "p:b" }],
      "LOT_CONTAINER_INVALID",
      'event 1: package 09521141123454 "b" is no SSCC',
    ],
    [
      "no container",
      [{ type: "AggregationEvent", action: "ADD", childEPCs: [] }],
      "LOT_CONTAINER_INVALID",
      "event 1: there is no parentID",
    ],
    [
      "an event that takes away",
      [{ type: "ObjectEvent", action: "DELETE", epcList: ["p:a"] }],
      "EVENT_ACTION_UNFIT",
      "event 1: takes something away",
    ],
    ["an identifier of no kind", [commission("p:a", "x")], "IDENTIFIER_UNKNOWN", "event 1: x is no identifier"],
  ];
  for (const [name, events, code, message] of failures) {
    it(`refuses ${name}`, async () => {
      const error = await failure(LotTree.build(RUN, lotItemsOfEvents(events, parse)));
      expect(error.code).to.equal(code);
      expect(error.message).to.include(message);
    });
  }
});
