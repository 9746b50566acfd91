import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import type { ContractFuture } from "@nomicfoundation/ignition-core";
import { id } from "ethers";

import { accreditorRole } from "../../src/participants/roles";
import {
  ACCREDITORS,
  EMERGENCY_SOURCE_ADMIN,
  COMPANY_PREFIX_FUNCTIONS,
  EMERGENCY_SOURCE_FUNCTIONS,
  EXCURSION_SOURCE_ADMIN,
  EXCURSION_SOURCE_FUNCTIONS,
  GS1_MEMBER_ORGANISATION,
  ROLE_LABELS,
  type Accreditor,
} from "../authority";
import Claims from "./Claims";
import Consent from "./Consent";
import Participants from "./Participants";
import Provenance from "./Provenance";
import Trials from "./Trials";

/**
 * All of CareProof, with its authority set up and handed over.
 *
 * Parameters: `admin`, who governs from then on (a multisig on a real network), one address for each body of `ACCREDITORS`, and
 * `gs1MemberOrganisation`, who says who holds which GS1 company prefix. None has a default: who holds power is said, never assumed. At the end the deployer holds nothing.
 */
export default buildModule("CareProof", (m) => {
  const { accessManager, participantRegistry } = m.useModule(Participants);
  const { representativeRegistry, consentRegistry, recordRegistry, disclosureLog } = m.useModule(Consent);
  const { companyPrefixRegistry, digitalLinks, drugProvenance, productInvestigations, epcisEventLog } =
    m.useModule(Provenance);
  const { reserveVaultFactory, planRegistry, policyRegistry, claimsProcessor, parametricPolicy } = m.useModule(Claims);
  const { trialRegistry, trialData, trialSafety, dataLicence } = m.useModule(Trials);
  const admin = m.getParameter<string>("admin");

  const labels = ROLE_LABELS.map(([role, label]) =>
    m.call(accessManager, "labelRole", [role, label], { id: `label_${label}` }),
  );
  const guard = (id: string, contract: ContractFuture<string>, functions: readonly string[], role: bigint) =>
    m.call(accessManager, "setTargetFunctionRole", [contract, functions.map((name) => selector(name)), role], { id });
  const guarded = [
    guard("guard_emergency_sources", consentRegistry, EMERGENCY_SOURCE_FUNCTIONS, EMERGENCY_SOURCE_ADMIN),
    guard("guard_company_prefixes", companyPrefixRegistry, COMPANY_PREFIX_FUNCTIONS, GS1_MEMBER_ORGANISATION),
    guard("guard_excursion_sources", productInvestigations, EXCURSION_SOURCE_FUNCTIONS, EXCURSION_SOURCE_ADMIN),
  ];
  const granted = [
    m.call(accessManager, "grantRole", [EMERGENCY_SOURCE_ADMIN, admin, 0], { id: "grant_EMERGENCY_SOURCE_ADMIN" }),
    m.call(accessManager, "grantRole", [EXCURSION_SOURCE_ADMIN, admin, 0], { id: "grant_EXCURSION_SOURCE_ADMIN" }),
    m.call(accessManager, "grantRole", [GS1_MEMBER_ORGANISATION, m.getParameter<string>("gs1MemberOrganisation"), 0], {
      id: "grant_GS1_MEMBER_ORGANISATION",
    }),
  ];
  const accreditors = (Object.keys(ACCREDITORS) as Accreditor[]).flatMap((body) =>
    ACCREDITORS[body].map((role) =>
      m.call(accessManager, "grantRole", [accreditorRole(role), m.getParameter<string>(body), 0], {
        id: `grant_ACCREDITOR_OF_${role}`,
      }),
    ),
  );

  const adminRole = m.staticCall(accessManager, "ADMIN_ROLE");
  const handOver = m.call(accessManager, "grantRole", [adminRole, admin, 0], {
    id: "hand_over_admin",
    after: [...labels, ...guarded, ...granted, ...accreditors],
  });
  m.call(accessManager, "renounceRole", [adminRole, m.getAccount(0)], { id: "renounce_admin", after: [handOver] });

  return {
    accessManager,
    participantRegistry,
    representativeRegistry,
    consentRegistry,
    recordRegistry,
    disclosureLog,
    companyPrefixRegistry,
    digitalLinks,
    drugProvenance,
    productInvestigations,
    epcisEventLog,
    reserveVaultFactory,
    planRegistry,
    policyRegistry,
    claimsProcessor,
    parametricPolicy,
    trialRegistry,
    trialData,
    trialSafety,
    dataLicence,
  };
});

function selector(signature: string): string {
  return id(signature).slice(0, 10);
}
