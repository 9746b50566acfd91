import { expect } from "chai";

import { attributeEvents, lotKey, type ProvenanceEvent, tokenIdOf } from "../../../src/provenance/index.js";
import {
  caseId,
  commissioned,
  dispensed,
  event,
  LOT,
  MAKER,
  packageId,
  palletId,
  PHARMACY,
  sentFromLot,
  toPharmacy,
  WHOLESALER,
} from "./handMade";

const [toteId, otherId] = [
  tokenIdOf({ kind: "sscc", sscc: "395211410000000039" }),
  tokenIdOf({ kind: "sscc", sscc: "395211410000000046" }),
];
const path = [caseId, palletId];
const outline = (known: Parameters<typeof attributeEvents>[0]): string[] =>
  attributeEvents(known).events.map(({ event: { name, log }, concern }) => `${log.blockNumber} ${name} ${concern}`);
const proved = (events: readonly ProvenanceEvent[]): Parameters<typeof attributeEvents>[0] => ({
  subject: packageId,
  events,
  path,
  lot: LOT,
  run: 0,
});

describe("attributeEvents", () => {
  const way = [
    "0 LotCommissioned lot",
    "1 Shipped container",
    "1 Unpacked container",
    "2 Received container",
    "3 Shipped container",
    "3 Unpacked container",
    "30 Received container",
  ];

  it("takes the moves of the first container of the path that is a token, whatever the order of the events given", () => {
    expect(outline(proved(toPharmacy()))).to.deep.equal(way);
    expect(outline(proved(toPharmacy().reverse()))).to.deep.equal(way);
    expect(outline(proved([...toPharmacy(), ...toPharmacy()].slice(0, 7)))).to.deep.equal(way);
  });

  it("leaves a container with the event that takes the thing out, and says which it was directly in", () => {
    const events = [
      ...toPharmacy(),
      event(40, "Unpacked", { id: packageId, container: caseId }),
      event(41, "Shipped", { id: caseId, from: PHARMACY, to: WHOLESALER, isReturn: true }),
      event(42, "Shipped", { id: palletId, from: WHOLESALER, to: PHARMACY }),
    ];
    const { events: found } = attributeEvents(proved(events));
    expect(found.at(-1)?.event.log.blockNumber).to.equal(40);
    expect(found.at(-1)?.left).to.equal(caseId);
  });

  it("names the case that a package was in by its path where the chain names the pallet", () => {
    const events = [
      commissioned(),
      ...sentFromLot(1, palletId, 0n, MAKER, WHOLESALER),
      event(2, "Unpacked", { id: packageId, container: palletId }),
    ];
    expect(attributeEvents(proved(events)).events.at(-1)?.left).to.equal(caseId);
    expect(attributeEvents({ subject: packageId, events }).events.at(-1)?.left).to.equal(palletId);
  });

  it("follows containers of containers, and stops when the inner one leaves the outer one", () => {
    const inTote = [
      event(1, "Unpacked", { id: packageId, container: 0n }),
      event(2, "Packed", { id: packageId, container: toteId }),
      event(3, "Packed", { id: toteId, container: otherId }),
      event(4, "Shipped", { id: otherId, from: MAKER, to: WHOLESALER }),
      event(5, "Unpacked", { id: toteId, container: otherId, lot: 0n }),
      event(6, "Shipped", { id: otherId, from: WHOLESALER, to: PHARMACY }),
      event(7, "Shipped", { id: toteId, from: WHOLESALER, to: PHARMACY }),
      event(8, "Quarantined", { id: packageId, by: PHARMACY, custodian: PHARMACY }),
      event(9, "Received", { id: toteId, from: WHOLESALER, to: PHARMACY }),
    ];
    expect(outline({ subject: packageId, events: inTote })).to.deep.equal([
      "1 Unpacked itself",
      "2 Packed itself",
      "3 Packed container",
      "4 Shipped container",
      "5 Unpacked container",
      "7 Shipped container",
      "8 Quarantined itself",
    ]);
    expect([...attributeEvents({ subject: packageId, events: inTote }).containers]).to.deep.equal([toteId, otherId]);
  });

  it("does not take moves of a container before the thing was in it", () => {
    const events = [
      event(1, "Packed", { id: otherId, container: toteId }),
      event(2, "Shipped", { id: toteId, from: MAKER, to: WHOLESALER }),
      event(3, "Unpacked", { id: packageId, container: 0n }),
      event(4, "Packed", { id: packageId, container: toteId }),
    ];
    expect(outline({ subject: packageId, events })).to.deep.equal(["3 Unpacked itself", "4 Packed itself"]);
  });

  it("finds the containers of the lot from events where there is no proof, the pallet through the case", () => {
    const events = [...toPharmacy(), dispensed(40)];
    const found = attributeEvents({ subject: packageId, events });
    expect(found.path).to.deep.equal(path);
    expect(found.lot).to.equal(LOT);
    expect(outline({ subject: packageId, events })).to.deep.equal([...way, "40 Dispensed itself"]);
  });

  it("knows no container of a thing whose first event names none", () => {
    const events = [...toPharmacy(), event(40, "Quarantined", { id: packageId, by: MAKER, custodian: PHARMACY })];
    expect(attributeEvents({ subject: packageId, events }).path).to.deep.equal([]);
    expect(outline({ subject: packageId, events, itemLots: new Map([[packageId, LOT]]) })).to.deep.equal([
      "0 LotCommissioned lot",
      "40 Quarantined itself",
    ]);
  });

  it("passes over a container that pack made, or another maker's, but takes one of another lot of the same maker", () => {
    const otherLot = lotKey("09521141123454", "OTHER");
    const inLot = (lot: bigint, maker: string): string[] => {
      const events = [
        commissioned(),
        event(1, "LotCommissioned", { lot: otherLot, maker, lotNumber: `0x${"41".padEnd(40, "0")}` }),
        event(2, "Shipped", { id: palletId, from: MAKER, to: WHOLESALER }),
      ];
      return outline({ ...proved(events), itemLots: new Map([[palletId, lot]]) });
    };
    expect(inLot(0n, MAKER)).to.deep.equal(["0 LotCommissioned lot"]);
    expect(inLot(otherLot, PHARMACY)).to.deep.equal(["0 LotCommissioned lot"]);
    expect(inLot(otherLot, MAKER)).to.deep.equal(["0 LotCommissioned lot", "2 Shipped container"]);
  });

  it("takes of a lot its commissioning, recalls and the thing's own run", () => {
    const recall = event(5, "LotRecalled", { by: MAKER, recallClass: 1n });
    const foreign = event(6, "LotRecalled", { by: MAKER, recallClass: 1n, lot: LOT + 1n });
    const runs = [1n, 2n].map((run) => event(Number(run), "RunCommissioned", { run }));
    const events = [commissioned(), ...runs, recall, foreign];
    expect(outline({ ...proved(events), run: 2 })).to.deep.equal([
      "0 LotCommissioned lot",
      "2 RunCommissioned lot",
      "5 LotRecalled lot",
    ]);
  });

  it("takes questions about the thing and their answers alone", () => {
    const events = [
      event(1, "Asked", { inquiry: 1n, id: packageId }),
      event(2, "Asked", { inquiry: 2n, id: caseId }),
      event(3, "Answered", { inquiry: 2n }),
      event(4, "Answered", { inquiry: 1n }),
    ];
    expect(outline(proved(events))).to.deep.equal(["1 Asked itself", "4 Answered itself"]);
  });

  it("goes on in a container that was destroyed or stolen with the thing in it", () => {
    const events = [...toPharmacy(), event(40, "Disposed", { id: caseId, custodian: PHARMACY, disposition: 12n })];
    expect(outline(proved(events)).at(-1)).to.equal("40 Disposed container");
  });

  it("takes a second quarantine of the same thing, by which a regulator takes a case over", () => {
    const events = [
      ...toPharmacy(),
      event(40, "Quarantined", { id: packageId, by: PHARMACY, custodian: PHARMACY }),
      event(41, "Quarantined", { id: packageId, by: MAKER, custodian: PHARMACY }),
    ];
    const found = attributeEvents(proved(events)).events.slice(-2);
    expect(found.map(({ left }) => left)).to.deep.equal([caseId, undefined]);
  });
});
