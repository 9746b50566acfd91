/**
 * The EIP-712 messages of `ConsentRegistry` and `RepresentativeRegistry`, their types read from the type strings of the
 * contracts, so that a test signs what the Solidity source says and not a copy of it.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { type Signer, type TypedDataDomain, type TypedDataField } from "ethers";
import { ethers } from "hardhat";

/** A message's members by name. */
export type Message = Record<string, string | bigint | number | boolean>;

/** Primary type → members, of every `NAME_TYPEHASH = keccak256("…")` in a Solidity file. */
function typesOf(file: string): Record<string, TypedDataField[]> {
  const source = readFileSync(join("contracts/consent", file), "utf8");
  const strings = [...source.matchAll(/keccak256\(\s*"(\w+)\(([^)]*)\)"/g)];
  return Object.fromEntries(
    strings.map(([, name, members]) => [
      name!,
      members!.split(",").map((member) => {
        const [type, field] = member.split(" ");
        return { name: field!, type: type! };
      }),
    ]),
  );
}

/** Every message that a patient, representative, guardian or officer signs. */
export const MESSAGE_TYPES = { ...typesOf("ConsentTypes.sol"), ...typesOf("RepresentativeTypes.sol") };

/** The domain of a contract on the test network, or one that differs from it in `other`. */
export async function domainOf(
  name: "CareProof ConsentRegistry" | "CareProof Representatives",
  contract: { getAddress(): Promise<string> },
  other: Partial<TypedDataDomain> = {},
): Promise<TypedDataDomain> {
  const { chainId } = await ethers.provider.getNetwork();
  return { name, version: "1", chainId, verifyingContract: await contract.getAddress(), ...other };
}

/** `signer`'s signature of `message` of the type `primaryType`. */
export async function sign(
  signer: Signer,
  domain: TypedDataDomain,
  primaryType: string,
  message: Message,
): Promise<string> {
  const members = MESSAGE_TYPES[primaryType];
  if (members === undefined) throw new Error(`The contracts have no message ${primaryType}.`);
  return signer.signTypedData(domain, { [primaryType]: members }, message);
}
