/**
 * The lot that provenance rows prove in, built by the package: a million packages, 50 in a bundle, two bundles in a case, 20
 * cases on a pallet. With its count leaf it fills a tree of 20 levels.
 */
import { checkDigit } from "../../src/provenance/checkDigit.js";
import type { LotItem } from "../../src/provenance/lotContents.js";
import { LotTree } from "../../src/provenance/lotTree.js";
import { proofOf, readProofFile, writeProofFile, type LotProof } from "../../src/provenance/proofFile.js";
import type { ProductIdentifier, Sscc } from "../../src/provenance/tokenId.js";

/** Packages of the lot. */
export const PACKAGES = 1_000_000;
const PACKAGES_A_BUNDLE = 50;
/** Two bundles. */
export const PACKAGES_A_CASE = 100;
const CASES_A_PALLET = 20;
export const PACKAGES_A_PALLET = PACKAGES_A_CASE * CASES_A_PALLET;

/** What its maker says of it. The company prefix is GS1's own example. */
export const LOT = {
  gtin: "09521141123454",
  lotNumber: "BENCH",
  expirationDate: "2040-12-31",
  companyPrefix: "9521141",
  prefixLength: 7,
} as const;

/** Something in the lot, and its place on the pallets. */
export interface Thing {
  readonly identifier: ProductIdentifier;
  readonly pallet: number;
}

/** A package by its index; its serial has 20 characters, the dearest. */
export function packageAt(index: number): Thing {
  const identifier = { kind: "sgtin", gtin: LOT.gtin, serial: `CAREPROOF${String(index).padStart(11, "0")}` } as const;
  return { identifier, pallet: Math.floor(index / PACKAGES_A_PALLET) };
}

/** A case by its index. */
export function caseAt(index: number): Thing {
  return { identifier: ssccOf("2", index), pallet: Math.floor(index / CASES_A_PALLET) };
}

/** A pallet by its index. */
export function palletAt(index: number): Thing {
  return { identifier: ssccOf("3", index), pallet: index };
}

/** Builds the tree; the salt of its count leaf is fixed, so that every run measures the same. */
export function buildMillionLot(): Promise<LotTree> {
  const { gtin, lotNumber, expirationDate, prefixLength } = LOT;
  return LotTree.build({ gtin, lotNumber, expirationDate, prefixLength, run: 0 }, itemsOf(), {
    salt: `0x${"5a".repeat(32)}`,
  });
}

function* itemsOf(): Generator<LotItem> {
  for (let index = 0; index < PACKAGES; index++) {
    const bundle = Math.floor(index / PACKAGES_A_BUNDLE);
    const box = Math.floor(index / PACKAGES_A_CASE);
    const pallet = Math.floor(index / PACKAGES_A_PALLET);
    const path = [ssccOf("1", bundle), ssccOf("2", box), ssccOf("3", pallet)];
    yield { identifier: packageAt(index).identifier, path };
  }
}

function ssccOf(extension: string, reference: number): Sscc {
  const digits = `${extension}${LOT.companyPrefix}${String(reference).padStart(9, "0")}`;
  return { kind: "sscc", sscc: `${digits}${checkDigit(digits)}` };
}

/** The origin of a thing, out of the proof file that travels with its pallet. */
export async function originIn(tree: LotTree, { identifier, pallet }: Thing): Promise<LotProof> {
  const section = tree.sections[pallet]!;
  const text = [...writeProofFile(tree, section)].map((line) => `${line}\n`).join("");
  return proofOf(await readProofFile(Buffer.from(text)), identifier);
}
