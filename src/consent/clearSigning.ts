/**
 * ERC-7730 descriptors (structured data clear signing, version 2) of the messages of CareProof's contracts, for wallets and for
 * the public registry of descriptors. A field stands for every member of every message.
 *
 * ERC-7730 has no format for bitmasks: a wallet shows in words a set of one purpose, one category or one role, and the known
 * sets of flags; other sets it shows as their number. An application so shows `describe` beside the wallet, and may ask for
 * one signature for each purpose.
 */

import { ROLES } from "../participants/roles.js";
import {
  account,
  date,
  descriptorOf,
  named,
  raw,
  type ClearSigningDeployments,
  type ClearSigningDescriptor,
  type Shown,
} from "../utils/clearSigning.js";
import type { TypedDataMember } from "../utils/typedData.js";
import { CATEGORIES, CONSENT_FLAGS, PURPOSES, type ConsentFlag } from "./codes.js";
import { GENERAL_CATEGORIES, maskToFlags } from "./masks.js";
import { TYPED_DATA, type SigningContract } from "./typedData.js";
import { CATEGORY_WORDS, FLAG_WORDS, PURPOSE_WORDS } from "./words.js";

export type { ClearSigningDescriptor, ClearSigningField } from "../utils/clearSigning.js";

const INTENTS: Readonly<Record<string, string>> = {
  ConsentGrant: "Allow use of health data",
  ConsentRevocation: "Revoke use of health data",
  RevokeAll: "Revoke all consents",
  BreakGlassPreference: "Set access in an emergency",
  EmergencySourcePreference: "Set emergency source",
  GuardianNaming: "Name guardian",
  Retirement: "Retire patient for ever",
  RetirementObjection: "Stop retirement",
  RepresentativeNaming: "Name representative",
  RepresentativeRemoval: "Remove representative",
  RepresentativeAppointment: "Appoint representative",
  AppointmentDecision: "Decide appointment",
  AccessReceipt: "Confirm access to data",
  OperatorAcceptance: "Act for organisation",
};

/** The same member means the same in every message. */
const FIELDS: Readonly<Record<string, Shown>> = {
  patient: account("Patient"),
  decidedBy: account("Decided by"),
  grantee: account("Allowed to"),
  purposes: named("For", "purposes"),
  categories: named("Data", "categories"),
  notBefore: date("From"),
  expiresAt: date("Until"),
  flags: named("Duties", "flags"),
  evidence: raw("Consent document"),
  issuedAt: date("Decided"),
  deadline: date("Submit until"),
  forbidden: named("Emergency access", "forbidden"),
  source: account("Emergency source"),
  guardian: account("Guardian"),
  representative: account("Representative"),
  officer: account("Officer"),
  mayOverride: named("Against patient", "mayOverride"),
  caseCommitment: raw("Case"),
  inForce: named("Appointment", "inForce"),
  gateway: account("Gateway"),
  signer: account("Signed by"),
  disclosure: raw("Disclosure"),
  accessedAt: date("Released"),
  operator: account("Key"),
  principal: account("Organisation"),
  roles: named("As", "roles"),
  nonce: raw("Number"),
};

const single = <Name extends string>(bits: Readonly<Record<Name, number>>, words: (name: Name) => string) =>
  Object.fromEntries(
    (Object.entries(bits) as [Name, number][]).map(([name, bit]) => [(1n << BigInt(bit)).toString(), words(name)]),
  );

const ENUMS: Readonly<Record<string, Record<string, string>>> = {
  purposes: single(PURPOSES, (name) => `${PURPOSE_WORDS[name]} (${name})`),
  categories: {
    ...single(CATEGORIES, (name) => CATEGORY_WORDS[name]),
    [GENERAL_CATEGORIES.toString()]: "everything but specially protected data",
  },
  flags: Object.fromEntries(
    Array.from({ length: 1 << Object.keys(CONSENT_FLAGS).length }, (_, flags) => [String(flags), dutiesOf(flags)]),
  ),
  forbidden: { true: "forbidden", false: "allowed, and reviewed" },
  mayOverride: { true: "may decide against the patient", false: "may not decide against the patient" },
  inForce: { true: "upheld", false: "ended" },
  roles: single(ROLES, (name) => name.toLowerCase().replaceAll("_", " ")),
};

function dutiesOf(flags: number): string {
  const words = maskToFlags(flags).map((flag: ConsentFlag) => FLAG_WORDS[flag]);
  return words.length === 0 ? "none" : words.join(". ");
}

/**
 * The ERC-7730 descriptor of a contract's messages, to be written as JSON.
 *
 * @param contract The contract, by its name in its EIP-712 domain.
 * @param deployments Where it is deployed. A wallet uses the descriptor for these alone.
 */
export function clearSigningDescriptor(
  contract: SigningContract,
  deployments: ClearSigningDeployments,
): ClearSigningDescriptor {
  const messages = Object.entries<readonly TypedDataMember[]>(TYPED_DATA[contract]).map(([name, members]) => ({
    [name]: members,
  }));
  return descriptorOf(contract, messages, { intents: INTENTS, fields: FIELDS, enums: ENUMS }, deployments);
}
