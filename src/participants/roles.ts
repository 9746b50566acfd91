/**
 * The roles of `contracts/participants/Role.sol`, by their names there, and the enums of `IParticipantRegistry`. A test
 * holds both equal.
 */

/** Number (0 to 55) of each role that an organisation can be accredited for. */
export const ROLES = {
  PROVIDER: 0,
  EMERGENCY_CARE: 1,
  PAYER: 2,
  GATEWAY: 3,
  HEALTH_DATA_USER: 4,
  INVESTIGATOR_SITE: 5,
  PUBLIC_HEALTH_AUTHORITY: 6,
  PRIVACY_OFFICER: 7,
  OVERSIGHT_AUTHORITY: 8,
  GUARDIANSHIP_AUTHORITY: 9,
  MANUFACTURER: 10,
  WHOLESALE_DISTRIBUTOR: 11,
  DISPENSER: 12,
  THIRD_PARTY_LOGISTICS_PROVIDER: 13,
  DRUG_REGULATOR: 14,
  ENROLMENT_AUTHORITY: 15,
  INDEPENDENT_REVIEWER: 16,
  LABORATORY: 17,
  TRIAL_SPONSOR: 18,
  ETHICS_BOARD: 19,
  TRIAL_SERVICE_PROVIDER: 20,
  DATA_MONITORING_COMMITTEE: 21,
  DATA_ACCESS_COMMITTEE: 22,
} as const;

/** Name of a role. */
export type RoleName = keyof typeof ROLES;

/** The highest number a role can have. */
export const HIGHEST_ROLE = 55;

/** Why an account may or may not act in a role now: the names of `IParticipantRegistry.Standing`, in its order. */
export const STANDINGS = [
  "Good",
  "Unaccredited",
  "Suspended",
  "Withdrawn",
  "Expired",
  "OperatorExpired",
  "OperatorRoleMissing",
] as const;

/** Name of a standing. */
export type Standing = (typeof STANDINGS)[number];

/** The life of an accreditation: the names of `IParticipantRegistry.AccreditationStatus`, in its order. */
export const ACCREDITATION_STATUSES = ["None", "Active", "Suspended", "Withdrawn"] as const;

/** Name of an accreditation's status. */
export type AccreditationStatus = (typeof ACCREDITATION_STATUSES)[number];

/** The set of `roles` as a bitmask of 56 bits: bit n stands for role number n. */
export function roleMask(...roles: RoleName[]): bigint {
  return roles.reduce((mask, role) => mask | (1n << BigInt(ROLES[role])), 0n);
}

/** The AccessManager role whose members accredit participants for `role`: 100 + the role's number. */
export function accreditorRole(role: RoleName): bigint {
  return BigInt(100 + ROLES[role]);
}
