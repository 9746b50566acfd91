import { expect } from "chai";
import { id as digest } from "ethers";

import { form3911, type ProvenanceEvent } from "../../../src/provenance/index.js";
import {
  caseId,
  dispensed,
  event,
  historyOf,
  LOT_NUMBER,
  MAKER,
  OTHER_PHARMACY,
  PACKAGE,
  packageId,
  PHARMACY,
  REGULATOR,
  toPharmacy,
  WHOLESALER,
} from "./handMade";
import { expectRefusal } from "../gs1/refusal";

const id = { id: packageId };
const quarantined = (): ProvenanceEvent => event(40, "Quarantined", { ...id, by: PHARMACY, custodian: PHARMACY });
const condemned = (): ProvenanceEvent => event(70, "Condemned", { ...id, by: PHARMACY, custodian: PHARMACY });

describe("form3911", () => {
  it("fills in what the chain tells, and lists what it does not", () => {
    const form = form3911(historyOf([...toPharmacy(), quarantined(), condemned()]), {
      description: "The seal was broken.",
    });
    expect(form).to.deep.equal({
      form: "FDA 3911",
      typeOfReport: "initial",
      // Block n is n hours after 2026-01-01T00:00Z.
      dateQuarantined: "2026-01-02",
      dateDeterminedIllegitimate: "2026-01-03",
      noticeDue: "2026-01-04T22:00:00Z",
      quantity: "1 package",
      gtin: PACKAGE.gtin,
      serialNumber: PACKAGE.serial,
      lotNumber: LOT_NUMBER,
      expirationDate: "2028-02-29",
      description: "The seal was broken.",
      company: { account: PHARMACY },
      tradingPartners: [{ account: WHOLESALER, relation: "receivedFrom" }],
      noticesGiven: [],
      unknown: ["productName", "strength", "dosageForm", "ndc"],
    });
  });

  it("names the partners of whoever notifies: for the wholesaler whom it had it from, and whom it sold it to", () => {
    const history = historyOf([...toPharmacy(), quarantined(), condemned()]);
    const parties = { [MAKER]: { name: "Invented Pharma" } };
    expect(form3911(history, { by: WHOLESALER, parties }).tradingPartners).to.deep.equal([
      { account: MAKER, name: "Invented Pharma", relation: "receivedFrom" },
      { account: PHARMACY, relation: "sentTo" },
    ]);
    expect(form3911(history, { by: REGULATOR }).tradingPartners).to.deep.equal([]);
  });

  it("has the notices that are on chain, and asks a follow-up for the FDA's incident number", () => {
    const notice = event(80, "NoticeGiven", { ...id, by: PHARMACY, late: false, form3911: digest("form") });
    const history = historyOf([...toPharmacy(), quarantined(), condemned(), notice]);
    const form = form3911(history, { report: "termination", incidentNumber: "2026-0001", description: "Destroyed." });
    expect(form).to.include({
      typeOfReport: "termination",
      incidentNumber: "2026-0001",
      dateOfInitialNotification: "2026-01-04",
    });
    expect(form.noticesGiven).to.deep.equal([{ by: { account: PHARMACY }, time: "2026-01-04T08:00:00Z", late: false }]);
    expectRefusal(() => form3911(history, { report: "follow-up" }), "INCIDENT_NUMBER_MISSING", "follow-up");
  });

  it("is for the second dispenser where a package was dispensed twice, and for who reported it stolen", () => {
    const duplicate = event(50, "DuplicateDispense", { ...id, dispenser: PHARMACY, second: OTHER_PHARMACY });
    expect(form3911(historyOf([...toPharmacy(), dispensed(40), duplicate])).company).to.deep.equal({
      account: OTHER_PHARMACY,
    });
    const stolen = event(40, "Disposed", { id: caseId, custodian: PHARMACY, disposition: 12n });
    expect(form3911(historyOf([...toPharmacy(), stolen])).company).to.deep.equal({ account: PHARMACY });
  });

  it("refuses a thing about which there is no doubt, destroyed and exported ones too", () => {
    expectRefusal(() => form3911(historyOf(toPharmacy())), "PRODUCT_NOT_SUSPECT", "nothing to notify");
    const exported = event(40, "Disposed", { id: caseId, custodian: PHARMACY, disposition: 10n });
    expectRefusal(() => form3911(historyOf([...toPharmacy(), exported])), "PRODUCT_NOT_SUSPECT", "nothing to notify");
  });
});
