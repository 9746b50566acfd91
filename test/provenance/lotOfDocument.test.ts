import { expect } from "chai";

import {
  at,
  CASE,
  commissioning,
  containerUrn,
  document,
  event,
  EXPIRY,
  GTIN,
  LOT_NUMBER,
  lotEvents,
  packageUrn,
  packing,
  PALLET,
  SERIALS,
  shipping,
  unpacking,
  type EventFields,
} from "./capture/documents";
import { CareProofError } from "../../src/errors.js";
import { lotOfDocument, type LotTerms } from "../../src/provenance/lotOfDocument.js";
import { LotTree } from "../../src/provenance/lotTree.js";
import { sgtin, sscc } from "../support/provenanceParties";

const SALT = `0x${"5a".repeat(32)}`;

/** The root of what a document's events make up. */
async function rootOf(events: readonly EventFields[], terms: LotTerms = {}): Promise<string> {
  const { items, ...lot } = lotOfDocument(document(...events), terms);
  return (await LotTree.build({ ...lot, run: 0, prefixLength: lot.prefixLength! }, items, { salt: SALT })).root;
}

/** The same root, of the packages and their containers themselves. */
async function expectedRoot(): Promise<string> {
  const run = { gtin: GTIN, lotNumber: LOT_NUMBER, expirationDate: EXPIRY, run: 0, prefixLength: 7 };
  const items = [
    { identifier: sgtin("P1"), path: [sscc(CASE), sscc(PALLET)] },
    { identifier: sgtin("P2"), path: [sscc(CASE), sscc(PALLET)] },
    { identifier: sgtin("BESIDE"), path: [sscc(PALLET)] },
    { identifier: sgtin("ALONE"), path: [] },
  ];
  return (await LotTree.build(run, items, { salt: SALT })).root;
}

describe("lotOfDocument", () => {
  it("takes GTIN, lot, expiry and prefix length from the events, and the tree from commissioning and packing", async () => {
    const { items, ...lot } = lotOfDocument(document(...lotEvents()));
    expect(items).to.not.equal(undefined);
    expect(lot).to.deep.equal({ gtin: GTIN, lotNumber: LOT_NUMBER, expirationDate: EXPIRY, prefixLength: 7 });
    expect(await rootOf(lotEvents())).to.equal(await expectedRoot());
  });

  it("leaves out what is packed and unpacked after the first shipment, and other lots and their containers", async () => {
    const other = { ilmd: { "cbvmda:lotNumber": "OTHER", "cbvmda:itemExpirationDate": "2098-01-31" } };
    const events = [
      commissioning(["O1", "O2"], other),
      ...lotEvents(),
      packing(7, [packageUrn("O1")]),
      packing(PALLET, [packageUrn("O2")]),
      shipping([containerUrn(PALLET)], "manufacturer", "wholesaler"),
      unpacking(PALLET, [containerUrn(CASE)], "wholesaler"),
      packing(8, [containerUrn(CASE)], at("wholesaler")),
    ];
    expect(await rootOf(events, { lotNumber: LOT_NUMBER })).to.equal(await expectedRoot());
  });

  it("takes a lot number and a day from who knows them where the events do not say", async () => {
    const events = lotEvents().map(({ ilmd, ...rest }) => (ilmd === undefined ? rest : { ...rest }));
    const terms = { lotNumber: LOT_NUMBER, expirationDate: EXPIRY };
    expect(await rootOf(events, terms)).to.equal(await expectedRoot());
  });

  const ilmd = (lotNumber: string, itemExpirationDate: string): EventFields => ({
    ilmd: { "cbvmda:lotNumber": lotNumber, "cbvmda:itemExpirationDate": itemExpirationDate },
  });
  const failures: [
    name: string,
    events: () => EventFields[],
    terms: LotTerms,
    code: string,
    path: string | undefined,
  ][] = [
    ["nothing commissioned", () => [packing(CASE, [packageUrn("P1")])], {}, "LOT_EMPTY", undefined],
    ["another GTIN than given", lotEvents, { gtin: "00614141123469" }, "LOT_MISMATCH", "events[0].epcList[0]"],
    ["another lot than given", lotEvents, { lotNumber: "B" }, "LOT_MISMATCH", "events[0].epcList[0]"],
    ["another day than given", lotEvents, { expirationDate: "2098-01-01" }, "LOT_MISMATCH", "events[0].epcList[0]"],
    ["another prefix than given", lotEvents, { prefixLength: 8 }, "LOT_MISMATCH", "events[0].epcList[0]"],
    [
      "several lots",
      () => [commissioning(["A"]), commissioning(["B"], ilmd("OTHER", EXPIRY))],
      {},
      "LOT_AMBIGUOUS",
      "events[0].epcList[0]",
    ],
    [
      "two days",
      () => [commissioning(["A"]), commissioning(["B"], ilmd(LOT_NUMBER, "2098-01-01"))],
      {},
      "LOT_MISMATCH",
      "events[1].epcList[0]",
    ],
    ["no lot number", () => [commissioning(["A"], { ilmd: {} })], {}, "LOT_TERMS_MISSING", "events[0].epcList[0]"],
    [
      "a serial of 21 characters",
      () => [commissioning(["A"], { epcList: [`https://id.gs1.org/01/${GTIN}/21/${"A".repeat(21)}`] })],
      {},
      "SERIAL_INVALID",
      "events[0].epcList[0]",
    ],
  ];
  for (const [name, events, terms, code, path] of failures) {
    it(`refuses ${name}`, () => {
      expect(() => lotOfDocument(document(...events()), terms))
        .to.throw(CareProofError)
        .that.includes({ code, path });
    });
  }

  it("refuses something taken away before the first shipment, with the event's place", async () => {
    const failure = await rootOf([...lotEvents(), unpacking(CASE, [packageUrn("P1")], "manufacturer")]).catch(
      (error: unknown) => error,
    );
    expect(failure).to.be.instanceOf(CareProofError).and.include({ code: "EVENT_ACTION_UNFIT", path: "events[4]" });
    const destroyed = event("ObjectEvent", "DELETE", { epcList: [packageUrn(SERIALS[3]!)], bizStep: "destroying" });
    const gone = await rootOf([...lotEvents(), destroyed]).catch((error: unknown) => error);
    expect(gone).to.be.instanceOf(CareProofError).and.include({ code: "EVENT_ACTION_UNFIT", path: "events[4]" });
  });
});
