import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

import Participants from "./Participants";

/**
 * Consent and records. Parameter `emergenciesPerDay`: how many times a day each provider may break the glass.
 */
export default buildModule("Consent", (m) => {
  const { accessManager, participantRegistry } = m.useModule(Participants);
  const representativeRegistry = m.contract("RepresentativeRegistry", [participantRegistry]);
  const consentRegistry = m.contract("ConsentRegistry", [
    accessManager,
    participantRegistry,
    representativeRegistry,
    m.getParameter("emergenciesPerDay", 50),
  ]);
  const recordRegistry = m.contract("RecordRegistry", [participantRegistry]);
  const disclosureLog = m.contract("DisclosureLog", [participantRegistry]);
  return { representativeRegistry, consentRegistry, recordRegistry, disclosureLog };
});
