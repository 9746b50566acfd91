import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";

import { ROLES } from "../../src/participants/roles.js";
import {
  EVENT,
  NO_ORIGIN,
  PACKAGES,
  CASES,
  caseAtPharmacy,
  deploySupplyChain,
  ids,
  palletAtWholesaler,
} from "../support/provenanceParties";

describe("a package's way from its maker to the patient", () => {
  it("costs one event a step, however much is in the pallet", async () => {
    const chain = await loadFixture(deploySupplyChain);
    const { provenance, pharmacyKey, run, pharmacy } = chain;
    await palletAtWholesaler(chain);
    await caseAtPharmacy(chain);
    const origin = run.originOf(PACKAGES[0]!);
    expect(await provenance.custodianOf(ids.packages[0]!, origin)).to.equal(pharmacy.address);
    const gas: Record<string, bigint> = {};
    const tx = await provenance.connect(pharmacyKey).dispense(ids.packages[0]!, origin, 0, true, EVENT);
    gas.dispense = (await tx.wait())!.gasUsed;
    expect((await provenance.itemOf(ids.packages[0]!)).disposition).to.equal(9n);
  });
});
