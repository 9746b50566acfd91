/**
 * Who a FHIR `Reference` means, and which address they have on chain.
 *
 * An address stands in FHIR as an identifier that is a URI: `{ "system": "urn:ietf:rfc:3986", "value":
 * "did:pkh:eip155:1:0x…" }`. `did:pkh` is the decentralized identifier of a blockchain account (CAIP-10 behind a DID
 * prefix); the number is the chain id of EIP-155.
 */

import { getAddress, isAddress } from "ethers";

import { element, inexpressible, invalid, text } from "./elements.js";
import { ConsentFormatError, type Party } from "./terms.js";
import type { Reference } from "./resource.js";
import { URI_IDENTIFIER } from "./systems.js";

const DID = /^did:pkh:eip155:([1-9]\d*):(0x[0-9a-fA-F]{40})$/;

/** What `party` needs to know. */
export interface PartyOptions {
  /** Addresses of references as they are written in the consent: `Organization/f001`, or `system|value`. */
  readonly directory?: Readonly<Record<string, string>>;
  /** Chain id that addresses written in the consent must be on; any where it is left out. */
  readonly chainId?: number | bigint;
}

/**
 * The party that a FHIR R4 `Reference` names. Its address is the one written in the consent or the directory's; a
 * reference that the directory does not list has none. Throws {@link ConsentFormatError} where it names nobody, somebody
 * known inside the document only, or where consent and directory disagree.
 */
export function readParty(value: unknown, path: string, options: PartyOptions): Party {
  const parent = element(value, path, ["reference", "type", "identifier", "display"]);
  const literal = text(parent, "reference");
  if (literal?.startsWith("#") === true) {
    inexpressible(`${path}.reference`, "a contained resource is known inside this document only");
  }
  let address: string | undefined;
  let logical: string | undefined;
  if (parent.value.identifier !== undefined) {
    const identifierPath = `${path}.identifier`;
    const identifier = element(parent.value.identifier, identifierPath, [
      "use",
      "type",
      "system",
      "value",
      "period",
      "assigner",
    ]);
    const system = text(identifier, "system");
    const content = text(identifier, "value");
    if (system === undefined || content === undefined) {
      inexpressible(identifierPath, "an identifier needs a system and a value");
    }
    const did = system === URI_IDENTIFIER ? DID.exec(content) : null;
    if (did === null) {
      logical = `${system}|${content}`;
    } else {
      address = checksummed(did[2] ?? "", `${identifierPath}.value`);
      if (options.chainId !== undefined && BigInt(did[1] ?? "") !== BigInt(options.chainId)) {
        inexpressible(
          `${identifierPath}.value`,
          `the address is on chain ${did[1] ?? ""}, not ${String(options.chainId)}`,
        );
      }
    }
  }
  const reference = literal ?? logical;
  if (reference === undefined && address === undefined)
    invalid(path, "names nobody: a reference or identifier is needed");
  if (options.directory !== undefined && reference !== undefined) {
    const listed = Object.hasOwn(options.directory, reference) ? options.directory[reference] : undefined;
    if (listed !== undefined) {
      const known = checksummed(listed, `directory["${reference}"]`);
      if (address !== undefined && address !== known) {
        inexpressible(path, `the consent gives ${address} as the address, the directory ${known}`);
      }
      address = known;
    }
  }
  return { ...(reference === undefined ? {} : { reference }), ...(address === undefined ? {} : { address }) };
}

function checksummed(address: string, path: string): string {
  // An address in mixed case carries a checksum (EIP-55), which `isAddress` checks.
  if (!isAddress(address)) invalid(path, "is not an address with a valid checksum");
  return getAddress(address);
}

/** The FHIR R4 `Reference` of a party. `chainId` is needed where the party has an address. */
export function writeParty(party: Party, path: string, chainId: number | bigint | undefined): Reference {
  const { reference, address } = party;
  const separator = reference?.indexOf("|") ?? -1;
  if (address === undefined) {
    if (reference === undefined) throw new ConsentFormatError("TERMS_INVALID", "needs a reference or an address", path);
    return separator < 0
      ? { reference }
      : { identifier: { system: reference.slice(0, separator), value: reference.slice(separator + 1) } };
  }
  if (chainId === undefined)
    throw new ConsentFormatError("TERMS_INVALID", "an address needs the id of its chain", path);
  if (separator >= 0) {
    throw new ConsentFormatError("TERMS_INVALID", "has an identifier and an address; a FHIR Reference holds one", path);
  }
  return {
    ...(reference === undefined ? {} : { reference }),
    identifier: { system: URI_IDENTIFIER, value: `did:pkh:eip155:${String(chainId)}:${address}` },
  };
}

/** What tells one party from another: the address where there is one. */
export function partyKey(party: Party): string {
  return party.address ?? party.reference ?? "";
}
