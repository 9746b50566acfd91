/**
 * Typed data in plain words, so that nobody signs a bitmask they cannot read. Every member of every message is said.
 */

import { getAddress, isAddress } from "ethers";

import { CareProofError } from "../errors.js";
import { ROLES, type RoleName } from "../participants/roles.js";
import { checkMessage } from "../utils/typedData.js";
import { FIRST_PROTECTED_BIT, CATEGORIES } from "./codes.js";
import { formatDateTime } from "./fhir/dateTime.js";
import { maskToCategories, maskToFlags, maskToPurposes } from "./masks.js";
import { definitionOf, TYPED_DATA, type Message, type MessageName } from "./typedData.js";
import { CATEGORY_WORDS, FLAG_WORDS, PURPOSE_WORDS } from "./words.js";

/** Typed data as a wallet is asked to sign it (`eth_signTypedData_v4`). */
export interface TypedDataToDescribe {
  readonly domain: {
    readonly name?: string | null | undefined;
    readonly version?: string | null | undefined;
    readonly chainId?: number | bigint | string | null | undefined;
    readonly verifyingContract?: string | null | undefined;
  };
  readonly types: Readonly<Record<string, readonly { readonly name: string; readonly type: string }[]>>;
  readonly primaryType: string;
  readonly message: Readonly<Record<string, unknown>>;
}

type Describe<Name extends MessageName> = (message: Message<Name>) => string[];

const DESCRIPTIONS: { readonly [Name in MessageName]: Describe<Name> } = {
  ConsentGrant: (m) => [
    `Allow ${m.grantee} to use ${categories(m.categories)} for ${purposes(m.purposes)}.`,
    ...protectedKinds(m.categories),
    `The consent counts ${m.notBefore === 0 ? "at once" : `from ${time(m.notBefore)}`}, until ${time(m.expiresAt)}.`,
    ...maskToFlags(m.flags).map((flag) => `${FLAG_WORDS[flag]} (${flag}).`),
    commitment("The consent document that was shown", m.evidence),
    ...decision(m),
  ],
  ConsentRevocation: (m) => [
    `No longer allow ${m.grantee} to use anything for ${purposes(m.purposes)}.`,
    ...decision(m),
  ],
  RevokeAll: (m) => [
    "Revoke every consent given so far, representatives that the patient named, and open emergency accesses.",
    ...decision(m),
  ],
  BreakGlassPreference: (m) => [
    m.forbidden
      ? "Forbid access without consent, even in an emergency."
      : "Allow accredited emergency care to access data without consent in an emergency; every such access is reviewed.",
    ...decision(m),
  ],
  EmergencySourcePreference: (m) => [
    m.categories === 0n
      ? `Let ${m.source} no longer open emergency access.`
      : `Let ${m.source} open emergency access to ${categories(m.categories)}.`,
    ...protectedKinds(m.categories),
    ...decision(m),
  ],
  GuardianNaming: (m) => [
    /^0x0{40}$/.test(m.guardian)
      ? `Have no guardian any more (${m.guardian}).`
      : `Name ${m.guardian} as guardian, who can revoke all consents and retire the patient's address, and nothing else.`,
    "A first guardian can act at once; a change or removal takes effect after 3 days.",
    ...decision(m),
  ],
  Retirement: (m) => [
    "Retire the patient's address for ever: everything is denied, and nothing can be allowed again.",
    ...decision(m),
  ],
  RetirementObjection: (m) => [
    "Stop the retirement of the patient's address that the guardian asked for.",
    ...decision(m),
  ],
  RepresentativeNaming: (m) => [
    `Let ${m.representative} decide for the patient about the use of data for ${purposes(m.purposes)}, until ${time(m.expiresAt)}.`,
    ...decision(m),
  ],
  RepresentativeRemoval: (m) => [
    `Let ${m.representative} no longer decide for the patient; one that an authority appointed is suspended.`,
    ...decision(m),
  ],
  RepresentativeAppointment: (m) => [
    `Appoint ${m.representative} to decide for the patient about the use of data for ${purposes(m.purposes)}, until ${time(m.expiresAt)}.`,
    m.mayOverride
      ? "The representative may decide against what the patient decided."
      : "The representative may not decide against what the patient decided.",
    commitment("The decision of the court or authority", m.caseCommitment),
    `Signed for the authority by ${m.officer}.`,
    ...decision(m),
  ],
  AppointmentDecision: (m) => [
    m.inForce
      ? `Uphold the appointment of ${m.representative}, which the patient vetoed.`
      : `End the appointment of ${m.representative}.`,
    `Signed for the authority by ${m.officer}.`,
    ...decision(m),
  ],
  AccessReceipt: (m) => [
    `Gateway ${m.gateway} released data at ${time(m.accessedAt)}.`,
    commitment("What was released, to whom and what for", m.disclosure),
    `Signed for the gateway by ${m.signer}.`,
  ],
  OperatorAcceptance: (m) => [
    `Key ${m.operator} acts for ${m.principal} as ${roles(m.roles)}, until ${time(m.expiresAt)}.`,
    `This is acceptance number ${String(m.nonce)} of the key, and can be submitted until ${time(m.deadline)}.`,
  ],
};

/**
 * Lines in plain English that say all of what a signature over `data` would mean; the last names contract and chain.
 *
 * @throws CareProofError `TYPED_DATA_UNKNOWN` where domain, primary type or types are not those of a CareProof contract,
 * `TYPED_DATA_INVALID` where a member is missing, unknown or out of its range, `CODE_UNKNOWN` where a bit of a bitmask has no
 * meaning. Do not sign what is refused.
 */
export function describe(data: TypedDataToDescribe): string[] {
  const name = data.primaryType;
  if (!Object.hasOwn(DESCRIPTIONS, name)) unknown("primaryType", `"${name}" is no message of a CareProof contract`);
  const known = name as MessageName;
  const { contract, members } = definitionOf(known);
  const types = data.types[name] ?? [];
  const isSame =
    types.length === members.length &&
    types.every(({ name: n, type }, i) => n === members[i]?.name && type === members[i].type);
  if (!isSame) unknown(`types.${name}`, "are not the members that the contract checks");
  if (data.domain.name !== `CareProof ${contract}` || data.domain.version !== "1") {
    unknown("domain", `is not that of CareProof ${contract}, version 1`);
  }
  const { chainId, verifyingContract } = data.domain;
  if (chainId === undefined || chainId === null || !isAddress(verifyingContract)) {
    unknown("domain", "names no chain or no contract, so that the signature would count anywhere");
  }
  const message = checkMessage(members, data.message);
  // The message was checked against the members that its description is typed by.
  const describeMessage = DESCRIPTIONS[known] as unknown as (checked: typeof message) => string[];
  return [
    ...describeMessage(message),
    `This counts with ${contract} ${getAddress(verifyingContract)} on chain ${String(BigInt(chainId))}, and nowhere else.`,
  ];
}

function unknown(path: string, problem: string): never {
  throw new CareProofError("TYPED_DATA_UNKNOWN", problem, path);
}

/** Who decided for whom, when, and until when it can be submitted. */
function decision(m: { patient: string; decidedBy?: string; issuedAt: number; deadline: number }): string[] {
  const who =
    m.decidedBy === undefined || m.decidedBy === m.patient
      ? `Decided by patient ${m.patient}`
      : `Decided for patient ${m.patient} by ${m.decidedBy}`;
  return [`${who} at ${time(m.issuedAt)}; it can be submitted until ${time(m.deadline)}.`];
}

function purposes(mask: number): string {
  return list(maskToPurposes(mask).map((name) => `${PURPOSE_WORDS[name]} (${name})`));
}

function categories(mask: bigint): string {
  return list(maskToCategories(mask).map((name) => CATEGORY_WORDS[name]));
}

function protectedKinds(mask: bigint): string[] {
  const kinds = maskToCategories(mask).filter((name) => CATEGORIES[name] >= FIRST_PROTECTED_BIT);
  return kinds.length === 0 ? [] : [`This includes specially protected data: ${kinds.join(", ")}.`];
}

function roles(mask: bigint): string {
  const names: string[] = [];
  let rest = mask;
  for (const [name, bit] of Object.entries(ROLES) as [RoleName, number][]) {
    const value = 1n << BigInt(bit);
    if ((rest & value) === 0n) continue;
    names.push(name.toLowerCase().replaceAll("_", " "));
    rest &= ~value;
  }
  if (rest !== 0n) throw new CareProofError("CODE_UNKNOWN", `bits 0x${rest.toString(16)} stand for no role`);
  return list(names);
}

function commitment(what: string, hash: string): string {
  return /^0x0{64}$/.test(hash) ? `${what} is not named (${hash}).` : `${what} has the commitment ${hash}.`;
}

function list(words: readonly string[]): string {
  if (words.length < 2) return words[0] ?? "nothing";
  return `${words.slice(0, -1).join(", ")} and ${words.at(-1) ?? ""}`;
}

function time(seconds: number): string {
  return formatDateTime(seconds);
}

/** The messages that {@link describe} knows. */
export const DESCRIBED_MESSAGES: readonly MessageName[] = Object.values(TYPED_DATA).flatMap(
  (types) => Object.keys(types) as MessageName[],
);
