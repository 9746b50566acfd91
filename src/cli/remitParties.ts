import { getAddress } from "ethers";

import { readText } from "./files.js";
import { inFile, JsonInput } from "./jsonInput.js";
import type { RemittanceAddress, RemittancePayer } from "../claims/remittance/writeRemittance.js";
import type { X12ClaimKind } from "../claims/x12/claim.js";
import { defined } from "../utils/defined.js";
import { type JsonObject, type JsonValue, parseJson } from "../utils/json.js";

/** What a chain does not know of who is in a remittance. */
export interface RemitParties {
  readonly payer?: RemittancePayer & { readonly reference?: string };
  /** By address (EIP-55). */
  readonly providers: ReadonlyMap<string, RemitProvider>;
  /** By id of the claim, in small letters. */
  readonly claims: ReadonlyMap<string, RemitClaim>;
  /** ISA07 and ISA08. */
  readonly receiver?: { readonly qualifier: string; readonly id: string };
}

/** A provider: its name, and its NPI or tax number. */
export interface RemitProvider {
  readonly name: string;
  readonly npi?: string;
  readonly taxId?: string;
  readonly address?: RemittanceAddress;
}

/** What is known of a claim. */
export interface RemitClaim {
  readonly patientControlNumber?: string;
  /** A FHIR reference. */
  readonly patient?: string;
  readonly kind?: X12ClaimKind;
}

const KINDS = ["professional", "institutional", "dental"] as const;

const json = new JsonInput("PARTIES_INVALID");

/**
 * Reads who is in a remittance from a JSON file; members as {@link RemitParties} has them.
 *
 * @throws CareProofError `FILE_UNREADABLE`, `JSON_INVALID`, `PARTIES_INVALID`, `ADDRESS_INVALID`, with file and member.
 */
export async function readRemitParties(path: string): Promise<RemitParties> {
  const value = parseJson(await readText(path), { name: path });
  return inFile(path, () => {
    const file = json.object(value, "", ["payer", "providers", "claims", "receiver"]);
    return defined({
      payer: file.payer === undefined ? undefined : payerOf(file.payer),
      providers: new Map(
        membersOf(file.providers, "providers").map(([address, one, at]) => [
          getAddress(json.address(address, at)),
          providerOf(one, at),
        ]),
      ),
      claims: new Map(
        membersOf(file.claims, "claims").map(([id, one, at]) => [json.bytes32(id, at), claimOf(one, at)]),
      ),
      receiver: file.receiver === undefined ? undefined : receiverOf(file.receiver),
    });
  });
}

function payerOf(value: JsonValue): RemittancePayer & { reference?: string } {
  const at = "payer";
  const payer = json.object(value, at, ["name", "id", "address", "contact", "reference"]);
  const contact =
    payer.contact === undefined ? undefined : json.object(payer.contact, `${at}.contact`, ["name", "phone", "email"]);
  return defined({
    name: json.text(payer.name, `${at}.name`),
    id: json.text(payer.id, `${at}.id`),
    address: addressOf(payer.address, `${at}.address`),
    contact: contact === undefined ? undefined : textsOf(contact, `${at}.contact`, ["name", "phone", "email"]),
    ...textsOf(payer, at, ["reference"]),
  });
}

function providerOf(value: JsonValue, at: string): RemitProvider {
  const provider = json.object(value, at, ["name", "npi", "taxId", "address"]);
  if (provider.npi === undefined && provider.taxId === undefined) throw json.invalid("needs npi or taxId", at);
  return defined({
    name: json.text(provider.name, `${at}.name`),
    address: addressOf(provider.address, `${at}.address`),
    ...textsOf(provider, at, ["npi", "taxId"]),
  });
}

function claimOf(value: JsonValue, at: string): RemitClaim {
  const claim = json.object(value, at, ["patientControlNumber", "patient", "kind"]);
  const kind = KINDS.find((known) => known === claim.kind);
  if (claim.kind !== undefined && kind === undefined) throw json.invalid(`expected ${KINDS.join(", ")}`, `${at}.kind`);
  return defined({ kind, ...textsOf(claim, at, ["patientControlNumber", "patient"]) });
}

function receiverOf(value: JsonValue): { qualifier: string; id: string } {
  const receiver = json.object(value, "receiver", ["qualifier", "id"]);
  return {
    qualifier: json.text(receiver.qualifier, "receiver.qualifier"),
    id: json.text(receiver.id, "receiver.id"),
  };
}

function addressOf(value: JsonValue | undefined, at: string): RemittanceAddress | undefined {
  if (value === undefined) return undefined;
  const address = json.object(value, at, ["lines", "city", "state", "postalCode"]);
  return defined({
    lines: json.each(address.lines, `${at}.lines`, (line, place) => json.text(line, place)),
    city: json.text(address.city, `${at}.city`),
    postalCode: json.text(address.postalCode, `${at}.postalCode`),
    ...textsOf(address, at, ["state"]),
  });
}

/** The members of an object whose names are data, with their paths. */
function membersOf(value: JsonValue | undefined, path: string): [name: string, member: JsonValue, at: string][] {
  if (value === undefined) return [];
  const names = Object.keys(value ?? {});
  const object = json.object(value, path, names);
  return names.map((name) => [name, object[name]!, `${path}[${JSON.stringify(name)}]`]);
}

/** Members that are texts, where they are given. */
function textsOf<K extends string>(object: JsonObject, at: string, names: readonly K[]): Partial<Record<K, string>> {
  const given = names.filter((name) => object[name] !== undefined);
  return Object.fromEntries(given.map((name) => [name, json.text(object[name], `${at}.${name}`)])) as Partial<
    Record<K, string>
  >;
}
