import { expect } from "chai";
import { ZeroHash } from "ethers";

import {
  ADDRESSES,
  associating,
  at,
  CASE,
  commissioning,
  containerId,
  containerUrn,
  contextOf,
  document,
  event,
  EXPIRY,
  GTIN,
  LOT_NUMBER,
  lotEvents,
  lotOf,
  observing,
  packageId,
  packageUrn,
  packing,
  PALLET,
  receiving,
  SERIALS,
  plan,
  shipping,
  transforming,
  unpacking,
  URIS,
  type EventFields,
  type PartyName,
} from "./documents";
import { callKey, NO_PROOF } from "../../../src/provenance/capture/calls.js";
import type {
  CaptureChain,
  CaptureContext,
  CaptureLot,
  ChainItem,
  PlannedEvent,
} from "../../../src/provenance/capture/plan.js";
import { planCapture } from "../../../src/provenance/capture/planCapture.js";
import { eventHashBytes32 } from "../../../src/provenance/epcis/eventHash.js";
import { lotKey, lotNumberBytes } from "../../../src/provenance/lot.js";
import { proofOf } from "../../../src/provenance/proofFile.js";
import { sgtin, sscc } from "../../support/provenanceParties";

const KEY = lotKey(GTIN, LOT_NUMBER);

/** A chain that knows these tokens, and the lot. */
function chainOf(lot: CaptureLot, items: [bigint, ChainItem][], done: string[] = []): CaptureChain {
  return {
    items: new Map(items),
    lots: new Map([[KEY, { maker: ADDRESSES.manufacturer, roots: [lot.root] }]]),
    done: new Set(done),
  };
}

const token = (holder: PartyName, more: Partial<ChainItem> = {}): ChainItem => ({
  disposition: "Active",
  holder: ADDRESSES[holder],
  lot: KEY,
  ...more,
});

const refusal = ({ answer, code, at: where }: PlannedEvent): unknown => ({ answer, code, at: where });
const summary = ({ answer, code, calls }: PlannedEvent): string =>
  [answer === "notSent" ? code : answer, ...calls.map(({ function: name, ids }) => `${name}:${ids.length}`)].join(" ");

describe("planCapture", () => {
  let lot: CaptureLot;
  before(async () => {
    lot = await lotOf(lotEvents());
  });
  const fileOf = (container: number): CaptureLot["proofs"][number] =>
    lot.proofs.find(({ header }) => BigInt(header.container ?? 0) === (containerId(container) & ((1n << 60n) - 1n)))!;

  describe("commissioning", () => {
    it("is one call for all commissioning and packing events of a run, with the hash of the first", () => {
      const events = lotEvents();
      const planned = plan("manufacturer", events, { lots: [lot] });
      expect(planned.map(summary)).to.deep.equal(["send commissionLot:1", "contained", "contained", "contained"]);
      const [call] = planned[0]!.calls;
      const read = document(...events);
      const terms = {
        gtin: BigInt(GTIN),
        prefixLength: 7,
        lotNumber: lotNumberBytes(LOT_NUMBER),
        // 2099-12-31 is day 47481: date -u -d 2099-12-31 +%s divided by 86400.
        expirationDate: 47_481,
        units: 30,
      };
      expect(call).to.deep.equal({
        contract: "DrugProvenance",
        function: "commissionLot",
        ids: [KEY],
        args: [terms, lot.root, eventHashBytes32(read.events[0]!, read)],
      });
    });

    it("of a further run is commissionRun, once the chain has those before it", async () => {
      const events = lotEvents();
      const second = await lotOf(events, 1);
      const chain: CaptureChain = {
        ...chainOf(lot, []),
        lots: new Map([[KEY, { maker: ADDRESSES.manufacturer, roots: [`0x${"11".repeat(32)}`] }]]),
      };
      const planned = plan("manufacturer", events, { lots: [second], chain });
      expect(planned[0]!.calls[0]).to.deep.include({ function: "commissionRun", ids: [KEY] });
      expect(planned[0]!.calls[0]!.args.slice(0, 4)).to.deep.equal([KEY, 1, second.root, 7]);
      const early = plan("manufacturer", events, { lots: [second], chain: { ...chain, lots: new Map() } });
      expect(refusal(early[0]!)).to.deep.equal({ answer: "refused", code: "RUN_OUT_OF_SEQUENCE", at: "events[0]" });
    });

    it("is not sent again where the chain has the root", () => {
      const planned = plan("manufacturer", lotEvents(), { lots: [lot], chain: chainOf(lot, []) });
      expect(planned.map(summary)).to.deep.equal(["onChain", "contained", "contained", "contained"]);
    });

    const mismatches: [name: string, events: () => EventFields[], code: string, at: string][] = [
      [
        "a lot without a tree",
        () => [commissioning(["X"], { ilmd: { "cbvmda:lotNumber": "OTHER" } })],
        "LOT_TREE_MISSING",
        "events[0]",
      ],
      [
        "a package that the tree lacks",
        () => [commissioning([...SERIALS, "X"])],
        "LOT_MISMATCH",
        "events[0].epcList[4]",
      ],
      ["a tree with a package that no event commissions", () => [commissioning(["P1"])], "LOT_MISMATCH", "events[0]"],
      [
        "another expiration date than the tree's",
        () => [
          commissioning(SERIALS, {
            ilmd: { "cbvmda:lotNumber": LOT_NUMBER, "cbvmda:itemExpirationDate": "2098-12-31" },
          }),
        ],
        "LOT_MISMATCH",
        "events[0].ilmd",
      ],
      [
        "an expiration date that is none",
        () => [
          commissioning(SERIALS, { ilmd: { "cbvmda:lotNumber": LOT_NUMBER, "cbvmda:itemExpirationDate": "soon" } }),
        ],
        "EXPIRATION_DATE_INVALID",
        "events[0].ilmd.itemExpirationDate",
      ],
      [
        "packing that the tree has elsewhere",
        () => [commissioning(SERIALS), packing(PALLET, [packageUrn("P1")])],
        "LOT_MISMATCH",
        "events[1].childEPCs[0]",
      ],
      [
        "packages of two GTINs",
        () => [commissioning(["P1"], { epcList: [packageUrn("P1"), "urn:epc:id:sgtin:0614141.012346.P1"] })],
        "LOT_AMBIGUOUS",
        "events[0].epcList",
      ],
      ["a package named twice", () => [commissioning(["P1", "P1"])], "EPC_REPEATED", "events[0].epcList[1]"],
    ];
    for (const [name, events, code, place] of mismatches) {
      it(`refuses ${name}`, () => {
        const planned = plan("manufacturer", events(), { lots: [lot] }).find(({ answer }) => answer === "refused")!;
        expect(refusal(planned)).to.deep.equal({ answer: "refused", code, at: place });
      });
    }

    it("of another's lot is refused", () => {
      const chain = chainOf(lot, []);
      const lots = new Map([[KEY, { maker: ADDRESSES.pharmacy, roots: [ZeroHash] }]]);
      const planned = plan("manufacturer", lotEvents(), { lots: [lot], chain: { ...chain, lots } });
      expect(refusal(planned[0]!)).to.deep.equal({ answer: "refused", code: "LOT_OF_ANOTHER", at: "events[0]" });
    });

    it("says which command builds the tree", () => {
      const [planned] = plan("manufacturer", [commissioning(["P1"])]);
      expect(planned!.reason).to.include("careproof provenance lot").and.to.include("--lot <folder>");
    });
  });

  describe("malformed identifiers", () => {
    const link = (path: string): EventFields =>
      observing([`https://id.gs1.org/${path}`], "pharmacy", { bizStep: "dispensing" });
    for (const [name, path, code] of [
      ["a wrong check digit of a GTIN", "01/00614141123453/21/A", "GTIN_INVALID"],
      ["a wrong check digit of an SSCC", "00/106141410000000011", "SSCC_INVALID"],
      ["a serial of 21 characters", `01/${GTIN}/21/${"A".repeat(21)}`, "SERIAL_INVALID"],
      ["a serial with a character outside set 82", `01/${GTIN}/21/A~B`, "SERIAL_INVALID"],
    ] as const) {
      it(`refuses ${name} with its place`, () => {
        const [planned] = plan("pharmacy", [link(path)]);
        expect(refusal(planned!)).to.deep.equal({ answer: "refused", code, at: "events[0].epcList[0]" });
      });
    }
  });

  describe("shipping", () => {
    it("sends what is in its lot with its proof, its papers and the hash of its proof file", () => {
      const [planned] = plan("manufacturer", [shipping([containerUrn(PALLET)], "manufacturer", "wholesaler")], {
        proofs: lot.proofs,
      });
      const { args, partner } = planned!.calls[0]!;
      expect(args).to.deep.equal([
        containerId(PALLET),
        proofOf(fileOf(PALLET), sscc(PALLET)),
        {
          to: ADDRESSES.wholesaler,
          transactionInformation: null,
          senderRole: 10,
          transactionStatement: 0x7f,
          proofs: fileOf(PALLET).hash,
          receiverRole: 11,
          eventHash: planned!.hash,
        },
      ]);
      expect(partner).to.deep.equal({
        address: ADDRESSES.wholesaler,
        role: "WHOLESALE_DISTRIBUTOR",
        path: "events[0].destinationList[0]",
      });
    });

    it("sends tokens together by proof file, at most a hundred at a time", () => {
      const serials = Array.from({ length: 150 }, (_, i) => `S${i}`);
      const all = [containerUrn(CASE), ...serials.map(packageUrn)];
      const held: [bigint, ChainItem][] = [
        [containerId(CASE), token("wholesaler")],
        ...serials.map((serial): [bigint, ChainItem] => [packageId(serial), token("wholesaler")]),
      ];
      const more = { proofs: lot.proofs, chain: chainOf(lot, held) };
      const [planned] = plan("wholesaler", [shipping(all, "wholesaler", "pharmacy")], more);
      expect(summary(planned!)).to.equal("send ship:1 ship:100 ship:50");
      expect(planned!.calls.map(({ args }) => (args[1] as { proofs: string }).proofs)).to.deep.equal([
        fileOf(PALLET).hash,
        ZeroHash,
        ZeroHash,
      ]);
    });

    it("sends only the ids for which the chain does not have the event", () => {
      const events = [shipping([packageUrn("P1"), packageUrn("P2")], "wholesaler", "pharmacy")];
      const read = document(...events);
      const hash = eventHashBytes32(read.events[0]!);
      const sent = token("wholesaler", { disposition: "InTransit", party: ADDRESSES.pharmacy });
      const items: [bigint, ChainItem][] = [
        [packageId("P1"), sent],
        [packageId("P2"), token("wholesaler")],
      ];
      const some = chainOf(lot, items, [callKey("ship", packageId("P1"), hash)]);
      const [planned] = plan("wholesaler", events, { chain: some });
      expect(planned!.calls.map(({ ids }) => ids)).to.deep.equal([[packageId("P2")]]);
      const both = [callKey("ship", packageId("P1"), hash), callKey("shipFromLot", packageId("P2"), hash)];
      expect(summary(plan("wholesaler", events, { chain: chainOf(lot, items, both) })[0]!)).to.equal("onChain");
    });

    const ship = (fields: EventFields = {}): EventFields =>
      shipping([packageUrn("P1")], "manufacturer", "wholesaler", fields);
    const refusals: [name: string, event: EventFields, more: Partial<CaptureContext>, code: string, at: string][] = [
      ["without a receiver", ship({ destinationList: [] }), {}, "RECEIVER_MISSING", "events[0].destinationList"],
      [
        "to somebody unknown",
        ship({ destinationList: [{ type: "owning_party", destination: "urn:epc:id:pgln:0614141.99999" }] }),
        {},
        "PARTY_UNKNOWN",
        "events[0].destinationList[0]",
      ],
      [
        "to oneself",
        ship({ destinationList: [{ type: "possessing_party", destination: URIS.manufacturer }] }),
        {},
        "SENT_TO_ITSELF",
        "events[0].destinationList[0]",
      ],
      [
        "without the seven statements",
        ship(),
        { transactionStatement: false },
        "TRANSACTION_STATEMENT_MISSING",
        "events[0]",
      ],
      [
        "without transaction information",
        ship(),
        { transactionInformation: () => undefined },
        "TRANSACTION_INFORMATION_MISSING",
        "events[0]",
      ],
    ];
    for (const [name, given, more, code, place] of refusals) {
      it(`refuses a shipment ${name}`, () => {
        const [planned] = plan("manufacturer", [given], more);
        expect(refusal(planned!)).to.deep.equal({ answer: "refused", code, at: place });
      });
    }

    const states: [name: string, item: ChainItem | undefined, code: string][] = [
      ["what is in transit", token("wholesaler", { disposition: "InTransit" }), "EVENT_OUT_OF_ORDER"],
      ["what another holds", token("pharmacy"), "EVENT_OUT_OF_ORDER"],
      ["what is in a container", token("wholesaler", { container: containerId(9) }), "EVENT_OUT_OF_ORDER"],
      ["what is suspect", token("wholesaler", { disposition: "Suspect" }), "EVENT_OUT_OF_ORDER"],
      ["what is no token and has no proof", undefined, "PROOF_MISSING"],
    ];
    for (const [name, item, code] of states) {
      it(`refuses to ship ${name}`, () => {
        const items: [bigint, ChainItem][] = item === undefined ? [] : [[packageId("P1"), item]];
        const [planned] = plan("wholesaler", [shipping([packageUrn("P1")], "wholesaler", "pharmacy")], {
          chain: chainOf(lot, items),
        });
        expect(refusal(planned!)).to.deep.equal({ answer: "refused", code, at: "events[0].epcList[0]" });
      });
    }

    it("refuses a token container of a lot whose proof file is not at hand", () => {
      const chain = chainOf(lot, [[containerId(CASE), token("wholesaler")]]);
      const [planned] = plan("wholesaler", [shipping([containerUrn(CASE)], "wholesaler", "pharmacy")], { chain });
      expect(refusal(planned!)).to.deep.equal({
        answer: "refused",
        code: "PROOF_FILE_MISSING",
        at: "events[0].epcList[0]",
      });
    });
  });

  describe("receiving", () => {
    const events = (): EventFields[] => [receiving([containerUrn(PALLET)], "manufacturer", "wholesaler")];
    const sent = (more: Partial<ChainItem> = {}): ChainItem =>
      token("manufacturer", { disposition: "InTransit", party: ADDRESSES.wholesaler, ...more });

    it("receives what is on its way, with the proof file of the shipment", () => {
      const chain = chainOf(lot, [[containerId(PALLET), sent({ proofs: fileOf(PALLET).hash })]]);
      const [planned] = plan("wholesaler", events(), { chain, proofs: [fileOf(PALLET)] });
      expect(planned!.calls[0]!.args).to.deep.equal([[containerId(PALLET)], 11, planned!.hash]);
    });

    it("refuses without that file, and with a file of another root", () => {
      const items: [bigint, ChainItem][] = [[containerId(PALLET), sent({ proofs: fileOf(PALLET).hash })]];
      const [without] = plan("wholesaler", events(), { chain: chainOf(lot, items) });
      expect(without!.code).to.equal("PROOF_FILE_MISSING");
      const other = {
        ...chainOf(lot, items),
        lots: new Map([[KEY, { maker: ADDRESSES.manufacturer, roots: [ZeroHash] }]]),
      };
      const [wrong] = plan("wholesaler", events(), { chain: other, proofs: [fileOf(PALLET)] });
      expect(wrong!.code).to.equal("PROOF_ROOT_MISMATCH");
    });

    for (const [name, item] of [
      ["was never sent", undefined],
      ["was sent to another", sent({ party: ADDRESSES.pharmacy })],
      ["has arrived", token("wholesaler")],
    ] as const) {
      it(`refuses what ${name}`, () => {
        const [planned] = plan("wholesaler", events(), {
          chain: chainOf(lot, item === undefined ? [] : [[containerId(PALLET), item]]),
        });
        expect(refusal(planned!)).to.deep.equal({
          answer: "refused",
          code: "EVENT_OUT_OF_ORDER",
          at: "events[0].epcList[0]",
        });
      });
    }
  });

  describe("packing and unpacking", () => {
    it("takes what is in its lot, and packs it into a new container", () => {
      const chain = chainOf(lot, []);
      const [planned] = plan("manufacturer", [packing(7, [packageUrn("ALONE")])], { lots: [lot], chain });
      expect(planned!.calls.map(({ function: name, args }) => [name, ...args])).to.deep.equal([
        ["take", packageId("ALONE"), proofOf(lot.proofs.at(-1)!, sgtin("ALONE")), 10, planned!.hash],
        ["pack", containerId(7), 7, [packageId("ALONE")], 10, planned!.hash],
      ]);
    });

    it("takes a container of the lot's tree out before it packs anything into it", () => {
      const chain = chainOf(lot, [[packageId("X"), token("manufacturer")]]);
      const [planned] = plan("manufacturer", [packing(CASE, [packageUrn("X")])], { lots: [lot], chain });
      expect(planned!.calls.map(({ function: name, ids }) => [name, ...ids])).to.deep.equal([
        ["take", containerId(CASE)],
        ["pack", packageId("X")],
      ]);
    });

    it("needs the company prefix of a new container in a Digital Link", () => {
      const link = `https://id.gs1.org/00/${(containerId(7) & ((1n << 60n) - 1n)).toString().padStart(18, "0")}`;
      const events = [packing(7, [packageUrn("X")], { parentID: link })];
      const chain = chainOf(lot, [[packageId("X"), token("manufacturer")]]);
      expect(refusal(plan("manufacturer", events, { chain })[0]!)).to.deep.equal({
        answer: "refused",
        code: "PREFIX_LENGTH_MISSING",
        at: "events[0].parentID",
      });
      expect(plan("manufacturer", events, { chain, prefixLength: 7 })[0]!.calls[0]!.args[1]).to.equal(7);
    });

    it("does not pack anew what was commissioned packed and has left since", () => {
      const chain = chainOf(lot, [[packageId("P1"), token("pharmacy")]]);
      const planned = plan("manufacturer", [packing(CASE, [packageUrn("P1"), packageUrn("P2")])], {
        lots: [lot],
        chain,
      });
      expect(planned.map(summary)).to.deep.equal(["contained"]);
    });

    it("packs anew what an event of the document took out before, also where that is on the chain", () => {
      const events = [unpacking(CASE, [packageUrn("P1")], "manufacturer"), packing(CASE, [packageUrn("P1")])];
      const fresh = plan("manufacturer", events, { lots: [lot], chain: chainOf(lot, []) });
      expect(fresh.map(summary)).to.deep.equal(["send take:1", "send take:1 pack:1"]);
      const done = callKey("take", packageId("P1"), fresh[0]!.hash);
      const chain = chainOf(lot, [[packageId("P1"), token("manufacturer")]], [done]);
      const resumed = plan("manufacturer", events, { lots: [lot], chain });
      expect(resumed.map(summary)).to.deep.equal(["onChain", "send take:1 pack:1"]);
    });

    it("takes out of a lot's container, unpacks tokens, and follows them through the document", () => {
      const held = token("wholesaler");
      const chain = chainOf(lot, [
        [containerId(PALLET), held],
        [packageId("X"), token("wholesaler", { container: containerId(7) })],
      ]);
      const planned = plan(
        "wholesaler",
        [
          unpacking(PALLET, [containerUrn(CASE)], "wholesaler"),
          unpacking(7, [packageUrn("X")], "wholesaler"),
          shipping([containerUrn(CASE), packageUrn("X")], "wholesaler", "pharmacy"),
        ],
        { proofs: [fileOf(PALLET)], chain },
      );
      expect(planned.map(summary)).to.deep.equal(["send take:1", "send unpack:1", "send ship:1 ship:1"]);
      expect(planned[0]!.calls[0]!.args.slice(0, 2)).to.deep.equal([
        containerId(CASE),
        proofOf(fileOf(PALLET), sscc(CASE)),
      ]);
    });

    it("refuses to take out of another container than the one it is in", () => {
      const chain = chainOf(lot, [[containerId(PALLET), token("wholesaler")]]);
      const [planned] = plan("wholesaler", [unpacking(PALLET, [packageUrn("P1")], "wholesaler")], {
        proofs: [fileOf(PALLET)],
        chain,
      });
      expect(refusal(planned!)).to.deep.equal({
        answer: "refused",
        code: "EVENT_OUT_OF_ORDER",
        at: "events[0].childEPCs[0]",
      });
    });

    it("does not send the emptying of a container that names nothing, and what has no SSCC", () => {
      const planned = plan("wholesaler", [
        unpacking(PALLET, [], "wholesaler"),
        event("AggregationEvent", "ADD", { parentID: packageUrn("CASE"), childEPCs: [packageUrn("X")] }),
        event("AggregationEvent", "ADD", { parentID: "urn:epc:id:grai:0614141.12345.1", childEPCs: [packageUrn("X")] }),
      ]);
      expect(planned.map(summary)).to.deep.equal(["NOTHING_NAMED", "CONTAINER_UNFIT", "NOT_A_PACKAGE_OR_CONTAINER"]);
    });
  });

  describe("the end of things, and doubts about them", () => {
    const one = (fields: EventFields, action = "OBSERVE"): EventFields =>
      event("ObjectEvent", action, { epcList: [packageUrn("X")], ...at("pharmacy"), ...fields });
    const chainWith = (item: ChainItem): CaptureChain => chainOf(lot, [[packageId("X"), item]]);

    const ends: [fields: EventFields, action: string, expected: [string, ...unknown[]]][] = [
      [
        { bizStep: "dispensing", disposition: "dispensed" },
        "OBSERVE",
        ["dispense", packageId("X"), NO_PROOF, 0, false],
      ],
      [
        { bizStep: "retail_selling", disposition: "retail_sold" },
        "DELETE",
        ["dispense", packageId("X"), NO_PROOF, 0, true],
      ],
      [
        { bizStep: "decommissioning", disposition: "inactive" },
        "DELETE",
        ["dispose", packageId("X"), NO_PROOF, 10, 12],
      ],
      [{ bizStep: "destroying", disposition: "destroyed" }, "DELETE", ["dispose", packageId("X"), NO_PROOF, 11, 12]],
      [{ disposition: "stolen" }, "OBSERVE", ["dispose", packageId("X"), NO_PROOF, 12, 12]],
      [{ disposition: "unknown" }, "DELETE", ["dispose", packageId("X"), NO_PROOF, 13, 12]],
      [{ bizStep: "holding" }, "OBSERVE", ["quarantine", packageId("X"), NO_PROOF, 12]],
      [{ disposition: "non_sellable_other" }, "OBSERVE", ["quarantine", packageId("X"), NO_PROOF, 12]],
    ];
    for (const [fields, action, [name, ...args]] of ends) {
      it(`maps ${Object.values(fields).join(", ")} (${action}) to ${name}, with the event's hash`, () => {
        const [planned] = plan("pharmacy", [one(fields, action)], { chain: chainWith(token("pharmacy")) });
        expect(planned!.calls.map(({ function: called, args: given }) => [called, ...given])).to.deep.equal([
          [name, ...args, planned!.hash],
        ]);
      });
    }

    const unsent: [fields: EventFields, action: string, code: string][] = [
      [{ disposition: "unknown" }, "OBSERVE", "NO_MEANING"],
      [{ bizStep: "decommissioning" }, "DELETE", "END_UNSAID"],
      [{ bizStep: "dispensing", disposition: "partially_dispensed" }, "OBSERVE", "UNITS_UNSAID"],
      [{ bizStep: "storing", disposition: "sellable_accessible" }, "OBSERVE", "NO_MEANING"],
      [{ disposition: "recalled" }, "OBSERVE", "LOT_UNSAID"],
      [{ bizStep: "https://example.org/cleaning" }, "OBSERVE", "NO_MEANING"],
      [{ bizStep: "receiving" }, "ADD", "NO_MEANING"],
    ];
    for (const [fields, action, code] of unsent) {
      it(`does not send ${Object.values(fields).join(", ")} (${action}): ${code}`, () => {
        const [planned] = plan("pharmacy", [one(fields, action)], { chain: chainWith(token("pharmacy")) });
        expect(summary(planned!)).to.equal(code);
        expect(planned!.reason).to.be.a("string").that.is.not.empty;
      });
    }

    it("puts what came back on sale again once it was checked, and calls back what was not shipped", () => {
      const checked = one({ bizStep: "inspecting", disposition: "sellable_accessible" });
      const returned = plan("pharmacy", [checked], {
        chain: chainWith(token("pharmacy", { disposition: "Returned" })),
      });
      expect(returned.map(summary)).to.deep.equal(["send restock:1"]);
      const sent = token("pharmacy", { disposition: "InTransit", party: ADDRESSES.wholesaler });
      const void_ = plan("pharmacy", [one({ bizStep: "void_shipping" })], { chain: chainWith(sent) });
      expect(void_.map(summary)).to.deep.equal(["send callBack:1"]);
    });

    it("goes on with the rest of what an earlier capture put on sale again in part", () => {
      const checked = observing([packageUrn("X"), packageUrn("Y")], "pharmacy", {
        bizStep: "inspecting",
        disposition: "sellable_accessible",
      });
      const hash = plan("pharmacy", [checked])[0]!.hash;
      const items: [bigint, ChainItem][] = [
        [packageId("X"), token("pharmacy")],
        [packageId("Y"), token("pharmacy", { disposition: "Returned" })],
      ];
      const some = [callKey("restock", packageId("X"), hash)];
      const [resumed] = plan("pharmacy", [checked], { chain: chainOf(lot, items, some) });
      expect(resumed!.calls.map(({ function: name, ids }) => [name, ...ids])).to.deep.equal([
        ["restock", packageId("Y")],
      ]);
      const all = [...some, callKey("restock", packageId("Y"), hash)];
      const after: [bigint, ChainItem][] = items.map(([id]) => [id, token("pharmacy")]);
      expect(plan("pharmacy", [checked], { chain: chainOf(lot, after, all) }).map(summary)).to.deep.equal(["onChain"]);
    });

    it("reports a package that another dispensed only if told to, and never one's own", () => {
      const dispensing = one({ bizStep: "dispensing", disposition: "dispensed" });
      const by = (name: PartyName): CaptureChain =>
        chainWith({ disposition: "Dispensed", party: ADDRESSES[name], lot: KEY });
      expect(plan("pharmacy", [dispensing], { chain: by("wholesaler") })[0]!.code).to.equal("DUPLICATE_DISPENSE");
      const reported = plan("pharmacy", [dispensing], { chain: by("wholesaler"), reportDuplicates: true });
      expect(reported.map(summary)).to.deep.equal(["send dispense:1"]);
      const own = plan("pharmacy", [dispensing], { chain: by("pharmacy"), reportDuplicates: true });
      expect(own[0]!.code).to.equal("DISPENSED_BEFORE");
      const sold = plan("pharmacy", [one({ bizStep: "retail_selling" })], { chain: by("pharmacy") });
      expect(sold.map(summary)).to.deep.equal(["DISPENSED_ALREADY"]);
    });

    it("refuses to dispense a container", () => {
      const [planned] = plan("pharmacy", [observing([containerUrn(7)], "pharmacy", { bizStep: "dispensing" })]);
      expect(planned!.code).to.equal("NOT_A_PACKAGE");
    });

    it("recalls the lots that an event names, if the maker says how urgently", () => {
      const recall = event("ObjectEvent", "OBSERVE", {
        quantityList: [{ epcClass: `urn:epc:class:lgtin:0614141.012345.${LOT_NUMBER}` }],
        disposition: "recalled",
        ...at("manufacturer"),
      });
      const [planned] = plan("manufacturer", [recall], { recallClass: "II" });
      expect(planned!.calls.map(({ function: name, args }) => [name, ...args])).to.deep.equal([
        ["recallLot", KEY, 2, 10, planned!.hash],
      ]);
      expect(refusal(plan("manufacturer", [recall])[0]!)).to.deep.equal({
        answer: "refused",
        code: "RECALL_CLASS_MISSING",
        at: "events[0]",
      });
    });
  });

  describe("what is not sent", () => {
    it("leaves the events of other parties to them, by source, destination and place", () => {
      const events = [
        ...lotEvents(),
        shipping([containerUrn(PALLET)], "manufacturer", "wholesaler"),
        receiving([containerUrn(PALLET)], "manufacturer", "wholesaler"),
      ];
      const planned = plan("pharmacy", events);
      expect(planned.map(summary)).to.deep.equal(events.map(() => "OTHER_PARTY"));
    });

    it("says that what a role has no part in is not for it", () => {
      const { readPoint, ...nowhere } = commissioning(["P1"]);
      expect(readPoint).to.not.equal(undefined);
      expect(plan("pharmacy", [nowhere]).map(summary)).to.deep.equal(["ROLE_UNFIT"]);
    });

    it("never sends an event that an error declaration takes back, nor the declaration", () => {
      const wrong = { ...observing([packageUrn("X")], "pharmacy", { bizStep: "dispensing" }), eventID: "urn:uuid:1" };
      const declaration = {
        ...wrong,
        errorDeclaration: { declarationTime: "2026-02-01T00:00:00Z", reason: "incorrect_data" },
      };
      const right = { ...observing([packageUrn("Y")], "pharmacy", { bizStep: "dispensing" }), eventID: "urn:uuid:2" };
      const planned = plan("pharmacy", [wrong, declaration, right]);
      expect(planned.map(summary)).to.deep.equal(["DECLARED_WRONG", "ERROR_DECLARATION", "send dispense:1"]);
      expect(planned[0]!.hash).to.equal(planned[1]!.hash);
      expect(planned[1]!.reason).to.include("urn:uuid:1");
    });

    it("sends an event that is there twice once", () => {
      const dispensing = observing([packageUrn("X")], "pharmacy", { bizStep: "dispensing" });
      const planned = plan("pharmacy", [dispensing, { ...dispensing, eventID: "urn:uuid:1" }]);
      expect(planned.map(summary)).to.deep.equal(["send dispense:1", "REPEATED"]);
    });

    it("names why each other type of event is not sent", () => {
      const transaction = event("TransactionEvent", "ADD", {
        bizTransactionList: [{ type: "po", bizTransaction: "urn:epc:id:gdti:0614141.00001.1618034" }],
        epcList: [packageUrn("X")],
      });
      const transformation = transforming([packageUrn("X")], [packageUrn("Y")], "pharmacy");
      const planned = plan("pharmacy", [transaction, transformation, associating("pharmacy")]);
      expect(planned.map(summary)).to.deep.equal(["TRANSACTION", "TRANSFORMATION", "ASSOCIATION"]);
    });
  });

  it("takes events in the order of their times, whatever that of the document", () => {
    const received = receiving([packageUrn("X")], "wholesaler", "pharmacy");
    const dispensed = observing([packageUrn("X")], "pharmacy", { bizStep: "dispensing" });
    const sent = token("wholesaler", { disposition: "InTransit", party: ADDRESSES.pharmacy });
    const { events } = planCapture(
      document(dispensed, received),
      contextOf("pharmacy", { chain: chainOf(lot, [[packageId("X"), sent]]) }),
    );
    expect(events.map(({ index, answer }) => [index, answer])).to.deep.equal([
      [1, "send"],
      [0, "send"],
    ]);
  });

  it("refuses a document of EPCIS 1.2", () => {
    const old = { ...document(), schemaVersion: "1.2" };
    expect(() => planCapture(old, contextOf("pharmacy")))
      .to.throw("schemaVersion: the document is of EPCIS 1.2")
      .with.property("code", "EPCIS_VERSION_UNSUPPORTED");
  });

  it("keeps the expiration date that the events say", () => {
    expect(lot.run.expirationDate).to.equal(EXPIRY);
  });
});
