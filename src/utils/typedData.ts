/**
 * What EIP-712 typed data needs so that ethers and viem both take it: types as tuples of literals (viem infers the message
 * from them) that are not readonly (ethers asks for that), and checked messages.
 */

import { getAddress, isAddress, isHexString } from "ethers";

import { CareProofError } from "../errors.js";

/** A member of an EIP-712 struct. */
export interface TypedDataMember {
  readonly name: string;
  readonly type: string;
}

/** EIP-712 domain of a CareProof contract. */
export interface CareProofDomain {
  /** The contract's name, with "CareProof" before it. */
  name: string;
  /** "1": another version is another deployment. */
  version: string;
  /** Chain id (EIP-155). */
  chainId: number | bigint;
  /** The contract, EIP-55 checksummed. */
  verifyingContract: `0x${string}`;
}

type MutableList<Members> = { -readonly [Index in keyof Members]: Members[Index] };
type Mutable<Types> = { -readonly [Name in keyof Types]: MutableList<Types[Name]> };

/** EIP-712 types as both libraries take them. */
export function defineTypes<const Types extends Readonly<Record<string, readonly TypedDataMember[]>>>(
  types: Types,
): Mutable<Types> {
  return types;
}

/** The value of a member: integers above 48 bits are bigint, as viem has them. */
type ValueOf<Type> = Type extends "address" | `bytes${number}`
  ? `0x${string}`
  : Type extends "bool"
    ? boolean
    : Type extends "uint8" | "uint32" | "uint40"
      ? number
      : bigint;

/** The message of a list of members. */
export type MessageOf<Members> = Members extends readonly TypedDataMember[]
  ? { [Member in Members[number] as Member["name"]]: ValueOf<Member["type"]> }
  : never;

/** A message as callers may give it: addresses and bytes as any text, which is checked. */
export type MessageInput<Members> = Members extends readonly TypedDataMember[]
  ? {
      readonly [Member in Members[number] as Member["name"]]: ValueOf<Member["type"]> extends `0x${string}`
        ? string
        : ValueOf<Member["type"]> extends boolean
          ? boolean
          : number | bigint;
    }
  : never;

/**
 * A message with every member in its type's form and nothing else in it.
 *
 * @throws CareProofError `TYPED_DATA_INVALID` with the member's name where one is missing, unknown or out of its range.
 */
export function checkMessage(
  members: readonly TypedDataMember[],
  message: Readonly<Record<string, unknown>>,
): Record<string, `0x${string}` | boolean | number | bigint> {
  for (const name of Object.keys(message)) {
    if (!members.some((member) => member.name === name)) invalid(name, "is no member of this message");
  }
  return Object.fromEntries(members.map(({ name, type }) => [name, checkValue(name, type, message[name])]));
}

function checkValue(name: string, type: string, value: unknown): `0x${string}` | boolean | number | bigint {
  if (value === undefined) invalid(name, "is missing");
  if (type === "address") {
    if (typeof value !== "string" || !isAddress(value)) invalid(name, "must be an address with a valid checksum");
    return getAddress(value) as `0x${string}`;
  }
  if (type === "bool") return typeof value === "boolean" ? value : invalid(name, "must be true or false");
  if (type === "bytes32") {
    if (!isHexString(value, 32)) invalid(name, "must be 0x-hex of 32 bytes");
    return value.toLowerCase() as `0x${string}`;
  }
  const bits = Number(type.slice("uint".length));
  const number = toInteger(name, value);
  if (number < 0n || number >= 1n << BigInt(bits))
    invalid(name, `must be a whole number of at most ${String(bits)} bits`);
  return bits <= 48 ? Number(number) : number;
}

/** Wallets show integers as numbers, decimal text or hex. */
function toInteger(name: string, value: unknown): bigint {
  if (typeof value === "bigint") return value;
  if (typeof value === "number" && Number.isSafeInteger(value)) return BigInt(value);
  if (typeof value === "string" && /^(?:\d+|0x[0-9a-fA-F]+)$/.test(value)) return BigInt(value);
  return invalid(name, "must be a whole number");
}

function invalid(path: string, message: string): never {
  throw new CareProofError("TYPED_DATA_INVALID", message, path);
}

/**
 * EIP-712 domain of the contract `name` at an address.
 *
 * @throws CareProofError `TYPED_DATA_INVALID` where `verifyingContract` is no address.
 */
export function careProofDomain(name: string, chainId: number | bigint, verifyingContract: string): CareProofDomain {
  const address = checkValue("verifyingContract", "address", verifyingContract) as `0x${string}`;
  return { name: `CareProof ${name}`, version: "1", chainId, verifyingContract: address };
}
