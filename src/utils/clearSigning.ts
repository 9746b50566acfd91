/**
 * ERC-7730 descriptors (structured data clear signing, version 2), for wallets and for the public registry of descriptors: what
 * those of all domains share. A field stands for every member of every message.
 */
import { TypedDataEncoder } from "ethers";

import type { TypedDataMember } from "./typedData.js";

/** How a wallet shows one member. */
export interface ClearSigningField {
  path: string;
  label: string;
  format: "addressName" | "date" | "enum" | "raw";
  params?: { encoding: "timestamp" } | { $ref: string } | { types: string[] };
  visible: "always";
}

/** An ERC-7730 descriptor, as JSON. */
export interface ClearSigningDescriptor {
  $schema: string;
  context: {
    $id: string;
    eip712: { domain: { name: string; version: string }; deployments: { chainId: number; address: string }[] };
  };
  metadata: { owner: string; contractName: string; enums: Record<string, Record<string, string>> };
  /** Keyed by the string that EIP-712 `encodeType` gives. */
  display: { formats: Record<string, { intent: string; fields: ClearSigningField[] }> };
}

/** Where a contract is deployed. A wallet uses its descriptor for these alone. */
export type ClearSigningDeployments = readonly { readonly chainId: number; readonly address: string }[];

/** How a member is shown wherever it is. */
export type Shown = Pick<ClearSigningField, "label" | "format" | "params">;

/** What the messages of a domain, and their members, are called. */
export interface ClearSigningWords {
  /** Keyed by the name of the message. */
  readonly intents: Readonly<Record<string, string>>;
  /** Keyed by the name of the member, which means the same in every message. */
  readonly fields: Readonly<Record<string, Shown>>;
  /** Words for values, by what {@link named} names. */
  readonly enums: Readonly<Record<string, Record<string, string>>>;
}

type Structs = Readonly<Record<string, readonly TypedDataMember[]>>;

/** An address. */
export const account = (label: string): Shown => ({
  label,
  format: "addressName",
  params: { types: ["eoa", "wallet", "contract"] },
});
/** A time in unix seconds. */
export const date = (label: string): Shown => ({ label, format: "date", params: { encoding: "timestamp" } });
/** A value with words of its own. */
export const named = (label: string, enumeration: string): Shown => ({
  label,
  format: "enum",
  params: { $ref: `$.metadata.enums.${enumeration}` },
});
/** A number or a hash as it is. */
export const raw = (label: string): Shown => ({ label, format: "raw" });

/**
 * The descriptor of a contract's messages.
 *
 * @param contract The contract, by its name in its EIP-712 domain, without "CareProof".
 * @param messages The EIP-712 types of each message, itself first.
 */
export function descriptorOf(
  contract: string,
  messages: readonly Structs[],
  { intents, fields, enums }: ClearSigningWords,
  deployments: ClearSigningDeployments,
): ClearSigningDescriptor {
  const formats = Object.fromEntries(
    messages.map((structs) => {
      const [name] = Object.keys(structs) as [string];
      const encoded = TypedDataEncoder.from(structs as Record<string, TypedDataMember[]>).encodeType(name);
      return [encoded, { intent: intents[name] ?? name, fields: fieldsOf(structs, name, fields) }];
    }),
  );
  const shown = Object.values(formats).flatMap((format) => format.fields);
  const used = new Set(shown.map(({ params }) => params !== undefined && "$ref" in params && params.$ref));
  return {
    $schema: "https://eips.ethereum.org/assets/eip-7730/erc7730-v2.schema.json",
    context: {
      $id: `CareProof ${contract}`,
      eip712: {
        domain: { name: `CareProof ${contract}`, version: "1" },
        deployments: deployments.map(({ chainId, address }) => ({ chainId, address })),
      },
    },
    metadata: {
      owner: "CareProof",
      contractName: contract,
      enums: Object.fromEntries(Object.entries(enums).filter(([name]) => used.has(`$.metadata.enums.${name}`))),
    },
    display: { formats },
  };
}

/** The fields of a struct; those of each item of an array have a path through it. */
function fieldsOf(
  structs: Structs,
  name: string,
  words: Readonly<Record<string, Shown>>,
  prefix = "",
): ClearSigningField[] {
  return structs[name]!.flatMap(({ name: member, type }) => {
    const item = type.replace("[]", "");
    if (item in structs) return fieldsOf(structs, item, words, `${prefix}${member}.[].`);
    const path = `${prefix}${member}${type.endsWith("[]") ? ".[]" : ""}`;
    return [{ path, ...(words[member] ?? raw(member)), visible: "always" as const }];
  });
}
