import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

import Consent from "./Consent";
import Participants from "./Participants";

/**
 * Insurance claims. Parameter `noticePeriod`: how long before a withdrawal investors of reserve vaults give notice (seconds).
 *
 * Vaults serve contracts that are deployed after their factory, which is bound to them at the end, once and for ever.
 */
export default buildModule("Claims", (m) => {
  const { accessManager, participantRegistry } = m.useModule(Participants);
  const { consentRegistry, representativeRegistry } = m.useModule(Consent);
  const reserveVaultFactory = m.contract("ReserveVaultFactory", [
    accessManager,
    participantRegistry,
    m.getParameter("noticePeriod", 30 * 24 * 3600),
  ]);
  const planRegistry = m.contract("PlanRegistry", [participantRegistry, reserveVaultFactory]);
  const policyRegistry = m.contract("PolicyRegistry", [participantRegistry, planRegistry]);
  const claimsProcessor = m.contract("ClaimsProcessor", [
    participantRegistry,
    policyRegistry,
    consentRegistry,
    representativeRegistry,
  ]);
  const parametricPolicy = m.contract("ParametricPolicy", [
    participantRegistry,
    policyRegistry,
    consentRegistry,
    reserveVaultFactory,
  ]);
  m.call(reserveVaultFactory, "bind", [claimsProcessor, parametricPolicy, policyRegistry]);
  return { reserveVaultFactory, planRegistry, policyRegistry, claimsProcessor, parametricPolicy };
});
