import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import { id } from "ethers";

import { accreditorRole } from "../../src/participants/roles";
import {
  ACCREDITORS,
  EMERGENCY_SOURCE_ADMIN,
  EMERGENCY_SOURCE_FUNCTIONS,
  ROLE_LABELS,
  type Accreditor,
} from "../authority";
import Consent from "./Consent";
import Participants from "./Participants";

/**
 * All of CareProof, with its authority set up and handed over.
 *
 * Parameters: `admin`, who governs from then on (a multisig on a real network), and one address for each body of
 * `ACCREDITORS`. None has a default: who holds power is said, never assumed. At the end the deployer holds nothing.
 */
export default buildModule("CareProof", (m) => {
  const { accessManager, participantRegistry } = m.useModule(Participants);
  const { representativeRegistry, consentRegistry, recordRegistry, disclosureLog } = m.useModule(Consent);
  const admin = m.getParameter<string>("admin");

  const labels = ROLE_LABELS.map(([role, label]) =>
    m.call(accessManager, "labelRole", [role, label], { id: `label_${label}` }),
  );
  const guarded = m.call(
    accessManager,
    "setTargetFunctionRole",
    [
      consentRegistry,
      EMERGENCY_SOURCE_FUNCTIONS.map((signature) => id(signature).slice(0, 10)),
      EMERGENCY_SOURCE_ADMIN,
    ],
    { id: "guard_emergency_sources" },
  );
  const sourceAdmin = m.call(accessManager, "grantRole", [EMERGENCY_SOURCE_ADMIN, admin, 0], {
    id: "grant_EMERGENCY_SOURCE_ADMIN",
  });
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
    after: [...labels, guarded, sourceAdmin, ...accreditors],
  });
  m.call(accessManager, "renounceRole", [adminRole, m.getAccount(0)], { id: "renounce_admin", after: [handOver] });

  return {
    accessManager,
    participantRegistry,
    representativeRegistry,
    consentRegistry,
    recordRegistry,
    disclosureLog,
  };
});
