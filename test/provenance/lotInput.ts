/** A small lot for tests: three packages in a case on a pallet, one beside the case, one case by itself, two loose packages. */
import { concat, keccak256 } from "ethers";

import { lotCountLeaf, lotKey, lotLeaf } from "../../src/provenance/lot.js";
import type { LotItem } from "../../src/provenance/lotContents.js";
import type { LotRun } from "../../src/provenance/lotRun.js";
import type { Sgtin, Sscc } from "../../src/provenance/tokenId.js";

/** GTIN of GS1's own example company prefix. */
export const GTIN = "09521141123454";

export const RUN: LotRun = {
  gtin: GTIN,
  lotNumber: "ABC/1",
  expirationDate: "2028-02-29",
  run: 0,
  prefixLength: 7,
};

export const SALT = `0x${"5a".repeat(32)}`;

/** The SSCC with a serial reference of 9 digits, under the same prefix. */
export function ssccOf(reference: number): string {
  const digits = `39521141${String(reference).padStart(9, "0")}`;
  let sum = 0;
  for (const [i, digit] of Array.from(digits).entries()) sum += Number(digit) * (i % 2 === 0 ? 3 : 1);
  return digits + String((10 - (sum % 10)) % 10);
}

export const sscc = (reference: number): Sscc => ({ kind: "sscc", sscc: ssccOf(reference) });
export const sgtin = (serial: string, gtin = GTIN): Sgtin => ({ kind: "sgtin", gtin, serial });
export const item = (serial: string, ...path: number[]): LotItem => ({
  identifier: sgtin(serial),
  path: path.map(sscc),
});

export const PALLET = 1;
export const CASE = 2;
export const LONE_CASE = 3;

/** In the order in which a line might report them, not the tree's. */
export const ITEMS: readonly LotItem[] = [
  item("loose2"),
  item("c", CASE, PALLET),
  item("A", CASE, PALLET),
  item("beside", PALLET),
  item("lone", LONE_CASE),
  item("LOOSE", ...[]),
  item('b"%,;z', CASE, PALLET),
];

/** What the tree must have, by hand: each leaf in its place, hashed by ethers. */
export const LEAVES: readonly string[] = [
  leaf(sscc(PALLET)),
  leaf(sgtin("beside"), PALLET),
  leaf(sscc(CASE), PALLET),
  leaf(sgtin("A"), CASE, PALLET),
  leaf(sgtin('b"%,;z'), CASE, PALLET),
  leaf(sgtin("c"), CASE, PALLET),
  leaf(sscc(LONE_CASE)),
  leaf(sgtin("lone"), LONE_CASE),
  leaf(sgtin("LOOSE")),
  leaf(sgtin("loose2")),
  lotCountLeaf(lotKey(GTIN, RUN.lotNumber), 7, 3, SALT),
];

export function leaf(identifier: Sgtin | Sscc, ...path: number[]): string {
  return lotLeaf(lotKey(GTIN, RUN.lotNumber), identifier, path.map(sscc));
}

/** Where a proof leads, as OpenZeppelin's `MerkleProof` computes it. */
export function rootOf(start: string, proof: readonly string[]): string {
  return proof.reduce((node, sibling) => keccak256(concat(node < sibling ? [node, sibling] : [sibling, node])), start);
}

/** The error of a promise that must fail. */
export async function failure(promise: Promise<unknown>): Promise<{ code: string; message: string }> {
  try {
    await promise;
  } catch (error) {
    return error as { code: string; message: string };
  }
  throw new Error("it did not fail");
}
