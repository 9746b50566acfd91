/** CareProof as production deploys it, by the same Ignition module, for tests. */
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";
import { time } from "@nomicfoundation/hardhat-network-helpers";
import type { Signer } from "ethers";
import { ethers, ignition } from "hardhat";

import { ACCREDITORS, type Accreditor } from "../../ignition/authority";
import CareProofModule from "../../ignition/modules/CareProof";
import {
  AccessManager__factory,
  ClaimsProcessor__factory,
  CompanyPrefixRegistry__factory,
  ConsentRegistry__factory,
  DataLicence__factory,
  DigitalLinks__factory,
  DisclosureLog__factory,
  DrugProvenance__factory,
  EpcisEventLog__factory,
  ParametricPolicy__factory,
  ParticipantRegistry__factory,
  PlanRegistry__factory,
  PolicyRegistry__factory,
  ProductInvestigations__factory,
  RecordRegistry__factory,
  RepresentativeRegistry__factory,
  ReserveVaultFactory__factory,
  TrialData__factory,
  TrialRegistry__factory,
  TrialSafety__factory,
  type AccessManager,
  type ClaimsProcessor,
  type CompanyPrefixRegistry,
  type ConsentRegistry,
  type DataLicence,
  type DigitalLinks,
  type DisclosureLog,
  type DrugProvenance,
  type EpcisEventLog,
  type ParametricPolicy,
  type ParticipantRegistry,
  type PlanRegistry,
  type PolicyRegistry,
  type ProductInvestigations,
  type RecordRegistry,
  type RepresentativeRegistry,
  type ReserveVaultFactory,
  type TrialData,
  type TrialRegistry,
  type TrialSafety,
} from "../../src/bindings/index.js";
import { ROLES, roleMask, type RoleName } from "../../src/participants/roles.js";

/** Somebody who signs and whose address is known: a test account of the node, or a wallet. */
export type Account = Signer & { readonly address: string };

/** A year, in seconds. */
export const YEAR = 365n * 24n * 3600n;

/** The deployed system and the accounts that have a part in it. */
export interface CareProof {
  accessManager: AccessManager;
  participants: ParticipantRegistry;
  representatives: RepresentativeRegistry;
  consents: ConsentRegistry;
  records: RecordRegistry;
  disclosures: DisclosureLog;
  companyPrefixes: CompanyPrefixRegistry;
  digitalLinks: DigitalLinks;
  provenance: DrugProvenance;
  investigations: ProductInvestigations;
  eventLog: EpcisEventLog;
  vaultFactory: ReserveVaultFactory;
  plans: PlanRegistry;
  policies: PolicyRegistry;
  claims: ClaimsProcessor;
  parametric: ParametricPolicy;
  trials: TrialRegistry;
  trialData: TrialData;
  trialSafety: TrialSafety;
  licences: DataLicence;
  deployer: HardhatEthersSigner;
  /** Who governs after the hand-over. */
  admin: HardhatEthersSigner;
  /** The accrediting bodies of `ignition/authority.ts`. */
  accreditors: Record<Accreditor, HardhatEthersSigner>;
  /** Who says who holds which GS1 company prefix. */
  gs1MemberOrganisation: HardhatEthersSigner;
  /** Accounts without any part, for the test to use. */
  others: HardhatEthersSigner[];
}

/** Emergencies a day for each provider, in tests. */
export const EMERGENCIES_PER_DAY = 3;

/** Deploys CareProof with a test account for each part. Use it through `loadFixture`. */
export async function deployCareProof(): Promise<CareProof> {
  const [deployer, admin, gs1MemberOrganisation, ...rest] = (await ethers.getSigners()) as [
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
    ...HardhatEthersSigner[],
  ];
  const bodies = Object.keys(ACCREDITORS) as Accreditor[];
  const accreditors = Object.fromEntries(bodies.map((body, index) => [body, rest[index]!])) as CareProof["accreditors"];
  const addresses = Object.fromEntries(bodies.map((body) => [body, accreditors[body].address]));
  const deployed = await ignition.deploy(CareProofModule, {
    parameters: {
      CareProof: { admin: admin.address, gs1MemberOrganisation: gs1MemberOrganisation.address, ...addresses },
      Consent: { emergenciesPerDay: EMERGENCIES_PER_DAY },
    },
  });
  const at = async (contract: { getAddress(): Promise<string> }): Promise<string> => contract.getAddress();
  return {
    accessManager: AccessManager__factory.connect(await at(deployed.accessManager), deployer),
    participants: ParticipantRegistry__factory.connect(await at(deployed.participantRegistry), deployer),
    representatives: RepresentativeRegistry__factory.connect(await at(deployed.representativeRegistry), deployer),
    consents: ConsentRegistry__factory.connect(await at(deployed.consentRegistry), deployer),
    records: RecordRegistry__factory.connect(await at(deployed.recordRegistry), deployer),
    disclosures: DisclosureLog__factory.connect(await at(deployed.disclosureLog), deployer),
    companyPrefixes: CompanyPrefixRegistry__factory.connect(await at(deployed.companyPrefixRegistry), deployer),
    digitalLinks: DigitalLinks__factory.connect(await at(deployed.digitalLinks), deployer),
    provenance: DrugProvenance__factory.connect(await at(deployed.drugProvenance), deployer),
    investigations: ProductInvestigations__factory.connect(await at(deployed.productInvestigations), deployer),
    eventLog: EpcisEventLog__factory.connect(await at(deployed.epcisEventLog), deployer),
    vaultFactory: ReserveVaultFactory__factory.connect(await at(deployed.reserveVaultFactory), deployer),
    plans: PlanRegistry__factory.connect(await at(deployed.planRegistry), deployer),
    policies: PolicyRegistry__factory.connect(await at(deployed.policyRegistry), deployer),
    claims: ClaimsProcessor__factory.connect(await at(deployed.claimsProcessor), deployer),
    parametric: ParametricPolicy__factory.connect(await at(deployed.parametricPolicy), deployer),
    trials: TrialRegistry__factory.connect(await at(deployed.trialRegistry), deployer),
    trialData: TrialData__factory.connect(await at(deployed.trialData), deployer),
    trialSafety: TrialSafety__factory.connect(await at(deployed.trialSafety), deployer),
    licences: DataLicence__factory.connect(await at(deployed.dataLicence), deployer),
    deployer,
    admin,
    gs1MemberOrganisation,
    accreditors,
    others: rest.slice(bodies.length),
  };
}

/** Who accredits for `role`. */
export function accreditorFor(system: CareProof, role: RoleName): HardhatEthersSigner {
  const body = (Object.keys(ACCREDITORS) as Accreditor[]).find((name) =>
    (ACCREDITORS[name] as readonly RoleName[]).includes(role),
  );
  return system.accreditors[body!];
}

/** Accredits `participant` for each of `roles` for a year, by who accredits for it. */
export async function accredit(
  system: CareProof,
  participant: { address: string },
  ...roles: RoleName[]
): Promise<void> {
  const validUntil = BigInt(await time.latest()) + YEAR;
  for (const role of roles) {
    await system.participants
      .connect(accreditorFor(system, role))
      .accredit(participant.address, ROLES[role], validUntil);
  }
}

/** Makes `operator` act for `principal` in `roles` for a year, offered and accepted. */
export async function enlist(
  system: CareProof,
  principal: Account,
  operator: Account,
  ...roles: RoleName[]
): Promise<void> {
  const expiresAt = BigInt(await time.latest()) + YEAR;
  await system.participants.connect(principal).offerOperator(operator.address, roleMask(...roles), expiresAt);
  await system.participants.connect(operator).acceptOperator(principal.address);
}
