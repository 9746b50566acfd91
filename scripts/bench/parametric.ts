/** Gas of a benefit of a fixed sum: published, sold, and paid on a laboratory's signature. */
import { time } from "@nomicfoundation/hardhat-network-helpers";
import { id } from "ethers";
import { ethers } from "hardhat";

import { insureNew, memberAt, type InsuranceBench } from "./insurance";
import { requireState, type gasOf } from "./operation";
import {
  ATTESTATION_TYPES,
  attestationMessage,
  parametricDomain,
  productId,
  triggerCommitment,
  type ParametricTerms,
} from "../../src/claims/parametric.js";
import { ROLES } from "../../src/participants/roles.js";
import { accredit, enlist } from "../../test/support/careproof";
import { BENEFIT } from "../../test/support/parametric";

const DAY = 86_400;
/** Token units; one attester is enough, and nothing is to be waited for. */
const SUM = 2_000_000_000n;

/** Measures rows of parametric benefits: the attestation of a key of an accredited laboratory, relayed by a key of somebody else. */
export async function measureParametric(
  system: InsuranceBench,
  row: (operation: string, sent: Parameters<typeof gasOf>[0]) => Promise<number>,
): Promise<void> {
  const { parametric, participants, insurer, insurerKey, clinicKey, currency, terms: plan, deployer } = system;
  const [laboratory, key] = [memberAt("laboratory"), memberAt("laboratory's key")];
  for (const { address } of [laboratory, key]) {
    await deployer.sendTransaction({ to: address, value: ethers.parseEther("1") });
  }
  await accredit(system, laboratory, "LABORATORY");
  await enlist(system, laboratory, key, "LABORATORY");
  requireState((await participants.principalOf(key.address)) === laboratory.address, "an operator key");
  const terms: ParametricTerms = {
    payer: insurer.address,
    vault: plan.vault,
    trigger: triggerCommitment({ code: "1558-6", criterion: ">= 92 mg/dL" }, id("salt of the trigger")),
    attesterRole: ROLES.LABORATORY,
    waitingDays: 0,
    windowDays: 280,
    timelyFilingDays: 60,
    attesters: 2,
    attestersAbove: SUM,
    challengeDays: 14,
    challengeAbove: SUM,
  };
  await row("publishProduct", parametric.connect(insurerKey).publish(terms));
  const { member, policyId } = await insureNew(system, "parametric");
  await row("enrol", parametric.connect(insurerKey).enrol(policyId, plan as never, terms, SUM));

  const now = await time.latest();
  const message = {
    policyId: BigInt(policyId),
    productId: productId(terms),
    observedDay: Math.floor(now / DAY),
    attester: laboratory.address,
    signedBy: key.address,
    observation: id("observation"),
    issuedAt: now,
    deadline: now + 30 * DAY,
  };
  const { chainId } = await ethers.provider.getNetwork();
  const domain = parametricDomain(chainId, await parametric.getAddress());
  const signature = await key.signTypedData(domain, ATTESTATION_TYPES, attestationMessage(message));
  const balance = (): Promise<bigint> => currency.getFunction("balanceOf")(member) as Promise<bigint>;
  requireState((await balance()) === 0n, "the member has none of the currency");
  const attestation = { ...message, signature };
  await row("parametric", parametric.connect(clinicKey).attest(policyId, message.observedDay, terms, [attestation]));
  const { status } = await parametric.benefitOf(policyId, message.productId);
  requireState(status === BENEFIT.Paid && (await balance()) === SUM, "paid to the member");
}
