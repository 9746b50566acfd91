/** The supply chain of the tests with stock where a test needs it, and time that passes. */
import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { id as hashOf } from "ethers";

import { accredit } from "./careproof";
import {
  EVENT,
  EVIDENCE,
  LOOSE,
  NO_ORIGIN,
  PACKAGES,
  deploySupplyChain,
  hand,
  ids,
  palletAtWholesaler,
  shipment,
  sscc,
  type Shipment,
  type SupplyChain,
} from "./provenanceParties";
import { ROLES } from "../../src/participants/roles.js";
import { tokenIdOf } from "../../src/provenance/tokenId.js";

/** A GS1 company prefix of the wholesaler: for its own totes. */
export const WHOLESALER_PREFIX = { prefix: 9_521_141n, digits: "9521141", length: 7 };

/** Token id of a tote of the wholesaler. */
export const tote = (reference: number): bigint => tokenIdOf(sscc(reference, WHOLESALER_PREFIX.digits));

/** What the papers of {@link sale} and {@link giveBack} say. */
export const INFORMATION = hashOf("transaction information of a test");
export const PROOFS = hashOf("a proof file");

/** Papers from a wholesaler to a dispenser. */
export const sale = (to: { address: string }, change: Partial<Shipment> = {}) =>
  shipment(to, "WHOLESALE_DISTRIBUTOR", "DISPENSER", {
    transactionInformation: INFORMATION,
    proofs: PROOFS,
    ...change,
  });
/** Papers from a wholesaler to the maker. */
export const giveBack = (to: { address: string }, change: Partial<Shipment> = {}) =>
  sale(to, { receiverRole: ROLES.MANUFACTURER, ...change });

/** The wholesaler holds the pallet, a token, with all else in it, and a company prefix. */
export async function deployWithPallet(): Promise<SupplyChain> {
  const chain = await loadFixture(deploySupplyChain);
  await palletAtWholesaler(chain);
  await chain.companyPrefixes
    .connect(chain.gs1MemberOrganisation)
    .register(WHOLESALER_PREFIX.prefix, WHOLESALER_PREFIX.length, chain.wholesaler.address);
  return chain;
}

/** As {@link deployWithPallet}; the packages A1, A2 and A3 are taken out of it, tokens of the wholesaler. */
export async function deployWithPackages(): Promise<SupplyChain> {
  const chain = await loadFixture(deployWithPallet);
  for (const identifier of PACKAGES.slice(0, 3)) {
    await chain.provenance
      .connect(chain.wholesaler)
      .take(tokenIdOf(identifier), chain.run.originOf(identifier), ROLES.WHOLESALE_DISTRIBUTOR, EVENT);
  }
  return chain;
}

/** As {@link deployWithPackages}; of A1, A2 and A3 the pharmacy is the owner. */
export async function deployWithPharmacy(): Promise<SupplyChain> {
  const chain = await loadFixture(deployWithPackages);
  await hand(
    chain,
    ids.packages.slice(0, 3),
    [chain.wholesaler, "WHOLESALE_DISTRIBUTOR"],
    [chain.pharmacy, "DISPENSER"],
  );
  return chain;
}

/** The loose package as a token of the maker. */
export async function takeLoose(chain: SupplyChain): Promise<void> {
  await chain.provenance
    .connect(chain.manufacturer)
    .take(ids.loose, chain.run.originOf(LOOSE), ROLES.MANUFACTURER, EVENT);
}

/** Puts a token into quarantine, as the regulator. */
export async function quarantine(chain: SupplyChain, id: bigint, origin = NO_ORIGIN): Promise<void> {
  await chain.investigations.connect(chain.regulator).quarantine(id, origin, ROLES.DRUG_REGULATOR, EVIDENCE);
}

/** Puts a token into quarantine and finds it illegitimate. */
export async function condemn(chain: SupplyChain, id: bigint): Promise<void> {
  await quarantine(chain, id);
  await chain.investigations.connect(chain.regulator).condemn(id, ROLES.DRUG_REGULATOR, EVIDENCE);
}

export async function passDays(days: number): Promise<void> {
  await time.increase(days * 86_400);
}

/** The first day on which the lot of the tests is expired; organisations are accredited anew, keys are not. */
export async function expire(chain: SupplyChain): Promise<void> {
  await passDays(366);
  await accredit(chain, chain.manufacturer, "MANUFACTURER");
  await accredit(chain, chain.wholesaler, "WHOLESALE_DISTRIBUTOR");
  await accredit(chain, chain.pharmacy, "DISPENSER");
  await accredit(chain, chain.otherPharmacy, "DISPENSER");
  await accredit(chain, chain.regulator, "DRUG_REGULATOR");
}
