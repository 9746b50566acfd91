import { getAddress, isAddress } from "ethers";

import { CareProofError } from "../../errors.js";
import { isJsonObject, type JsonValue } from "../../utils/json.js";
import { canonicalDigitalLink } from "../epcis/canonicalDigitalLink.js";

/** The roles in which somebody has a part in the life of a medicine. */
export const CAPTURE_ROLES = ["MANUFACTURER", "WHOLESALE_DISTRIBUTOR", "DISPENSER", "DRUG_REGULATOR"] as const;

/** Such a role. */
export type CaptureRole = (typeof CAPTURE_ROLES)[number];

/** An organisation on the chain. */
export interface CaptureParty {
  /** Its own address, EIP-55; not that of a key which acts for it. */
  readonly address: string;
  readonly role: CaptureRole;
}

/** Organisations by their URIs. */
export type CaptureParties = ReadonlyMap<string, CaptureParty>;

const GLN = /^https:\/\/id\.gs1\.org\/41[47]\/(\d{13})(?:\/|$)/;

/**
 * Under what an organisation or place is found: the GLN of a party (PGLN) or location (SGLN), whether written as an EPC URN or as a
 * GS1 Digital Link and whatever its extension; any other URI as it is.
 */
export function partyKey(uri: string): string {
  const gln = GLN.exec(canonicalDigitalLink(uri) ?? "")?.[1];
  return gln === undefined ? uri : `(414)${gln}`;
}

/**
 * Organisations from JSON: `{"urn:epc:id:pgln:9521141.00001": {"address": "0x…", "role": "MANUFACTURER"}}`.
 *
 * @param name The file's name, for errors.
 * @throws CareProofError `PARTIES_INVALID`, `ADDRESS_INVALID`, their path being file and URI.
 */
export function readParties(value: JsonValue, name: string): CaptureParties {
  if (!isJsonObject(value)) {
    throw new CareProofError("PARTIES_INVALID", "must be a JSON object of addresses and roles by URI", name);
  }
  const parties = new Map<string, CaptureParty>();
  for (const [uri, party] of Object.entries(value)) {
    const where = `${name} ${JSON.stringify(uri)}`;
    const fail = (message: string): CareProofError => new CareProofError("PARTIES_INVALID", message, where);
    if (!/^[A-Za-z][A-Za-z0-9+.-]*:\S+$/.test(uri)) throw fail("is no URI");
    if (!isJsonObject(party)) throw fail('must be {"address", "role"}');
    const { address, role, ...rest } = party;
    const unknown = Object.keys(rest)[0];
    if (unknown !== undefined) throw fail(`has no meaning for ${JSON.stringify(unknown)}`);
    if (typeof address !== "string" || !address.startsWith("0x") || !isAddress(address)) {
      throw new CareProofError("ADDRESS_INVALID", "its address is none, or its checksum is wrong", where);
    }
    const known = CAPTURE_ROLES.find((candidate) => candidate === role);
    if (known === undefined) throw fail(`its role must be one of ${CAPTURE_ROLES.join(", ")}`);
    const key = partyKey(uri);
    const found = { address: getAddress(address), role: known };
    const before = parties.get(key);
    if (before !== undefined && (before.address !== found.address || before.role !== found.role)) {
      throw fail("is there twice, with another address or role");
    }
    parties.set(key, found);
  }
  return parties;
}
