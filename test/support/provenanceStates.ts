/** What tests say of the states of packages and containers: names, who stands how, and what the chain says of a thing. */
import { time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { AbiCoder, ZeroAddress, id as keccakOf, keccak256 } from "ethers";

import { accreditorFor, type Account, type CareProof } from "./careproof";
import { treeOf as merkleTreeOf } from "./merkle";
import { EVENT, LOT, NO_ORIGIN, PREFIX, lotTerms, type Origin, type SupplyChain } from "./provenanceParties";
import { ROLES, STANDINGS, type RoleName, type Standing } from "../../src/participants/roles.js";
import { lotKey, lotNumberBytes } from "../../src/provenance/lot.js";
import { ITEM_DISPOSITIONS, OBSTACLES, type ItemDisposition, type Obstacle } from "../../src/provenance/statuses.js";

export { ITEM_DISPOSITIONS as DISPOSITIONS, OBSTACLES, type ItemDisposition as Disposition, type Obstacle };

/** The number of a disposition, obstacle or standing. */
export const disposition = (name: ItemDisposition): bigint => BigInt(ITEM_DISPOSITIONS.indexOf(name));
export const obstacle = (name: Obstacle): bigint => BigInt(OBSTACLES.indexOf(name));
export const standing = (name: Standing): bigint => BigInt(STANDINGS.indexOf(name));

/** Numbers of roles in which nobody owns medicines, and of none. */
export const OTHER_ROLES = [ROLES.PROVIDER, ROLES.THIRD_PARTY_LOGISTICS_PROVIDER, ROLES.DRUG_REGULATOR, 9, 55, 300];

/** Today, in days since 1970-01-01 UTC. */
export const today = async (): Promise<number> => Math.floor((await time.latest()) / 86_400);

/** What {@link stateOf} says; `owner` is null of what is no token. */
export interface State {
  disposition: ItemDisposition;
  party: string;
  lot: bigint;
  origin: bigint;
  day: bigint;
  owner: string | null;
  container: bigint;
  custodian: string;
}

/** Everything that a step can change of a thing that is stored. */
export async function stateOf({ provenance }: CareProof, id: bigint): Promise<State> {
  const item = await provenance.itemOf(id);
  return {
    disposition: ITEM_DISPOSITIONS[Number(item.disposition)]!,
    party: item.party,
    lot: item.lot,
    origin: item.origin,
    day: item.day,
    owner: await provenance.ownerOf(id).catch(() => null),
    container: await provenance.containerOf(id),
    custodian: await provenance.custodianOf(id, NO_ORIGIN),
  };
}

/** Asserts {@link stateOf} of a token in no container: held by `owner`, from the lot of the tests unless `expected` differs. */
export async function expectToken(
  chain: SupplyChain,
  id: bigint,
  owner: Account,
  expected: Partial<State> = {},
): Promise<void> {
  expect(await stateOf(chain, id)).to.deep.equal({
    disposition: "Active",
    party: ZeroAddress,
    lot: LOT.key,
    day: 0n,
    owner: owner.address,
    container: 0n,
    custodian: owner.address,
    ...expected,
    origin: expected.origin ?? (await stateOf(chain, id)).origin,
  });
}

/** What `verify` answers. */
export async function verificationOf({ provenance }: CareProof, id: bigint, origin: Origin = NO_ORIGIN) {
  const { obstacle, disposition, custodian, receivedFrom, lotKey, lot } = await provenance.verify(id, origin);
  return {
    obstacle: OBSTACLES[Number(obstacle)]!,
    disposition: ITEM_DISPOSITIONS[Number(disposition)]!,
    custodian,
    receivedFrom,
    lotKey,
    lot: [...lot] as unknown[],
  };
}

/** The leaf of a thing before its last hash, as docs/lots.md describes it. */
export function leafDigest(id: bigint, path: readonly bigint[], lot = LOT.key): string {
  const tag = keccakOf("CareProof.LotLeaf(uint56 lot,uint256 id,uint256[] path)");
  return keccak256(
    AbiCoder.defaultAbiCoder().encode(["bytes32", "uint56", "uint256", "uint256[]"], [tag, lot, id, [...path]]),
  );
}

/** What is stored of where a thing was commissioned: the upper 16 bits of its leaf, xor the run, never zero. */
export function originTag(id: bigint, path: readonly bigint[], run = 0, lot = LOT.key): bigint {
  const tag = (BigInt(keccak256(leafDigest(id, path, lot))) >> 240n) ^ BigInt(run);
  return tag === 0n ? 1n : tag;
}

/** Token ids with the containers around each, the innermost first: any numbers, also such that no key has. */
export type Entry = readonly [id: bigint, ...path: bigint[]];

/** A run over any numbers, by OpenZeppelin's tree; `originOf` for its entry of that index. */
export function rawRun(entries: readonly Entry[], run = 0, lot = LOT.key, prefixLength = PREFIX.length) {
  const digests = entries.map(([id, ...path]) => leafDigest(id, path, lot));
  const tree = merkleTreeOf(digests);
  return {
    root: tree.root,
    originOf: (index: number): Origin => {
      const [, ...path] = entries[index]!;
      return { lot, run, path, proof: tree.proofOf(digests[index]!), prefixLength };
    },
  };
}

/** Commissions a lot of any entries, for who holds the prefix of `gtin`; returns the origin of the entry of an index. */
export async function commission(
  chain: SupplyChain,
  maker: Account,
  gtin: string,
  lotNumber: string,
  entries: readonly Entry[],
  change: { prefixLength?: number; expirationDate?: number } = {},
): Promise<(index: number) => Origin> {
  const terms = { ...(await lotTerms()), gtin: BigInt(gtin), lotNumber: lotNumberBytes(lotNumber), ...change };
  const { root, originOf } = rawRun(entries, 0, lotKey(gtin, lotNumber), terms.prefixLength);
  await chain.provenance.connect(maker).commissionLot(terms, root, EVENT);
  return originOf;
}

/** Adds run 1 of the lot of the tests; returns the origin of the entry of an index. */
export async function commissionSecondRun(
  chain: SupplyChain,
  entries: readonly Entry[],
): Promise<(index: number) => Origin> {
  const { root, originOf } = rawRun(entries, 1);
  await chain.provenance.connect(chain.manufacturer).commissionRun(LOT.key, 1, root, PREFIX.length, EVENT);
  return originOf;
}

/** Suspends, withdraws or reinstates what `account` is accredited for, as who accredits for it. */
export async function supervise(
  system: CareProof,
  act: "suspend" | "reinstate" | "withdraw",
  account: { address: string },
  role: RoleName,
): Promise<void> {
  await system.participants.connect(accreditorFor(system, role))[act](account.address, ROLES[role]);
}

/** Recalls the lot of the tests. */
export async function recall(chain: SupplyChain, lot = LOT.key): Promise<void> {
  await chain.provenance.connect(chain.regulator).recallLot(lot, 2, ROLES.DRUG_REGULATOR, EVENT);
}
