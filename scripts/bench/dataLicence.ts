/** Gas of licences for a trial's data: terms with a fee and three contributors, where nothing else is said. */
import { id, ZeroAddress, type Contract } from "ethers";
import { ethers } from "hardhat";

import { requireState } from "./operation";
import { organisation, somebody, type TrialBench } from "./trial";
import type { Row } from "./trials";
import {
  datasetId,
  derivedWorkId,
  DERIVED_KINDS,
  MAX_SHARES,
  type DatasetTerms,
} from "../../src/trials/dataLicence.js";
import { dataUsesToMask } from "../../src/trials/dataUses.js";

const FEE = 100_000_007n;
const PURPOSE = id("purpose");
const REASON = id("reason");
/** Days. */
const PERIOD = 300;
const PERMITTED = dataUsesToMask(["HMB", "AI_TRAINING", "NPU", "IRB"]);
const ASKED = dataUsesToMask(["DS", "AI_TRAINING", "NPU", "IRB"]);
const MODEL = DERIVED_KINDS.indexOf("Model");
/** Origins of a work: as many as there may be. */
const MOST_ORIGINS = 32;

/** Measures the rows of `DataLicence` for data of the trial. */
export async function measureDataLicence(trial: TrialBench, row: Row): Promise<void> {
  const { licences, sponsorKey, stranger, trialId, sponsor } = trial;
  const [committee, committeeKey] = await organisation(trial, "data access committee", "DATA_ACCESS_COMMITTEE");
  const [user, userKey] = await organisation(trial, "data user", "HEALTH_DATA_USER");
  const currency = await ethers.deployContract("TestStablecoin");
  const call = (name: string, ...args: unknown[]) => (currency.connect(userKey) as Contract).getFunction(name)(...args);
  await call("mint", userKey.address, 1_000n * FEE);
  await call("approve", await licences.getAddress(), 1_000n * FEE);
  const contributors = await Promise.all(
    Array.from({ length: MAX_SHARES }, (_, index) => somebody(trial, `contributor ${index}`)),
  );
  const termsOf = (name: string, shares: readonly number[]): DatasetTerms => ({
    trialId,
    provider: sponsor.address,
    root: id(name),
    committee: committee.address,
    permittedUses: PERMITTED,
    longest: 365,
    feeToken: shares.length === 0 ? ZeroAddress : (currency.target as string),
    fee: shares.length === 0 ? 0n : FEE,
    shares: shares.map((basisPoints, index) => ({ account: contributors[index]!.address, basisPoints })),
  });
  const [bySponsor, byCommittee, byUser] = [sponsorKey, committeeKey, userKey].map((key) => licences.connect(key));
  const publish = async (operation: string, terms: DatasetTerms): Promise<void> => {
    requireState((await licences.publishedAt(datasetId(terms))) === 0n, "terms that were not published");
    await row(operation, bySponsor!.publish(terms as never));
  };
  const request = async (terms: DatasetTerms): Promise<bigint> => {
    await row("licence.request", byUser!.request(terms as never, ASKED, PURPOSE, PERIOD));
    return licences.count();
  };
  const grant = async (terms: DatasetTerms): Promise<bigint> => {
    const licence = await request(terms);
    await row("licence.grant", byCommittee!.grant(licence, terms as never));
    return licence;
  };

  const terms = termsOf("data set", [3_333, 3_333, 3_334]);
  const free = termsOf("free data set", []);
  await publish("licence.publish", terms);
  await publish("licence.publish", free);
  await publish("licence.publish.shares16", termsOf("data set of 16", Array<number>(MAX_SHARES).fill(625)));

  await request(terms);
  await row("licence.refuse", byCommittee!.refuse(await licences.count(), terms as never, REASON));
  const first = await grant(terms);
  requireState((await licences.feesOf(datasetId(terms))) === 0n, "the first fee of the data set");
  await row("licence.activate.first", byUser!.activate(first, terms as never));
  const later = await grant(terms);
  await row("licence.activate", byUser!.activate(later, terms as never));
  const unpaid = await grant(free);
  await row("licence.activate.free", byUser!.activate(unpaid, free as never));
  for (const { address } of contributors.slice(0, terms.shares.length)) {
    requireState((await call("balanceOf", address)) === 0n, "the contributor has none of the currency");
    await row("licence.release", licences.connect(stranger).release(terms as never, address));
  }

  // Made of one data set; of 32; and of what was made before
  const derive = async (operation: string, name: string, inputs: string[], of: bigint[]): Promise<string> => {
    await row(`licence.${operation}`, byUser!.registerDerived(id(name), MODEL, inputs, of));
    return derivedWorkId(user.address, "Model", id(name));
  };
  const work = await derive("registerDerived", "model", [], [later]);
  await derive("registerDerived.ofModel", "finer model", [work], [later]);
  await derive("registerDerived.origins32", "model of many", [], Array<bigint>(MOST_ORIGINS).fill(later));

  await row("licence.revoke", byCommittee!.revoke(unpaid, free as never, REASON));
  requireState((await licences.licenceOf(unpaid)).status === 5n, "revoked, and its token burned");
}
