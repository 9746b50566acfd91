import { expect } from "chai";

import { historyPage, TRANSACTION_STATEMENTS } from "../../../src/provenance/index.js";
import { dispensed, event, historyOf, MAKER, OTHER_PHARMACY, packageId, PHARMACY, toPharmacy } from "./handMade";

/** The page's text without its tags. */
const textOf = (page: string): string =>
  page
    .replace(/<style>[^]*<\/style>/, "")
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ");

describe("historyPage", () => {
  it("has the verdict, every step, the transaction information, history and the seven statements", () => {
    const text = textOf(historyPage(historyOf(toPharmacy()), { parties: { [MAKER]: { name: "Invented Pharma" } } }));
    expect(text).to.include("Verdict at 2026-01-05T04:00:00Z: genuine; it can be sold");
    for (const words of ["lot commissioned by Invented Pharma", "container 395211410000000022", "2028-02-29"]) {
      expect(text).to.include(words);
    }
    expect(text).to.include("Transaction 1").and.include("Transaction 2").and.not.include("Transaction 3");
    for (const [letter, sentence] of Object.entries(TRANSACTION_STATEMENTS)) {
      expect(text).to.include(`(${letter}) ${sentence}`);
    }
    expect(text).to.include("National Drug Code not known");
  });

  it("warns where a reader cannot miss it", () => {
    const events = [
      ...toPharmacy(),
      dispensed(40),
      event(41, "DuplicateDispense", { id: packageId, dispenser: PHARMACY, second: OTHER_PHARMACY }),
      event(42, "LotRecalled", { by: MAKER, recallClass: 1n }),
    ];
    const history = historyOf(events, { obstacle: "Supplied", disposition: 9n, contestedBy: OTHER_PHARMACY });
    const page = historyPage(history, { parties: { [PHARMACY]: { name: "Fictional Pharmacy" } } });
    expect(page).to.match(/<ul class="warnings" role="alert">/);
    expect(textOf(page))
      .to.include(`WARNING: dispensed by Fictional Pharmacy (${PHARMACY}) and offered again by ${OTHER_PHARMACY}`)
      .and.include("WARNING: lot ABC/1 is recalled (class I)");
    expect(historyPage(historyOf(toPharmacy()))).to.not.include('class="warnings"');
  });

  it("escapes all that comes from outside, and loads and runs nothing", () => {
    const evil = `<img src=x onerror="alert(1)">&'`;
    const page = historyPage(historyOf(toPharmacy()), {
      parties: { [MAKER]: { name: evil, address: evil, gln: evil } },
      product: { name: evil, ndc: evil, strength: evil, dosageForm: evil, containerSize: evil },
    });
    expect(page).to.not.include("<img").and.to.not.include('onerror="');
    expect(page.split("&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&amp;&#39;").length - 1).to.be.at.least(9);
    // Its serial number has characters of HTML too.
    expect(page).to.include("A&lt;1&quot;").and.to.not.include('A<1"');
    expect(page).to.not.match(/<(?:script|link|iframe|img|object|embed)\b|<[^>]*\s(?:src|href|on\w+)=/i);
    expect(page).to.include(`content="default-src 'none'; style-src 'unsafe-inline'"`);
  });
});
