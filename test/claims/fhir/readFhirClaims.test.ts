import { expect } from "chai";

import { readFhirClaims } from "../../../src/claims/index.js";
import { refusal } from "../../support/refusal";
import { bundle, claim, found, item, readAll, usd } from "./resources";

const PATIENT = { resourceType: "Patient", id: "TESTPATIENT" };
const EUR = { value: 100, currency: "EUR" };

describe("FHIR claims of a text", () => {
  it("are summed, and what is no claim is counted", async () => {
    const reading = await readAll([
      bundle(PATIENT, claim(), bundle(claim({ id: "c2" }), PATIENT)),
      claim({ id: "c3" }),
    ]);
    expect(reading.summary).to.deep.equal({
      transactions: 2,
      claims: 3,
      totalCharge: "300.00",
      totalPaid: "0.00",
      balanced: true,
      leftOut: { transactions: 0, claims: 0, totalCharge: "0.00" },
    });
    expect(reading.claims.map(({ path }) => path)).to.deep.equal([
      "Bundle.entry[1].resource",
      "Bundle.entry[2].resource.entry[0].resource",
      "Claim",
    ]);
    expect(reading.passedOver).to.deep.equal({ Patient: 2 });
  });

  it("leave out an entry that is no resource, and read the rest", async () => {
    const reading = await readAll([bundle(1, { resourceType: "Nothing" }, claim({ total: usd(1) }), claim())]);
    expect(found(reading)).to.deep.equal([
      "FHIR_INVALID resource Bundle.entry[0].resource",
      "FHIR_INVALID resource Bundle.entry[1].resource",
      "CHARGE_UNBALANCED claim Bundle.entry[2].resource.total.value",
    ]);
    expect(reading.summary).to.deep.include({
      claims: 1,
      balanced: false,
      leftOut: { transactions: 0, claims: 1, totalCharge: "1.00" },
    });
  });

  it("leave out a Bundle whose entries are no array, and read entries without a resource", async () => {
    const reading = await readAll([
      { resourceType: "Bundle", entry: {} },
      { resourceType: "Bundle", entry: [{ fullUrl: "urn:x" }, { resource: claim() }] },
      { resourceType: "Bundle" },
    ]);
    expect(found(reading)).to.deep.equal(["FHIR_INVALID resource Bundle.entry"]);
    expect(reading.summary).to.deep.include({ transactions: 3, claims: 1 });
  });

  it("leave out a line that is no JSON with its place, and read the rest", async () => {
    const texts = ["{", JSON.stringify(claim())].map((text, i) => ({
      text,
      source: { name: "claims.ndjson", firstLine: i + 1 },
    }));
    const reading = await readFhirClaims(texts);
    expect(found(reading)).to.deep.equal(["JSON_INVALID text claims.ndjson:1:2"]);
    expect(reading.problems[0]!.message).to.match(/^not JSON: /);
    expect(reading.claims[0]!.path).to.equal("claims.ndjson:2 Claim");
    expect(reading.summary.leftOut).to.include({ transactions: 1, claims: 0 });
  });

  it("are refused where nothing can be read", async () => {
    expect(await refusal(() => readAll(["{"]))).to.include({ code: "JSON_INVALID" });
    expect(await refusal(() => readAll(['{"resourceType":"Nothing"}']))).to.include({ code: "FHIR_INVALID" });
    expect(await refusal(() => readAll([]))).to.include({ code: "INPUT_EMPTY" });
  });

  it("are left out in a currency that the plan does not have", async () => {
    const reading = await readAll([claim(), claim({ item: [item({ net: EUR })], total: EUR })], { currency: "EUR" });
    expect(found(reading)).to.deep.equal(["CURRENCY_MISMATCH claim Claim.item[0].net.currency"]);
    expect(reading.problems[0]!.message).to.equal('is "USD", expected EUR');
    expect(reading.claims.map(({ currency, charge }) => [currency, charge])).to.deep.equal([["EUR", "100.00"]]);
  });

  it("are of the currency of the first where none is asked for: sums are of one", async () => {
    const euros = claim({ id: "c2", item: [item({ net: EUR })], total: EUR });
    const reading = await readAll([claim(), euros]);
    expect(found(reading)).to.deep.equal(["CURRENCY_MISMATCH claim Claim.item[0].net.currency"]);
    expect(reading.summary).to.deep.include({
      totalCharge: "100.00",
      leftOut: { transactions: 0, claims: 1, totalCharge: "100.00" },
    });
  });

  it("are read where amounts name no currency", async () => {
    const plain = claim({ item: [item({ net: { value: 5 } })], total: { value: 5 } });
    const { claims } = await readAll([plain], { currency: "USD" });
    expect(claims[0]).to.include({ charge: "5.00" });
    expect(claims[0]).not.to.have.property("currency");
  });
});
