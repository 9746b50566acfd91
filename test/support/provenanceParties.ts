/** A drug supply chain for tests: who takes part, one lot with its proofs, and the papers of a shipment. */
import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { id, zeroPadBytes, type BytesLike } from "ethers";
import { ethers } from "hardhat";

import { accredit, deployCareProof, enlist, type Account, type CareProof } from "./careproof";
import { lotKey, lotLeaf, lotNumberBytes } from "../../src/provenance/lot.js";
import { tokenIdOf, type ProductIdentifier, type Sgtin, type Sscc } from "../../src/provenance/tokenId.js";
import { MerkleTree } from "../../src/utils/merkle.js";
import { ROLES, type RoleName } from "../../src/participants/roles.js";

/** A GS1 company prefix of the manufacturer: from GS1's own examples. */
export const PREFIX = { prefix: 614_141n, digits: "0614141", length: 7 };
/** A GTIN-14 under {@link PREFIX}: indicator 0, item 12345, check digit 2. */
export const GTIN = "00614141123452";
/** The lot of the tests. */
export const LOT = { gtin: GTIN, lotNumber: "L-2026/01", key: lotKey(GTIN, "L-2026/01") };
/** Units in a package of it. */
export const UNITS = 30;

/** An SSCC under {@link PREFIX} by its serial reference (up to 9 digits). */
export function sscc(reference: number, prefix = PREFIX.digits): Sscc {
  const body = `1${prefix}${reference.toString().padStart(16 - prefix.length, "0")}`;
  let sum = 0;
  for (let i = 0; i < body.length; i++) sum += Number(body[body.length - 1 - i]) * (i % 2 === 0 ? 3 : 1);
  return { kind: "sscc", sscc: `${body}${(10 - (sum % 10)) % 10}` };
}

/** A package of {@link GTIN}. */
export function sgtin(serial: string, gtin = GTIN): Sgtin {
  return { kind: "sgtin", gtin, serial };
}

/** Where a thing was commissioned, as the contract takes it. */
export interface Origin {
  lot: bigint;
  run: number;
  path: bigint[];
  proof: string[];
  prefixLength: number;
}

/** For what is a token already. */
export const NO_ORIGIN: Origin = { lot: 0n, run: 0, path: [], proof: [], prefixLength: 0 };

/** One thing of a lot and the containers around it, the innermost first. */
export interface Leaf {
  identifier: ProductIdentifier;
  path: ProductIdentifier[];
}

/** A commissioning run: its tree, and the origin of each thing in it. */
export interface Run {
  root: string;
  originOf(identifier: ProductIdentifier): Origin;
}

/** The tree of `leaves` as run number `run` of a lot. */
export async function treeOf(leaves: readonly Leaf[], run = 0, lot = LOT.key): Promise<Run> {
  const tree = await MerkleTree.build(
    leaves.map(({ identifier, path }) => ethers.getBytes(lotLeaf(lot, identifier, path))),
  );
  return {
    root: tree.root,
    originOf(identifier) {
      const token = tokenIdOf(identifier);
      const index = leaves.findIndex((leaf) => tokenIdOf(leaf.identifier) === token);
      const path = leaves[index]!.path.map(tokenIdOf);
      return { lot, run, path, proof: tree.proof(index), prefixLength: PREFIX.length };
    },
  };
}

/** The lot of the tests: a pallet with two cases of three packages each, and a loose package. */
export const PALLET = sscc(1);
export const CASES = [sscc(11), sscc(12)] as const;
export const PACKAGES = ["A1", "A2", "A3", "B1", "B2", "B3"].map((serial) => sgtin(serial));
export const LOOSE = sgtin("LOOSE");
export const LEAVES: Leaf[] = [
  { identifier: PALLET, path: [] },
  ...CASES.map((identifier) => ({ identifier, path: [PALLET] })),
  ...PACKAGES.map((identifier, index) => ({ identifier, path: [CASES[index < 3 ? 0 : 1], PALLET] })),
  { identifier: LOOSE, path: [] },
];

/** Token ids of the same. */
export const ids = {
  pallet: tokenIdOf(PALLET),
  cases: CASES.map(tokenIdOf),
  packages: PACKAGES.map(tokenIdOf),
  loose: tokenIdOf(LOOSE),
};

/** The hash of an EPCIS event, here any. */
export const EVENT = id("an EPCIS event");
/** Evidence, here any. */
export const EVIDENCE = id("evidence");

/** Who takes part; each organisation with the key that acts for it. */
export interface SupplyChain extends CareProof {
  manufacturer: Account;
  manufacturerKey: Account;
  wholesaler: Account;
  wholesalerKey: Account;
  otherWholesaler: Account;
  pharmacy: Account;
  pharmacyKey: Account;
  otherPharmacy: Account;
  carrier: Account;
  regulator: Account;
  stranger: Account;
  run: Run;
}

/** The first day on which the lot of the tests is expired (days since 1970-01-01 UTC) is the one after this. */
export async function expirationDate(days = 365): Promise<number> {
  return Math.floor((await time.latest()) / 86_400) + days;
}

/** Deploys CareProof, accredits a supply chain, and commissions {@link LOT}. Use it through `loadFixture`. */
export async function deploySupplyChain(): Promise<SupplyChain> {
  const system = await loadFixture(deployCareProof);
  const organisation = (): Account => ethers.Wallet.createRandom(ethers.provider);
  const chain = {
    manufacturer: organisation(),
    manufacturerKey: organisation(),
    wholesaler: organisation(),
    wholesalerKey: organisation(),
    otherWholesaler: organisation(),
    pharmacy: organisation(),
    pharmacyKey: organisation(),
    otherPharmacy: organisation(),
    carrier: organisation(),
    regulator: organisation(),
    stranger: organisation(),
  };
  for (const account of Object.values(chain)) {
    await system.deployer.sendTransaction({ to: account.address, value: ethers.parseEther("10") });
  }
  await accredit(system, chain.manufacturer, "MANUFACTURER");
  await accredit(system, chain.wholesaler, "WHOLESALE_DISTRIBUTOR");
  await accredit(system, chain.otherWholesaler, "WHOLESALE_DISTRIBUTOR");
  await accredit(system, chain.pharmacy, "DISPENSER");
  await accredit(system, chain.otherPharmacy, "DISPENSER");
  await accredit(system, chain.carrier, "THIRD_PARTY_LOGISTICS_PROVIDER");
  await accredit(system, chain.regulator, "DRUG_REGULATOR");
  await enlist(system, chain.manufacturer, chain.manufacturerKey, "MANUFACTURER");
  await enlist(system, chain.wholesaler, chain.wholesalerKey, "WHOLESALE_DISTRIBUTOR");
  await enlist(system, chain.pharmacy, chain.pharmacyKey, "DISPENSER");
  await system.companyPrefixes
    .connect(system.gs1MemberOrganisation)
    .register(PREFIX.prefix, PREFIX.length, chain.manufacturer.address);
  const run = await treeOf(LEAVES);
  await system.provenance.connect(chain.manufacturerKey).commissionLot(await lotTerms(), run.root, EVENT);
  return { ...system, ...chain, run };
}

/** What the manufacturer says of {@link LOT}. */
export async function lotTerms(): Promise<{
  gtin: bigint;
  prefixLength: number;
  lotNumber: BytesLike;
  expirationDate: number;
  units: number;
}> {
  return {
    gtin: BigInt(GTIN),
    prefixLength: PREFIX.length,
    lotNumber: lotNumberBytes(LOT.lotNumber),
    expirationDate: await expirationDate(),
    units: UNITS,
  };
}

/** The papers of a shipment. */
export interface Shipment {
  to: string;
  senderRole: number;
  receiverRole: number;
  transactionStatement: number;
  transactionInformation: string;
  proofs: string;
  eventHash: string;
}

/** A shipment with whole papers. */
export function shipment(
  to: { address: string },
  senderRole: RoleName,
  receiverRole: RoleName,
  change: Partial<Shipment> = {},
): Shipment {
  return {
    to: to.address,
    senderRole: ROLES[senderRole],
    receiverRole: ROLES[receiverRole],
    transactionStatement: 0x7f,
    transactionInformation: id("transaction information"),
    proofs: zeroPadBytes("0x01", 32),
    eventHash: EVENT,
    ...change,
  };
}

/** Sends tokens from one partner to another, who receives them. */
export async function hand(
  chain: SupplyChain,
  tokens: readonly bigint[],
  from: readonly [Account, RoleName],
  to: readonly [Account, RoleName],
): Promise<void> {
  await chain.provenance.connect(from[0]).ship([...tokens], shipment(to[0], from[1], to[1]));
  await chain.provenance.connect(to[0]).receiveShipment([...tokens], ROLES[to[1]], EVENT);
}

/** The pallet of the lot, as a token of the wholesaler. */
export async function palletAtWholesaler(chain: SupplyChain): Promise<void> {
  await chain.provenance
    .connect(chain.manufacturer)
    .shipFromLot(
      ids.pallet,
      chain.run.originOf(PALLET),
      shipment(chain.wholesaler, "MANUFACTURER", "WHOLESALE_DISTRIBUTOR"),
    );
  await chain.provenance.connect(chain.wholesaler).receiveShipment([ids.pallet], ROLES.WHOLESALE_DISTRIBUTOR, EVENT);
}

/** A case of the pallet, as a token of the pharmacy. */
export async function caseAtPharmacy(chain: SupplyChain, index = 0): Promise<void> {
  const identifier = CASES[index]!;
  await chain.provenance
    .connect(chain.wholesaler)
    .take(tokenIdOf(identifier), chain.run.originOf(identifier), ROLES.WHOLESALE_DISTRIBUTOR, EVENT);
  await hand(
    chain,
    [tokenIdOf(identifier)],
    [chain.wholesaler, "WHOLESALE_DISTRIBUTOR"],
    [chain.pharmacy, "DISPENSER"],
  );
}
