import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

/** The kernel: who governs, and who is accredited for what. The deployer is the first admin, until `CareProof` ends. */
export default buildModule("Participants", (m) => {
  const accessManager = m.contract("AccessManager", [m.getAccount(0)]);
  const participantRegistry = m.contract("ParticipantRegistry", [accessManager]);
  return { accessManager, participantRegistry };
});
