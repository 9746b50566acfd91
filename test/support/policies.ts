/** A policy with a premium, and who pays it, for tests. */
import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import type { Contract } from "ethers";
import { ethers } from "hardhat";

import { accredit, enlist, type Account } from "./careproof";
import { dayNow, deployInsurer, planTerms, UNIT, type Insurance } from "./claimsParties";
import type { PlanTerms } from "../../src/claims/planTerms.js";

/** Premium a day: no round number, so that what is rounded shows. */
export const DAILY = 3n * UNIT + 7n;
/** What {@link deployPolicies} gives to each who pays premiums. */
export const WEALTH = 1_000_000n * UNIT;

/** A day, of seconds. */
export const DAY = 86_400;

export interface Policies extends Insurance {
  /** Pays premiums; no party of any policy. */
  employer: Account;
  /** Another accredited payer, with a vault and a plan. */
  otherInsurer: Account;
  otherTerms: PlanTerms;
  otherMember: Account;
  /** Issues a policy of the insurer's plan; as a policy with a premium for ten days from today, if not told otherwise. */
  issue: (policy?: IssueOptions) => Promise<bigint>;
}

export interface IssueOptions {
  member?: Account;
  firstDay?: number;
  lastDay?: number;
  dailyPremium?: bigint;
}

/** As `deployInsurer`, at noon, with money for premiums and a second payer; no policy yet. */
export async function deployPolicies(): Promise<Policies> {
  const system = await loadFixture(deployInsurer);
  const { policies, plans, vault, vaultFactory, currency, insurerKey, fees, terms, member } = system;
  const account = (): Account => ethers.Wallet.createRandom(ethers.provider);
  const [employer, otherInsurer, otherMember] = [account(), account(), account()];
  for (const { address } of [employer, otherInsurer, otherMember]) {
    await system.deployer.sendTransaction({ to: address, value: ethers.parseEther("10") });
  }
  await accredit(system, otherInsurer, "PAYER");
  await vaultFactory.connect(otherInsurer).createVault(await currency.getAddress());
  const otherVault = await vaultFactory.vaultOf(otherInsurer, await currency.getAddress());
  const otherTerms = planTerms(otherInsurer.address, otherVault, fees.root);
  await plans.connect(otherInsurer).publish(otherTerms as never);
  for (const account of [employer, member]) {
    await currency.getFunction("mint")(account, WEALTH);
    await (currency.connect(account) as Contract).getFunction("approve")(vault, WEALTH);
  }
  await noonOf((await dayNow()) + 1);
  return {
    ...system,
    today: await dayNow(),
    employer,
    otherInsurer,
    otherTerms,
    otherMember,
    issue: async (policy = {}) => {
      const today = await dayNow();
      const { firstDay = today, lastDay = firstDay + 9, dailyPremium = DAILY } = policy;
      await policies
        .connect(insurerKey)
        .issue(terms as never, policy.member ?? member, firstDay, lastDay, dailyPremium);
      return policies.count();
    },
  };
}

/** Mines a block at noon (UTC) of `day`. */
export const noonOf = (day: number): Promise<void> => time.increaseTo(day * DAY + DAY / 2);

/** A key of the payer that was named for something else. */
export async function wrongKeyOf(system: Insurance, principal: Account): Promise<Account> {
  await enlist(system, principal, system.stranger, "PROVIDER");
  return system.stranger;
}
