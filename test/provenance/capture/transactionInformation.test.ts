import { expect } from "chai";
import { id } from "ethers";

import { TRANSACTION_INFORMATION } from "./documents";
import { CareProofError } from "../../../src/errors.js";
import {
  checkTransactionInformation,
  transactionInformationCommitment,
} from "../../../src/provenance/capture/transactionInformation.js";
import { parseJson } from "../../../src/utils/json.js";

const check = (value: unknown): unknown => checkTransactionInformation(parseJson(JSON.stringify(value)), "ti");

describe("checkTransactionInformation", () => {
  it("takes all that the law asks for, a later day of shipment, and members of one's own", () => {
    const value = { ...TRANSACTION_INFORMATION, shipmentDate: "2026-01-08", order: "4711" };
    expect(check(value)).to.include({ shipmentDate: "2026-01-08", order: "4711" });
  });

  it("takes the root of an event's fields, and commits to it", () => {
    const withRoot = (root: string) =>
      checkTransactionInformation(parseJson(JSON.stringify({ ...TRANSACTION_INFORMATION, eventFields: root })), "ti");
    expect(withRoot(id("a"))).to.include({ eventFields: id("a") });
    const salt = id("salt");
    const [one, other] = ["a", "b"].map((text) => transactionInformationCommitment(withRoot(id(text)), salt));
    expect(one).to.not.equal(other);
  });

  const [product] = TRANSACTION_INFORMATION.products;
  const withProduct = (change: object): object => ({
    ...TRANSACTION_INFORMATION,
    products: [{ ...product, ...change }],
  });
  const failures: [name: string, value: unknown, path: string][] = [
    ["no object", [], "ti"],
    ["no product", { ...TRANSACTION_INFORMATION, products: [] }, "ti.products"],
    ...["name", "strength", "dosageForm", "ndc", "containerSize"].map((member): [string, unknown, string] => [
      `no ${member}`,
      withProduct({ [member]: " " }),
      `ti.products[0].${member}`,
    ]),
    ["no number of containers", withProduct({ containers: 0 }), "ti.products[0].containers"],
    ["a number of containers as text", withProduct({ containers: "3" }), "ti.products[0].containers"],
    ["no lots", withProduct({ lots: [] }), "ti.products[0].lots"],
    ["an empty lot number", withProduct({ lots: ["A", ""] }), "ti.products[0].lots[1]"],
    ["no day", { ...TRANSACTION_INFORMATION, transactionDate: "2026-13-01" }, "ti.transactionDate"],
    ["a shipment day that is none", { ...TRANSACTION_INFORMATION, shipmentDate: "soon" }, "ti.shipmentDate"],
    ["no seller", { ...TRANSACTION_INFORMATION, from: undefined }, "ti.from"],
    ["a root of fields that is cut off", { ...TRANSACTION_INFORMATION, eventFields: "0x1234" }, "ti.eventFields"],
    ["a root of fields that is no text", { ...TRANSACTION_INFORMATION, eventFields: null }, "ti.eventFields"],
    ["a buyer without an address", { ...TRANSACTION_INFORMATION, to: { name: "N" } }, "ti.to.address"],
  ];
  for (const [name, value, path] of failures) {
    it(`refuses ${name} with its path`, () => {
      expect(() => check(value))
        .to.throw(CareProofError)
        .that.includes({ code: "TRANSACTION_INFORMATION_INVALID", path });
    });
  }
});
