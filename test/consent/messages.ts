/** Messages to sign, made up for tests, and what Solidity says about them. */

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { getAddress, id } from "ethers";

import {
  definitionOf,
  typedData,
  type MessageName,
  type SignableTypedData,
  type SigningContract,
} from "../../src/consent/typedData.js";
import type { TypedDataMember } from "../../src/utils/typedData.js";

const CONTRACTS = join(__dirname, "../../contracts");
/** Where the contracts of these tests would be. */
export const DEPLOYMENT = { chainId: 31_337, verifyingContract: "0x5FbDB2315678afecb367f032d93F642f64180aa3" };

/** The Solidity sources of the types and of the contract of each EIP-712 domain. */
export const SOURCES: Record<SigningContract, [types: string, contract: string]> = {
  ConsentRegistry: ["consent/ConsentTypes.sol", "consent/ConsentRegistry.sol"],
  Representatives: ["consent/RepresentativeTypes.sol", "consent/RepresentativeRegistry.sol"],
  DisclosureLog: ["consent/DisclosureTypes.sol", "consent/DisclosureLog.sol"],
  ParticipantRegistry: ["participants/ParticipantTypes.sol", "participants/ParticipantRegistry.sol"],
};

/** A file below `contracts/`. */
export const source = (file: string) => readFileSync(join(CONTRACTS, file), "utf8");

/** The type strings in a Solidity library of types, by the name of their struct. */
export function typeStrings(solidity: string): Map<string, string> {
  const found = solidity.matchAll(/_TYPEHASH\s*=\s*keccak256\(\s*"((\w+)\([^"]*\))"\s*\)/g);
  return new Map([...found].map(([, encoded = "", name = ""]) => [name, encoded]));
}

/** A valid value of a member, other than that of another `variant`. */
function valueOf({ name, type }: TypedDataMember, variant: 0 | 1): string | number | bigint | boolean {
  if (type === "address") {
    return getAddress(`0x${id(`${name}${String(variant)}`).slice(-40)}`);
  }
  if (type === "bytes32") return id(`${name}${String(variant)}`);
  if (type === "bool") return variant === 1;
  if (name === "purposes") return [0x3, 0x80000010][variant] ?? 0;
  if (name === "categories") return [0xa0n, 1n << 50n][variant] ?? 0n;
  if (name === "roles") return [1n, 6n][variant] ?? 0n;
  if (name === "flags") return [1, 6][variant] ?? 0;
  const offset = Array.from(name).reduce((sum, letter) => sum + letter.charCodeAt(0), 0);
  const seconds = 1_767_225_600 + offset * 86_400 + variant * 3600;
  return type === "uint256" ? BigInt(offset + variant) : seconds;
}

/** The typed data of a message with made-up members; those of variant 1 differ from those of variant 0. */
export function example<Name extends MessageName>(
  name: Name,
  variants: Readonly<Record<string, 0 | 1>> = {},
): SignableTypedData<Name> {
  const members: readonly TypedDataMember[] = definitionOf(name).members;
  const message = Object.fromEntries(
    members.map((member) => [member.name, valueOf(member, variants[member.name] ?? 0)]),
  );
  return typedData(name, DEPLOYMENT, message as never);
}
