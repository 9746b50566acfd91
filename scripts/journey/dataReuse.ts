/** Steps of the chapter on clinical trials: its data are used again, on terms, and what was made of them is known. */
import { type Contract, id, type Wallet } from "ethers";

import type { Outcome } from "./report";
import { deployStablecoin, money } from "./stablecoin";
import { committed } from "./trial";
import type { TrialJourney } from "./trials";
import { toTokenUnits } from "../../src/claims/decimal";
import { datasetId, DERIVED_KINDS, derivedWorkId, type DatasetTerms } from "../../src/trials/dataLicence";
import { LICENCE_DENIALS, LICENCE_STATUSES, type LicenceStatus } from "../../src/trials/dataStatuses";
import { dataUsesToMask, type DataUse } from "../../src/trials/dataUses";

const DAY = 86_400;
const LICENCE_DAYS = 7;
const FEE = toTokenUnits("1000.00");
/** What the subjects consented to: health research and models of it, not for profit, with an ethics approval. */
const PERMITTED: readonly DataUse[] = ["HMB", "AI_TRAINING", "NPU", "IRB"];
const ASKED: readonly DataUse[] = ["DS", "AI_TRAINING", "NPU", "IRB"];
const WIDER: readonly DataUse[] = ["GRU", "NPU", "IRB"];
const MODEL = DERIVED_KINDS.indexOf("Model");

/**
 * Takes the steps.
 *
 * @param root Over the data that were locked (32 bytes as 0x-hex).
 */
export async function reuseSteps(journey: TrialJourney, root: string): Promise<void> {
  const { chain, system, observed, report, trialId, sponsor, relayer, sites, committee, institute } = journey;
  const { licences } = system.contracts;
  const currency = await deployStablecoin(relayer);
  const coin = currency.connect(chain.observer) as Contract;
  const terms: DatasetTerms = {
    trialId,
    provider: sponsor.address,
    root,
    committee: committee.address,
    permittedUses: dataUsesToMask(PERMITTED),
    longest: 365,
    feeToken: await currency.getAddress(),
    fee: FEE,
    shares: [
      { account: sponsor.address, basisPoints: 4_000 },
      ...Object.values(sites).map(({ address }) => ({ account: address, basisPoints: 2_000 })),
    ],
  };
  const dataset = datasetId(terms);
  /** What a gateway is told before it releases a key. */
  const answers = async (uses: readonly DataUse[]): Promise<string> => {
    const { permitted, denial } = await observed.licences.check(dataset, institute, dataUsesToMask(uses));
    return permitted ? "permitted" : `denied: ${LICENCE_DENIALS[Number(denial)]}`;
  };
  /** Where the licence that was asked for last is, and what a gateway is told. */
  const licence = (status: LicenceStatus, expected: string) => async (): Promise<Outcome> => {
    const { status: found } = await observed.licences.licenceOf(await observed.licences.count());
    const is = LICENCE_STATUSES[Number(found)]!;
    return { found: `${is}; ${await answers(ASKED)}`, expected: `${status}; ${expected}` };
  };
  const answer = (uses: readonly DataUse[], expected: string) => async (): Promise<Outcome> => {
    return { found: await answers(uses), expected };
  };

  report.begin("trials", "The data are used again: on terms that the contract holds to");
  await report.take({
    step: "Sponsor publishes the locked data: not for profit, for 1,000.00",
    signs: "sponsor",
    pays: "sponsor",
    send: () => licences.connect(sponsor).publish(terms as never),
    outcome: async () => {
      const at = await observed.licences.publishedAt(dataset);
      return { found: at === 0n ? "not published" : "published", expected: "published" };
    },
  });
  const requests = (uses: readonly DataUse[]) =>
    licences
      .connect(institute)
      .request(terms as never, dataUsesToMask(uses), committed({ purpose: uses }), LICENCE_DAYS);
  const requested = (count: bigint) => async (): Promise<Outcome> => {
    return { found: `${await observed.licences.count()} requests`, expected: `${count} requests` };
  };
  await report.take({
    step: "Institute asks for general research, which is wider than the terms",
    signs: "institute",
    pays: "institute",
    send: () => requests(WIDER),
    refusal: "UsesNotPermitted",
    outcome: requested(0n),
  });
  await report.take({
    step: "Institute asks for research on a disease and a model of it, for a week",
    signs: "institute",
    pays: "institute",
    send: () => requests(ASKED),
    outcome: licence("Requested", "denied: NoLicence"),
  });
  const licenceId = await observed.licences.count();
  await report.take({
    step: "Sponsor grants it in the committee's place",
    signs: "sponsor",
    pays: "sponsor",
    send: () => licences.connect(sponsor).grant(licenceId, terms as never),
    refusal: "NotInGoodStanding",
    outcome: licence("Requested", "denied: NoLicence"),
  });
  await report.take({
    step: "Data access committee grants it: it counts once it is paid",
    signs: "data access committee",
    pays: "data access committee",
    send: () => licences.connect(committee).grant(licenceId, terms as never),
    outcome: licence("Granted", "denied: NoLicence"),
  });
  await (await currency.getFunction("mint").send(institute.address, FEE)).wait();
  await (await (currency.connect(institute) as Contract).getFunction("approve").send(licences, FEE)).wait();
  await report.take({
    step: "Institute pays the fee",
    signs: "institute",
    pays: "institute",
    send: () => licences.connect(institute).activate(licenceId, terms as never),
    outcome: licence("Active", "permitted"),
  });
  await report.take({
    step: "Gateway asks whether the institute may use the data for anything else",
    outcome: answer(WIDER, "denied: UseNotLicensed"),
  });
  await report.take({
    step: "Institute sells its licence",
    signs: "institute",
    pays: "institute",
    send: () => {
      // Always reverts, so that its ABI says that it changes nothing.
      const transferFrom = licences.connect(institute).getFunction("transferFrom");
      return transferFrom.send(institute.address, relayer.address, licenceId);
    },
    refusal: "NotTransferable",
    outcome: async () => {
      const owner = await observed.licences.ownerOf(licenceId);
      return { found: owner === institute.address ? "the institute's" : "another's", expected: "the institute's" };
    },
  });
  const has = (who: Wallet, expected: string) => async (): Promise<Outcome> => {
    const balance = (await coin.getFunction("balanceOf")(who.address)) as bigint;
    return { found: money(balance), expected };
  };
  await report.take({
    step: "Hospital's share of the fee is released to it",
    signs: "anyone",
    pays: "relayer",
    send: () => licences.connect(relayer).release(terms as never, sites.hospital.address),
    outcome: has(sites.hospital, "200.00"),
  });
  await report.take({
    step: "It is released again",
    signs: "anyone",
    pays: "relayer",
    send: () => licences.connect(relayer).release(terms as never, sites.hospital.address),
    refusal: "NothingDue",
    outcome: has(sites.hospital, "200.00"),
  });
  const registersModel = (weights: string) =>
    licences.connect(institute).registerDerived(id(weights), MODEL, [], [licenceId]);
  const lineage = (weights: string, expected: string) => async (): Promise<Outcome> => {
    const { registeredAt, licences: used } = await observed.licences.lineageOf(
      derivedWorkId(institute.address, "Model", id(weights)),
    );
    if (registeredAt === 0n) return { found: "no lineage", expected };
    const datasets = await Promise.all(used.map((used) => observed.licences.licenceOf(used)));
    const ofTrial = datasets.every(({ datasetId: of }) => of === dataset);
    return { found: ofTrial ? "made of the trial's data" : "made of other data", expected };
  };
  await report.take({
    step: "Institute registers a model: of which data it was made, on which licence",
    signs: "institute",
    pays: "institute",
    send: () => registersModel("weights of a model"),
    outcome: lineage("weights of a model", "made of the trial's data"),
  });
  await chain.advance(LICENCE_DAYS * DAY);
  await report.take({
    step: "A week later the gateway asks again",
    outcome: answer(ASKED, "denied: Expired"),
  });
  await report.take({
    step: "Institute registers another model on the licence that has run out",
    signs: "institute",
    pays: "institute",
    send: () => registersModel("weights of another"),
    refusal: "LicenceNotUsable",
    outcome: lineage("weights of another", "no lineage"),
  });
}
