/**
 * What patients, who acts for them, officers, gateways and keys sign: the EIP-712 messages of `ConsentRegistry`,
 * `RepresentativeRegistry`, `DisclosureLog` and `ParticipantRegistry`, member by member as in `ConsentTypes.sol`,
 * `RepresentativeTypes.sol`, `DisclosureTypes.sol` and `ParticipantTypes.sol`. What each member means is said there at the
 * structs and functions that take it.
 *
 * ```ts
 * const data = typedData("RevokeAll", { chainId, verifyingContract }, { patient, decidedBy: patient, issuedAt, deadline });
 * await signer.signTypedData(data.domain, data.types, data.message); // ethers
 * await wallet.signTypedData(data); // viem
 * ```
 */

import { OPERATOR_ACCEPTANCE_TYPES } from "../participants/typedData.js";
import {
  careProofDomain,
  checkMessage,
  defineTypes,
  type CareProofDomain,
  type MessageInput,
  type MessageOf,
} from "../utils/typedData.js";

const ISSUED = [
  { name: "issuedAt", type: "uint40" },
  { name: "deadline", type: "uint40" },
] as const;
const PATIENT = { name: "patient", type: "address" } as const;
const DECIDED_BY = { name: "decidedBy", type: "address" } as const;

/** A patient, or a representative, allows a grantee to use data. */
export const CONSENT_GRANT_TYPES = defineTypes({
  ConsentGrant: [
    PATIENT,
    DECIDED_BY,
    { name: "grantee", type: "address" },
    { name: "purposes", type: "uint32" },
    { name: "categories", type: "uint64" },
    { name: "notBefore", type: "uint40" },
    { name: "expiresAt", type: "uint40" },
    { name: "flags", type: "uint8" },
    { name: "evidence", type: "bytes32" },
    ...ISSUED,
  ],
});

/** A patient, or a representative, ends what a grantee may do for some purposes. */
export const CONSENT_REVOCATION_TYPES = defineTypes({
  ConsentRevocation: [
    PATIENT,
    DECIDED_BY,
    { name: "grantee", type: "address" },
    { name: "purposes", type: "uint32" },
    ...ISSUED,
  ],
});

/** A patient, or the guardian, revokes everything decided until then. */
export const REVOKE_ALL_TYPES = defineTypes({ RevokeAll: [PATIENT, DECIDED_BY, ...ISSUED] });

/** A patient forbids, or again allows, emergency access without consent. */
export const BREAK_GLASS_PREFERENCE_TYPES = defineTypes({
  BreakGlassPreference: [PATIENT, { name: "forbidden", type: "bool" }, ...ISSUED],
});

/** A patient lets an emergency source, for instance a device's alarm, open access to some categories. */
export const EMERGENCY_SOURCE_PREFERENCE_TYPES = defineTypes({
  EmergencySourcePreference: [
    PATIENT,
    { name: "source", type: "address" },
    { name: "categories", type: "uint64" },
    ...ISSUED,
  ],
});

/** A patient names who may revoke for them, and nothing else. */
export const GUARDIAN_NAMING_TYPES = defineTypes({
  GuardianNaming: [PATIENT, { name: "guardian", type: "address" }, ...ISSUED],
});

/** A patient, or the guardian, retires the patient's address for ever. */
export const RETIREMENT_TYPES = defineTypes({ Retirement: [PATIENT, DECIDED_BY, ...ISSUED] });

/** A patient stops a retirement that the guardian asked for. */
export const RETIREMENT_OBJECTION_TYPES = defineTypes({ RetirementObjection: [PATIENT, ...ISSUED] });

/** A patient names a representative. */
export const REPRESENTATIVE_NAMING_TYPES = defineTypes({
  RepresentativeNaming: [
    PATIENT,
    { name: "representative", type: "address" },
    { name: "purposes", type: "uint32" },
    { name: "expiresAt", type: "uint40" },
    ...ISSUED,
  ],
});

/** A patient removes a representative, or vetoes one that an authority appointed. */
export const REPRESENTATIVE_REMOVAL_TYPES = defineTypes({
  RepresentativeRemoval: [PATIENT, { name: "representative", type: "address" }, ...ISSUED],
});

/** An authority's officer appoints a representative. */
export const REPRESENTATIVE_APPOINTMENT_TYPES = defineTypes({
  RepresentativeAppointment: [
    PATIENT,
    { name: "representative", type: "address" },
    { name: "officer", type: "address" },
    { name: "purposes", type: "uint32" },
    { name: "mayOverride", type: "bool" },
    { name: "expiresAt", type: "uint40" },
    { name: "caseCommitment", type: "bytes32" },
    ...ISSUED,
  ],
});

/** An authority's officer upholds a vetoed appointment, or ends one. */
export const APPOINTMENT_DECISION_TYPES = defineTypes({
  AppointmentDecision: [
    PATIENT,
    { name: "representative", type: "address" },
    { name: "officer", type: "address" },
    { name: "inForce", type: "bool" },
    ...ISSUED,
  ],
});

/** A gateway's receipt of an access, which it must anchor within seven days. */
export const ACCESS_RECEIPT_TYPES = defineTypes({
  AccessReceipt: [
    { name: "gateway", type: "address" },
    { name: "signer", type: "address" },
    { name: "disclosure", type: "bytes32" },
    { name: "accessedAt", type: "uint40" },
  ],
});

/** The types of every message, by the contract that checks it. The key is the contract's name in its EIP-712 domain. */
export const TYPED_DATA = {
  ConsentRegistry: {
    ...CONSENT_GRANT_TYPES,
    ...CONSENT_REVOCATION_TYPES,
    ...REVOKE_ALL_TYPES,
    ...BREAK_GLASS_PREFERENCE_TYPES,
    ...EMERGENCY_SOURCE_PREFERENCE_TYPES,
    ...GUARDIAN_NAMING_TYPES,
    ...RETIREMENT_TYPES,
    ...RETIREMENT_OBJECTION_TYPES,
  },
  Representatives: {
    ...REPRESENTATIVE_NAMING_TYPES,
    ...REPRESENTATIVE_REMOVAL_TYPES,
    ...REPRESENTATIVE_APPOINTMENT_TYPES,
    ...APPOINTMENT_DECISION_TYPES,
  },
  DisclosureLog: ACCESS_RECEIPT_TYPES,
  ParticipantRegistry: OPERATOR_ACCEPTANCE_TYPES,
};

/** Name of a contract whose messages are signed. */
export type SigningContract = keyof typeof TYPED_DATA;

type AllTypes = (typeof TYPED_DATA)["ConsentRegistry"] &
  (typeof TYPED_DATA)["Representatives"] &
  (typeof TYPED_DATA)["DisclosureLog"] &
  (typeof TYPED_DATA)["ParticipantRegistry"];

/** Name of a message: its EIP-712 primary type. */
export type MessageName = keyof AllTypes;

/** The message `Name` with every member checked. */
export type Message<Name extends MessageName> = MessageOf<AllTypes[Name]>;

/** Typed data that ethers and viem sign as it is. */
export interface SignableTypedData<Name extends MessageName> {
  domain: CareProofDomain;
  types: { [Key in Name]: AllTypes[Key] };
  primaryType: Name;
  message: Message<Name>;
}

/** The contract that checks a message, and the message's members in order. */
export function definitionOf<Name extends MessageName>(
  name: Name,
): { contract: SigningContract; members: AllTypes[Name] } {
  for (const [contract, types] of Object.entries(TYPED_DATA)) {
    const members = (types as Partial<AllTypes>)[name];
    if (members !== undefined) return { contract: contract as SigningContract, members };
  }
  throw new TypeError(`no message ${name}`);
}

/**
 * Typed data of a message, ready to sign.
 *
 * @param deployment Where the contract is that checks it.
 * @throws CareProofError `TYPED_DATA_INVALID` with the name of a member that is missing, unknown or out of its range.
 */
export function typedData<Name extends MessageName>(
  name: Name,
  deployment: { readonly chainId: number | bigint; readonly verifyingContract: string },
  message: MessageInput<AllTypes[Name]>,
): SignableTypedData<Name> {
  const { contract, members } = definitionOf(name);
  return {
    domain: careProofDomain(contract, deployment.chainId, deployment.verifyingContract),
    types: { [name]: members } as { [Key in Name]: AllTypes[Key] },
    primaryType: name,
    message: checkMessage(members, message) as Message<Name>,
  };
}
