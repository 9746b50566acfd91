import { expect } from "chai";

import { PURPOSES } from "../../src/consent/codes.js";
import {
  denialOf,
  deployWithRepresentative,
  soon,
  startFrom,
  ALL_CATEGORIES,
  ALL_PURPOSES,
  ROUTES,
} from "../support/consentParties";

/** Below the cap on a transaction's gas (EIP-7825: 2^24), with room to spare. */
const WORST_CASE = 12_000_000n;

describe("ConsentRegistry: the worst case of a decision fits one transaction", () => {
  for (const route of ROUTES) {
    it(`a grant and a revocation of all ${Object.keys(PURPOSES).length} purposes ${route.name}`, async () => {
      const parties = await startFrom(deployWithRepresentative);
      const grant = { purposes: ALL_PURPOSES, categories: ALL_CATEGORIES, flags: 7n };
      for (const decide of [
        async () => route.grant(parties, await soon(), grant),
        async () => route.revoke(parties, await soon(), ALL_PURPOSES),
      ]) {
        const receipt = await (await decide()).wait();
        expect(receipt!.gasUsed < WORST_CASE, `${receipt!.gasUsed} gas`).to.equal(true);
      }
      expect(await denialOf(parties)).to.equal("Revoked");
    });
  }
});
