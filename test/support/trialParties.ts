/** A trial of a sponsor, with people in it, for tests. */
import { id, type Contract } from "ethers";

import { accredit, enlist, type Account, type CareProof } from "./careproof";

/** A trial of a sponsor, and another sponsor. Takes accounts from the end of those without a part. */
export async function deployTrialsOfSponsor<System extends CareProof & { registry: Contract }>(system: System) {
  const [sponsor, sponsorKey, otherSponsor] = system.others.slice(-3) as unknown as [Account, Account, Account];
  await accredit(system, sponsor, "TRIAL_SPONSOR");
  await enlist(system, sponsor, sponsorKey, "TRIAL_SPONSOR");
  await accredit(system, otherSponsor, "TRIAL_SPONSOR");
  const trialId = id("trial");
  await system.registry.getFunction("setTrial")(trialId, sponsor.address, 1, 0);
  return { ...system, sponsor, sponsorKey, otherSponsor, trialId };
}
