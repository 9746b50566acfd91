import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

import Participants from "./Participants";

/**
 * Drug provenance. Parameter `resolver`: what stands in front of the GS1 Digital Link URI of every token, without a slash at its
 * end. `DrugProvenance` creates `ProductInvestigations`, so that neither can be exchanged.
 */
export default buildModule("Provenance", (m) => {
  const { accessManager, participantRegistry } = m.useModule(Participants);
  const companyPrefixRegistry = m.contract("CompanyPrefixRegistry", [accessManager]);
  const digitalLinks = m.contract("DigitalLinks", [m.getParameter("resolver", "https://id.gs1.org")]);
  const drugProvenance = m.contract("DrugProvenance", [
    accessManager,
    participantRegistry,
    companyPrefixRegistry,
    digitalLinks,
  ]);
  const productInvestigations = m.contractAt("ProductInvestigations", m.staticCall(drugProvenance, "investigations"));
  const epcisEventLog = m.contract("EpcisEventLog", [participantRegistry]);
  return { companyPrefixRegistry, digitalLinks, drugProvenance, productInvestigations, epcisEventLog };
});
