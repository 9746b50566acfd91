/**
 * Who may do what through the `AccessManager`: the one table from which it is configured, and against which a test holds
 * the deployed contracts. Nothing else in CareProof is open to governance.
 */
import { ROLES, accreditorRole, type RoleName } from "../src/participants/roles";

/** AccessManager role of who names emergency sources of `ConsentRegistry`. */
export const EMERGENCY_SOURCE_ADMIN = 200n;

/** The functions of `ConsentRegistry` that {@link EMERGENCY_SOURCE_ADMIN} may call. */
export const EMERGENCY_SOURCE_FUNCTIONS = ["setEmergencySource(address)", "removeEmergencySource(address)"] as const;

/** AccessManager role of GS1 member organisations, who say who holds which GS1 company prefix. */
export const GS1_MEMBER_ORGANISATION = 201n;

/** The functions of `CompanyPrefixRegistry` that {@link GS1_MEMBER_ORGANISATION} may call. */
export const COMPANY_PREFIX_FUNCTIONS = ["register(uint64,uint8,address)", "release(uint64,uint8)"] as const;

/** AccessManager role of who names excursion sources of `ProductInvestigations`. */
export const EXCURSION_SOURCE_ADMIN = 202n;

/** The functions of `ProductInvestigations` that {@link EXCURSION_SOURCE_ADMIN} may call. */
export const EXCURSION_SOURCE_FUNCTIONS = ["setExcursionSource(address)", "removeExcursionSource(address)"] as const;

/** The bodies that accredit, by the name of their Ignition parameter, and the roles each accredits for. */
export const ACCREDITORS = {
  medicalBoard: ["PROVIDER", "EMERGENCY_CARE", "LABORATORY"],
  insuranceCommissioner: ["PAYER", "ENROLMENT_AUTHORITY", "INDEPENDENT_REVIEWER"],
  healthDataAccessBody: ["GATEWAY", "HEALTH_DATA_USER", "DATA_ACCESS_COMMITTEE"],
  ethicsAuthority: ["INVESTIGATOR_SITE", "ETHICS_BOARD", "DATA_MONITORING_COMMITTEE"],
  healthMinistry: ["PUBLIC_HEALTH_AUTHORITY", "OVERSIGHT_AUTHORITY", "DRUG_REGULATOR"],
  dataProtectionAuthority: ["PRIVACY_OFFICER"],
  justiceMinistry: ["GUARDIANSHIP_AUTHORITY"],
  drugRegulator: [
    "MANUFACTURER",
    "WHOLESALE_DISTRIBUTOR",
    "DISPENSER",
    "THIRD_PARTY_LOGISTICS_PROVIDER",
    "TRIAL_SPONSOR",
    "TRIAL_SERVICE_PROVIDER",
  ],
} as const satisfies Record<string, readonly RoleName[]>;

/** Name of an accrediting body. */
export type Accreditor = keyof typeof ACCREDITORS;

/** AccessManager roles and their labels, as shown by explorers. */
export const ROLE_LABELS: readonly (readonly [bigint, string])[] = [
  ...(Object.keys(ROLES) as RoleName[]).map((role) => [accreditorRole(role), `ACCREDITOR_OF_${role}`] as const),
  [EMERGENCY_SOURCE_ADMIN, "EMERGENCY_SOURCE_ADMIN"],
  [GS1_MEMBER_ORGANISATION, "GS1_MEMBER_ORGANISATION"],
  [EXCURSION_SOURCE_ADMIN, "EXCURSION_SOURCE_ADMIN"],
];
