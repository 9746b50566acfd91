import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

import Consent from "./Consent";
import Participants from "./Participants";

/** Clinical trials: what they promise, their data and serious events, and licences to use data again. */
export default buildModule("Trials", (m) => {
  const { participantRegistry } = m.useModule(Participants);
  const { consentRegistry } = m.useModule(Consent);
  const trialRegistry = m.contract("TrialRegistry", [participantRegistry, consentRegistry]);
  const trialData = m.contract("TrialData", [trialRegistry]);
  const trialSafety = m.contract("TrialSafety", [trialRegistry]);
  const dataLicence = m.contract("DataLicence", [trialRegistry]);
  return { trialRegistry, trialData, trialSafety, dataLicence };
});
