import { expect } from "chai";
import { id as digest } from "ethers";

import { dscsaPapers, type MasterData, TRANSACTION_STATEMENTS } from "../../../src/provenance/index.js";
import {
  CASE,
  caseId,
  commissioned,
  event,
  historyOf,
  LOT_NUMBER,
  MAKER,
  PACKAGE,
  packageId,
  PALLET,
  palletId,
  PHARMACY,
  sentFromLot,
  toPharmacy,
  WHOLESALER,
} from "./handMade";
import { expectRefusal } from "../gs1/refusal";

const DATA: MasterData = {
  parties: {
    [MAKER]: { name: "Invented Pharma", address: "1 Example Street, Springfield", gln: "9521141000007" },
    [WHOLESALER]: { name: "Made-up Wholesale", address: "2 Example Street, Springfield" },
    [PHARMACY]: { name: "Fictional Pharmacy", address: "3 Example Street, Springfield" },
  },
  product: {
    gtin: PACKAGE.gtin,
    name: "Inventedol",
    strength: "10 mg",
    dosageForm: "tablet",
    ndc: "99999-123-45",
    containerSize: "30 tablets",
  },
};

describe("dscsaPapers", () => {
  it("has the ten elements of the transaction information, and each transaction back to the manufacturer", () => {
    const { transactionInformation, transactionHistory } = dscsaPapers(historyOf(toPharmacy()), DATA);
    expect(transactionInformation).to.deep.equal({
      name: "Inventedol",
      strength: "10 mg",
      dosageForm: "tablet",
      ndc: "99999-123-45",
      containerSize: "30 tablets",
      numberOfContainers: 1,
      lotNumber: LOT_NUMBER,
      transactionDate: "2026-01-01",
      seller: { account: WHOLESALER, ...DATA.parties![WHOLESALER] },
      buyer: { account: PHARMACY, ...DATA.parties![PHARMACY] },
      unknown: [],
      gtin: PACKAGE.gtin,
      serial: PACKAGE.serial,
      expirationDate: "2028-02-29",
      sentIn: CASE.sscc,
      isReturn: false,
      receivedDate: "2026-01-02",
      commitment: digest("transaction information"),
      transaction: digest("transaction 3"),
    });
    expect(transactionHistory.map(({ seller, buyer, sentIn }) => [seller.name, buyer.name, sentIn])).to.deep.equal([
      ["Invented Pharma", "Made-up Wholesale", PALLET.sscc],
      ["Made-up Wholesale", "Fictional Pharmacy", CASE.sscc],
    ]);
  });

  it("leaves out what it is not told, and lists it", () => {
    const { transactionInformation } = dscsaPapers(historyOf(toPharmacy()), {
      parties: { [PHARMACY]: { name: "Fictional Pharmacy" } },
    });
    expect(transactionInformation).to.not.have.any.keys("name", "strength", "dosageForm", "ndc", "containerSize");
    expect(transactionInformation?.seller).to.deep.equal({ account: WHOLESALER });
    expect(transactionInformation?.unknown).to.deep.equal([
      "name",
      "strength",
      "dosageForm",
      "ndc",
      "containerSize",
      "seller.name",
      "seller.address",
      "buyer.address",
    ]);
  });

  it("does not say how many packages a pallet has, nor a serial number of it", () => {
    const history = historyOf(toPharmacy().slice(0, 4), { subject: palletId, path: [] });
    const { transactionInformation } = dscsaPapers(history, DATA);
    expect(transactionInformation).to.not.have.any.keys("numberOfContainers", "serial", "gtin", "sentIn");
    expect(transactionInformation?.unknown).to.deep.equal(["numberOfContainers"]);
  });

  it("has a statement of every seller, in the seven sentences of the law", () => {
    const { transactionStatements } = dscsaPapers(historyOf(toPharmacy()), DATA);
    expect(transactionStatements.map(({ by, statements }) => `${by.name} ${statements.join("")}`)).to.deep.equal([
      "Invented Pharma ABCDEFG",
      "Made-up Wholesale ABCDEFG",
    ]);
    expect(TRANSACTION_STATEMENTS.D).to.equal("did not knowingly ship a suspect or illegitimate product");
  });

  it("counts no shipment that was refused, called back, quarantined or lost on the way; one on the way is not received", () => {
    const shipped = (): ReturnType<typeof toPharmacy> => [
      commissioned(),
      ...sentFromLot(1, palletId, 0n, MAKER, WHOLESALER),
    ];
    const count = (...events: ReturnType<typeof toPharmacy>): number =>
      dscsaPapers(historyOf([...shipped(), ...events])).transactionHistory.length;
    expect(count()).to.equal(1);
    expect(dscsaPapers(historyOf(shipped())).transactionInformation).to.not.have.property("receivedDate");
    expect(count(event(2, "ShipmentRefused", { id: palletId, from: MAKER, by: WHOLESALER }))).to.equal(0);
    expect(count(event(2, "ShipmentCalledBack", { id: palletId, from: MAKER, to: WHOLESALER }))).to.equal(0);
    expect(count(event(2, "Quarantined", { id: palletId, by: MAKER, custodian: MAKER }))).to.equal(0);
    expect(count(event(2, "Disposed", { id: palletId, custodian: MAKER, disposition: 13n }))).to.equal(0);
    // After a refusal the next shipment of the same thing counts.
    expect(
      count(
        event(2, "ShipmentRefused", { id: palletId, from: MAKER, by: WHOLESALER }),
        event(3, "Shipped", { id: palletId, from: MAKER, to: PHARMACY }),
        event(4, "Received", { id: palletId, from: MAKER, to: PHARMACY }),
      ),
    ).to.equal(1);
  });

  it("says which transaction is a return", () => {
    const back = [
      event(40, "Shipped", { id: caseId, from: PHARMACY, to: WHOLESALER, isReturn: true }),
      event(41, "Received", { id: caseId, from: PHARMACY, to: WHOLESALER, isReturn: true }),
    ];
    const { transactionHistory } = dscsaPapers(historyOf([...toPharmacy(), ...back]));
    expect(transactionHistory.map(({ isReturn }) => isReturn)).to.deep.equal([false, false, true]);
  });

  it("has nothing to say of a package that was never sold", () => {
    const papers = dscsaPapers(historyOf([commissioned(), event(1, "Unpacked", { id: packageId, container: 0n })]));
    expect(papers).to.deep.equal({ transactionHistory: [], transactionStatements: [] });
  });

  it("refuses master data of another product", () => {
    const product = { ...DATA.product, gtin: "09521141123461" };
    expectRefusal(
      () => dscsaPapers(historyOf(toPharmacy()), { product }),
      "PRODUCT_MISMATCH",
      `not of ${PACKAGE.gtin}`,
    );
  });
});
