import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";

import {
  EVENT,
  PACKAGES,
  caseAtPharmacy,
  deploySupplyChain,
  ids,
  palletAtWholesaler,
} from "../support/provenanceParties";

describe("a package's way from its maker to the patient", () => {
  it("needs one transaction a step, and the proof of that package", async () => {
    const chain = await loadFixture(deploySupplyChain);
    const { provenance, pharmacyKey, run, pharmacy } = chain;
    await palletAtWholesaler(chain);
    await caseAtPharmacy(chain);
    const origin = run.originOf(PACKAGES[0]!);
    expect(await provenance.custodianOf(ids.packages[0]!, origin)).to.equal(pharmacy.address);
    await provenance.connect(pharmacyKey).dispense(ids.packages[0]!, origin, 0, true, EVENT);
    expect((await provenance.itemOf(ids.packages[0]!)).disposition).to.equal(9n);
  });
});
