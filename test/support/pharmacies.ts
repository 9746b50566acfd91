/** Stock at a pharmacy for tests of dispensing and investigations, and the states that a package can be brought into. */
import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { ethers } from "hardhat";

import { ROLES, STANDINGS, type RoleName, type Standing } from "../../src/participants/roles.js";
import { ITEM_DISPOSITIONS, OBSTACLES } from "../../src/provenance/statuses.js";
import { tokenIdOf, type ProductIdentifier } from "../../src/provenance/tokenId.js";
import { accredit, enlist, type Account } from "./careproof";
import {
  CASES,
  EVENT,
  EVIDENCE,
  LOOSE,
  LOT,
  NO_ORIGIN,
  PACKAGES,
  caseAtPharmacy,
  deploySupplyChain,
  ids,
  palletAtWholesaler,
  shipment,
  sscc,
  type Origin,
  type SupplyChain,
} from "./provenanceParties";

const numbered = <Name extends string>(...names: Name[]) =>
  Object.fromEntries(names.map((name, number) => [name, BigInt(number)])) as Record<Name, bigint>;

/** `IItems.Disposition`, in its order. */
export const DISPOSITION = numbered(...ITEM_DISPOSITIONS);
export type DispositionName = keyof typeof DISPOSITION;

/** `IItems.Obstacle`, in its order. */
export const OBSTACLE = numbered(...OBSTACLES);

/** The number of a standing. */
export const standing = (name: Standing): bigint => BigInt(STANDINGS.indexOf(name));

/** An hour and a day, in seconds. */
export const HOUR = 3600n;
export const DAY = 24n * HOUR;

/** A GS1 company prefix of the pharmacy, and a tote under it. */
export const PHARMACY_PREFIX = { prefix: 9_521_321n, digits: "9521321", length: 7 };
export const TOTE = tokenIdOf(sscc(7, PHARMACY_PREFIX.digits));

/** The package of the tests: it is in the case that the pharmacy holds. The second is beside it. */
export const PACKAGE = ids.packages[0]!;
export const SECOND = ids.packages[1]!;
/** One in the other case, on the pallet that the wholesaler holds. */
export const ELSEWHERE = ids.packages[3]!;

/** A supply chain whose first case is at the pharmacy, nothing in it touched; the pallet with the other is at the wholesaler. */
export interface Pharmacies extends SupplyChain {
  otherPharmacyKey: Account;
  regulatorKey: Account;
  /** A key of the pharmacy for another role than that of a dispenser. */
  clerk: Account;
  /** A manufacturer of other medicines. */
  otherManufacturer: Account;
  origins: { package: Origin; second: Origin; elsewhere: Origin; loose: Origin; case: Origin };
}

/** Deploys {@link Pharmacies}. Use it through `loadFixture`. */
export async function deployPharmacies(): Promise<Pharmacies> {
  const chain = await loadFixture(deploySupplyChain);
  await palletAtWholesaler(chain);
  await caseAtPharmacy(chain);
  const funded = async (): Promise<Account> => {
    const account = ethers.Wallet.createRandom(ethers.provider);
    await chain.deployer.sendTransaction({ to: account.address, value: ethers.parseEther("10") });
    return account;
  };
  const accounts = {
    otherPharmacyKey: await funded(),
    regulatorKey: await funded(),
    clerk: await funded(),
    otherManufacturer: await funded(),
  };
  await enlist(chain, chain.otherPharmacy, accounts.otherPharmacyKey, "DISPENSER");
  await enlist(chain, chain.regulator, accounts.regulatorKey, "DRUG_REGULATOR");
  await enlist(chain, chain.pharmacy, accounts.clerk, "PROVIDER");
  await accredit(chain, accounts.otherManufacturer, "MANUFACTURER");
  await chain.companyPrefixes
    .connect(chain.gs1MemberOrganisation)
    .register(PHARMACY_PREFIX.prefix, PHARMACY_PREFIX.length, chain.pharmacy.address);
  const originOf = (identifier: ProductIdentifier): Origin => chain.run.originOf(identifier);
  const origins = {
    package: originOf(PACKAGES[0]!),
    second: originOf(PACKAGES[1]!),
    elsewhere: originOf(PACKAGES[3]!),
    loose: originOf(LOOSE),
    case: originOf(CASES[1]),
  };
  return { ...chain, ...accounts, origins };
}

/** The time of the next transaction, a minute from now, as unix seconds. */
export async function nextTime(): Promise<bigint> {
  const at = BigInt(await time.latest()) + 60n;
  await time.setNextBlockTimestamp(at);
  return at;
}

/** What is stored of a thing, by the names of its fields. */
export async function itemOf(
  { provenance }: SupplyChain,
  id: bigint,
): Promise<{ party: string; lot: bigint; origin: bigint; day: bigint; disposition: bigint }> {
  const { party, lot, origin, day, disposition } = await provenance.itemOf(id);
  return { party, lot, origin, day, disposition };
}

/** What is stored of a package once all of it is dispensed at `time`, in unix seconds. */
export function endedItem(
  dispenser: Account,
  time: bigint,
  disposition: "Dispensed" | "Supplied",
): Awaited<ReturnType<typeof itemOf>> {
  return {
    party: dispenser.address,
    lot: LOT.key,
    origin: time >> 16n,
    day: time & 0xffffn,
    disposition: DISPOSITION[disposition],
  };
}

/** How a partner dispenses: whole and handed out, where nothing else is said. */
export interface Dispensing {
  id?: bigint;
  origin?: Origin;
  units?: number;
  supplied?: boolean;
}

/** Dispenses {@link PACKAGE} out of its case, or what is said. */
export function dispense(chain: Pharmacies, by: Account, { id, origin, units, supplied }: Dispensing = {}) {
  return chain.provenance
    .connect(by)
    .dispense(id ?? PACKAGE, origin ?? chain.origins.package, units ?? 0, supplied ?? true, EVENT);
}

/** Makes {@link PACKAGE}, or another, a token of the pharmacy in no container. */
export async function takeOut(chain: Pharmacies, id = PACKAGE, origin = chain.origins.package): Promise<void> {
  await chain.provenance.connect(chain.pharmacy).take(id, origin, ROLES.DISPENSER, EVENT);
}

/** Packs the first two packages of the case into the pharmacy's tote. */
export async function packTote(chain: Pharmacies): Promise<void> {
  await takeOut(chain);
  await takeOut(chain, SECOND, chain.origins.second);
  await chain.provenance
    .connect(chain.pharmacy)
    .pack(TOTE, PHARMACY_PREFIX.length, [PACKAGE, SECOND], ROLES.DISPENSER, EVENT);
}

/** Has the pharmacy hand out ten of the thirty units of {@link PACKAGE}. */
export async function openPackage(chain: Pharmacies): Promise<void> {
  await dispense(chain, chain.pharmacy, { units: 10 });
}

/** Has the regulator put a thing into quarantine. */
export async function quarantine(chain: Pharmacies, id = PACKAGE, origin = NO_ORIGIN): Promise<void> {
  await chain.investigations.connect(chain.regulator).quarantine(id, origin, ROLES.DRUG_REGULATOR, EVIDENCE);
}

/** Has the regulator find a thing illegitimate, which it put into quarantine. */
export async function condemn(chain: Pharmacies, id = PACKAGE, origin = NO_ORIGIN): Promise<void> {
  await quarantine(chain, id, origin);
  await chain.investigations.connect(chain.regulator).condemn(id, ROLES.DRUG_REGULATOR, EVIDENCE);
}

/** Recalls the lot. */
export async function recall({ provenance, manufacturer }: SupplyChain): Promise<void> {
  await provenance.connect(manufacturer).recallLot(LOT.key, 1, ROLES.MANUFACTURER, EVENT);
}

/**
 * Makes the next transaction that of the last second in which the lot is in date, with accreditations that outlast it.
 * @returns that second; the next one is too late
 */
export async function lastSecondOfUse(chain: SupplyChain, ...partners: [Account, RoleName][]): Promise<bigint> {
  const { expirationDate } = await chain.provenance.lotOf(LOT.key);
  const last = (expirationDate + 1n) * DAY - 1n;
  await time.increaseTo(last - 30n * DAY);
  for (const [partner, role] of partners) await accredit(chain, partner, role);
  await time.setNextBlockTimestamp(last);
  return last;
}

/** A way in which {@link PACKAGE} leaves commerce, by its custodian. */
export function disposeAs(
  { provenance, pharmacy, origins }: Pharmacies,
  end: "Exported" | "Destroyed" | "Stolen" | "Lost",
  origin = origins.package,
) {
  return provenance.connect(pharmacy).dispose(PACKAGE, origin, DISPOSITION[end], ROLES.DISPENSER, EVENT);
}

/** Sends {@link PACKAGE} back from the pharmacy to the wholesaler. */
export async function sendBack(chain: Pharmacies): Promise<void> {
  await chain.provenance
    .connect(chain.pharmacy)
    .shipFromLot(PACKAGE, chain.origins.package, shipment(chain.wholesaler, "DISPENSER", "WHOLESALE_DISTRIBUTOR"));
}

/** Sends {@link PACKAGE} back, and has the wholesaler refuse it: it is the pharmacy's, to be checked. */
export async function haveReturnRefused(chain: Pharmacies): Promise<void> {
  await sendBack(chain);
  await chain.provenance.connect(chain.wholesaler).refuse([PACKAGE], ROLES.WHOLESALE_DISTRIBUTOR, EVENT);
}

/** Brings {@link PACKAGE}, which the pharmacy holds, into a disposition. */
export const BRING_INTO = {
  Active: takeOut,
  ReturnInTransit: sendBack,
  Returned: haveReturnRefused,
  Suspect: (chain) => quarantine(chain, PACKAGE, chain.origins.package),
  Illegitimate: (chain) => condemn(chain, PACKAGE, chain.origins.package),
  PartiallyDispensed: openPackage,
  Dispensed: (chain) => dispense(chain, chain.pharmacy, { supplied: false }),
  Supplied: (chain) => dispense(chain, chain.pharmacy),
  Exported: (chain) => disposeAs(chain, "Exported"),
  Destroyed: (chain) => disposeAs(chain, "Destroyed"),
  Stolen: (chain) => disposeAs(chain, "Stolen"),
  Lost: (chain) => disposeAs(chain, "Lost"),
} as const satisfies Partial<Record<DispositionName, (chain: Pharmacies) => Promise<unknown>>>;

/** Who can doubt and decide beside the custodian: each organisation, its role, and who sends for it. */
export const REVIEWERS: Record<
  string,
  { by: (chain: Pharmacies) => Account; who: "manufacturer" | "regulator"; role: "MANUFACTURER" | "DRUG_REGULATOR" }
> = {
  "the maker": { by: ({ manufacturer }) => manufacturer, who: "manufacturer", role: "MANUFACTURER" },
  "a key of the maker": { by: ({ manufacturerKey }) => manufacturerKey, who: "manufacturer", role: "MANUFACTURER" },
  "a regulator": { by: ({ regulator }) => regulator, who: "regulator", role: "DRUG_REGULATOR" },
  "a key of a regulator": { by: ({ regulatorKey }) => regulatorKey, who: "regulator", role: "DRUG_REGULATOR" },
};

/** The other case, which is on the wholesaler's pallet. */
export const OTHER_CASE = ids.cases[1]!;

/** Sends {@link OTHER_CASE} from the wholesaler to the other pharmacy. */
export async function sendCase({ provenance, wholesaler, otherPharmacy, origins }: Pharmacies): Promise<void> {
  await provenance
    .connect(wholesaler)
    .shipFromLot(OTHER_CASE, origins.case, shipment(otherPharmacy, "WHOLESALE_DISTRIBUTOR", "DISPENSER"));
}
