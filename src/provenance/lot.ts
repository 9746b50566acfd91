import { AbiCoder, keccak256, toUtf8Bytes, zeroPadBytes, hexlify, id } from "ethers";

import { requireText, tokenIdOf, type ProductIdentifier } from "./tokenId.js";

/** The type tag of a leaf that puts a package or container into a lot: `DrugProvenance.LOT_LEAF`. */
export const LOT_LEAF_TAG = id("CareProof.LotLeaf(uint56 lot,uint256 id,uint256[] path)");

/** The type tag of the one leaf of each run that binds how many packages and containers it has. No function of a contract reads it. */
export const LOT_COUNT_LEAF_TAG = id(
  "CareProof.LotCountLeaf(uint56 lot,uint256 packages,uint256 containers,bytes32 salt)",
);

/** Containers that a leaf may name, from the innermost to the outermost. */
export const MAX_PATH_LENGTH = 5;

/** Nodes of the longest proof: a run has at most 2^20 leaves. */
export const MAX_PROOF_LENGTH = 20;

/** Leaves that a run has at most: packages, containers and the count leaf. */
export const MAX_LEAVES = 2 ** MAX_PROOF_LENGTH;

/** Commissioning runs that a lot has at most, from run 0. */
export const MAX_RUNS = 64;

const coder = AbiCoder.defaultAbiCoder();

/**
 * A lot number (AI 10) as `bytes20`: ASCII, zeros after the last character.
 *
 * @throws CareProofError `LOT_NUMBER_INVALID`.
 */
export function lotNumberBytes(lotNumber: string): string {
  requireText(lotNumber, "LOT_NUMBER", "lot number");
  return hexlify(zeroPadBytes(toUtf8Bytes(lotNumber), 20));
}

/**
 * The key of a lot in `DrugProvenance`: the first 56 bits of `keccak256(abi.encode(uint48 gtin, bytes20 lotNumber))`.
 *
 * @param gtin 14 digits.
 * @param lotNumber AI 10: 1 to 20 characters of GS1 character set 82.
 */
export function lotKey(gtin: string, lotNumber: string): bigint {
  const digest = keccak256(coder.encode(["uint48", "bytes20"], [BigInt(gtin), lotNumberBytes(lotNumber)]));
  return BigInt(digest) >> 200n;
}

/**
 * The Merkle leaf of a package or container: `keccak256(keccak256(abi.encode(LOT_LEAF_TAG, lot, id, path)))`.
 *
 * @param lot The lot's {@link lotKey}.
 * @param path The containers it was packed in, the innermost first: at most {@link MAX_PATH_LENGTH}.
 * @returns 32 bytes as 0x-hex.
 */
export function lotLeaf(lot: bigint, identifier: ProductIdentifier, path: readonly ProductIdentifier[]): string {
  const content = coder.encode(
    ["bytes32", "uint56", "uint256", "uint256[]"],
    [LOT_LEAF_TAG, lot, tokenIdOf(identifier), path.map(tokenIdOf)],
  );
  return keccak256(keccak256(content));
}

/**
 * The one leaf of each run that binds how many packages and containers it has, without showing it:
 * `keccak256(keccak256(abi.encode(LOT_COUNT_LEAF_TAG, lot, packages, containers, salt)))`.
 *
 * @param lot The lot's {@link lotKey}.
 * @param salt 32 random bytes as 0x-hex: without it the counts could be guessed.
 * @returns 32 bytes as 0x-hex.
 */
export function lotCountLeaf(lot: bigint, packages: number, containers: number, salt: string): string {
  const content = coder.encode(
    ["bytes32", "uint56", "uint256", "uint256", "bytes32"],
    [LOT_COUNT_LEAF_TAG, lot, packages, containers, salt],
  );
  return keccak256(keccak256(content));
}
