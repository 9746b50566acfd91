/** Data sets on terms, who decides on them and who uses them, for tests of `DataLicence`. */
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";
import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { id, MaxUint256, ZeroAddress, ZeroHash, type Contract } from "ethers";
import { ethers } from "hardhat";

import { accredit, enlist, type Account } from "./careproof";
import { deployRegistered, type Trial } from "./trialParties";
import { datasetId, type DatasetTerms } from "../../src/trials/dataLicence.js";
import { LICENCE_DENIALS, type LicenceDenial } from "../../src/trials/dataStatuses.js";
import { dataUsesToMask } from "../../src/trials/dataUses.js";

export const DAY = 86_400;

/** What a licence costs, in token units: no multiple of 10 000, so that rounding shows. */
export const FEE = 100_000_007n;

/** What the data of the tests permit: health research, not for profit, with ethics approval. */
export const PERMITTED = dataUsesToMask(["HMB", "AI_TRAINING", "NPU", "IRB"]);
/** What a licensee asks for. */
export const ASKED = dataUsesToMask(["DS", "NPU", "IRB"]);
/** As {@link ASKED}, and to train models. */
export const ASKED_FOR_MODELS = dataUsesToMask(["DS", "AI_TRAINING", "NPU", "IRB"]);

export interface DataLicences extends Trial {
  /** Holds data and publishes them. */
  hospital: Account;
  hospitalKey: Account;
  committee: Account;
  committeeKey: Account;
  /** A health data user, its key, and another one. */
  user: Account;
  userKey: Account;
  otherUser: Account;
  /** Contributors among whom fees are split. */
  alice: Account;
  bob: Account;
  carol: Account;
  stranger: Account;
  /** A token that can be told to misbehave. */
  token: Contract;
  tokenAddress: string;
  /** Terms of the hospital: a fee split in three. */
  terms: DatasetTerms;
  /** As `terms`, free of charge. */
  freeTerms: DatasetTerms;
  /** Asks for a licence by the user's key, if not told otherwise. */
  ask: (request?: RequestOptions) => Promise<bigint>;
  /** As `ask`, granted. */
  granted: (request?: RequestOptions) => Promise<bigint>;
  /** As `granted`, activated by who asked. */
  inForce: (request?: RequestOptions) => Promise<bigint>;
}

export interface RequestOptions {
  terms?: DatasetTerms;
  by?: Account;
  uses?: bigint;
  period?: number;
}

/** The contract, accredited parties, and two data sets of the hospital. */
export async function deployDataLicences(): Promise<DataLicences> {
  const system = await loadFixture(deployRegistered);
  const [hospital, hospitalKey, committee, committeeKey, user, userKey, otherUser, alice, bob, carol, stranger] =
    system.others as unknown as Tuple<HardhatEthersSigner, 11>;
  await accredit(system, hospital, "PROVIDER");
  await enlist(system, hospital, hospitalKey, "PROVIDER");
  await accredit(system, committee, "DATA_ACCESS_COMMITTEE");
  await enlist(system, committee, committeeKey, "DATA_ACCESS_COMMITTEE");
  await accredit(system, user, "HEALTH_DATA_USER");
  await enlist(system, user, userKey, "HEALTH_DATA_USER");
  await accredit(system, otherUser, "HEALTH_DATA_USER");
  const { licences } = system;
  const token = await ethers.deployContract("HostileToken");
  const tokenAddress = await token.getAddress();
  for (const account of [user, userKey, otherUser]) {
    await token.getFunction("mint")(account.address, 1_000n * FEE);
    await (token.connect(account) as Contract).getFunction("approve")(await licences.getAddress(), MaxUint256);
  }
  const freeTerms: DatasetTerms = {
    trialId: ZeroHash,
    provider: hospital.address,
    root: id("data of the hospital"),
    committee: committee.address,
    permittedUses: PERMITTED,
    longest: 365,
    feeToken: ZeroAddress,
    fee: 0n,
    shares: [],
  };
  const terms: DatasetTerms = {
    ...freeTerms,
    feeToken: tokenAddress,
    fee: FEE,
    shares: [
      { account: alice.address, basisPoints: 3333 },
      { account: bob.address, basisPoints: 3333 },
      { account: carol.address, basisPoints: 3334 },
    ],
  };
  for (const published of [terms, freeTerms]) await licences.connect(hospital).publish(published as never);

  const ask: DataLicences["ask"] = async (request = {}) => {
    const { by = userKey, uses = ASKED, period = 30 } = request;
    await licences.connect(by).request((request.terms ?? terms) as never, uses, id("purpose"), period);
    return licences.count();
  };
  const granted: DataLicences["granted"] = async (request = {}) => {
    const licenceId = await ask(request);
    await licences.connect(committeeKey).grant(licenceId, (request.terms ?? terms) as never);
    return licenceId;
  };
  const inForce: DataLicences["inForce"] = async (request = {}) => {
    const licenceId = await granted(request);
    await licences.connect(request.by ?? userKey).activate(licenceId, (request.terms ?? terms) as never);
    return licenceId;
  };
  return {
    ...system,
    licences,
    hospital,
    hospitalKey,
    committee,
    committeeKey,
    user,
    userKey,
    otherUser,
    alice,
    bob,
    carol,
    stranger,
    token,
    tokenAddress,
    terms,
    freeTerms,
    ask,
    granted,
    inForce,
  };
}

/** Publishes other data of the hospital, free of charge: their terms. */
export async function publishOther(system: DataLicences, name: string): Promise<DatasetTerms> {
  const other = { ...system.freeTerms, root: id(name) };
  await system.licences.connect(system.hospital).publish(other as never);
  return other;
}

/** Whether `account` may use a data set now, and why not. */
export async function denialOf(
  { licences }: DataLicences,
  terms: DatasetTerms,
  account: { address: string },
  uses = ASKED,
): Promise<LicenceDenial> {
  const [permitted, denial] = await licences.check(datasetId(terms), account.address, uses);
  const name = LICENCE_DENIALS[Number(denial)]!;
  if (permitted !== (name === "None")) throw new Error("permitted and denial contradict one another");
  return name;
}

/** What an account has of the token. */
export function balanceOf({ token }: DataLicences, account: { address: string } | string): Promise<bigint> {
  return token.getFunction("balanceOf")(typeof account === "string" ? account : account.address) as Promise<bigint>;
}

/** The time of the next block is this one's and a second. */
export async function nextSecond(): Promise<number> {
  const next = (await time.latest()) + 1;
  await time.setNextBlockTimestamp(next);
  return next;
}

type Tuple<T, N extends number, R extends T[] = []> = R["length"] extends N ? R : Tuple<T, N, [...R, T]>;
