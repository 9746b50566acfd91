/** Steps of the chapter on clinical trials: the data are locked, the arms told, and the report is held against the promise. */
import { getBytes, keccak256 } from "ethers";

import type { Outcome } from "./report";
import { committed, sampleRecord } from "./trial";
import type { SampleBatch } from "./trialData";
import type { TrialJourney } from "./trials";
import {
  allocationTree,
  documentsHash,
  outcomeTree,
  type AllocationLeaf,
  type OutcomeLeaf,
} from "../../src/trials/protocol";
import { readTrial } from "../../src/trials/readTrial";
import { compareRecord } from "../../src/trials/recordComparison";
import { OUTCOME_KINDS } from "../../src/trials/statuses";
import type { TrialHistory } from "../../src/trials/trialHistory";
import { trialReport } from "../../src/trials/trialReport";
import { MerkleTree } from "../../src/utils/merkle";

/** Takes the steps. The root over what was locked. */
export async function reportingSteps(journey: TrialJourney, batches: readonly SampleBatch[]): Promise<string> {
  const { chain, start, system, observed, report, trial, trialId, sponsor, sites, phase } = journey;
  const { trials, trialData } = system.contracts;

  report.begin("trials", "Lock: nothing is added any more, and only then is anybody told who got what");
  await report.take({
    step: "Sponsor ends enrolment",
    signs: "sponsor",
    pays: "sponsor",
    send: () => trials.connect(sponsor).closeEnrolment(trialId),
    outcome: phase("Active"),
  });
  await report.take({
    step: "Sponsor unblinds the trial before its data are locked",
    signs: "sponsor",
    pays: "sponsor",
    send: () => trials.connect(sponsor).unblind(trialId),
    refusal: "WrongPhase",
    outcome: phase("Active"),
  });
  const dataset = (await MerkleTree.build(batches.map(({ header }) => getBytes(keccak256(header.root))))).root;
  await report.take({
    step: "Sponsor locks the data",
    signs: "sponsor",
    pays: "sponsor",
    send: () => trials.connect(sponsor).lock(trialId, dataset),
    outcome: phase("Locked"),
  });
  await report.take({
    step: "Hospital anchors another batch",
    signs: "hospital",
    pays: "hospital",
    send: async () => {
      const now = await chain.tick();
      return trialData.connect(sites.hospital).anchor(trialId, 0, 3, committed({ late: now }), 1, now, now);
    },
    refusal: "WrongPhase",
    outcome: async () => {
      const { sequence } = await observed.trialData.headOf(trialId, sites.hospital);
      return { found: `${sequence} batches`, expected: "2 batches" };
    },
  });
  await report.take({
    step: "Sponsor unblinds the trial",
    signs: "sponsor",
    pays: "sponsor",
    send: () => trials.connect(sponsor).unblind(trialId),
    outcome: phase("Unblinded"),
  });
  /** How many rows of an allocation list are those that were registered. */
  const allotted = (list: readonly AllocationLeaf[], expected: string) => async (): Promise<Outcome> => {
    const tree = allocationTree(list);
    let matching = 0;
    for (const row of list) {
      if (await observed.trials.verifyAllocation(trialId, row, tree.prove(row.index))) matching++;
    }
    return { found: `${matching} of ${list.length} rows as registered`, expected };
  };
  await report.take({
    step: "Allocation list, opened off chain: fixed before anybody was enrolled",
    outcome: allotted(trial.allocation, "5 of 5 rows as registered"),
  });
  const exchanged = trial.allocation.map((row) => ({ ...row, arm: 1 - row.arm }));
  await report.take({
    step: "The same list with the arms exchanged",
    outcome: allotted(exchanged, "0 of 5 rows as registered"),
  });

  report.begin("trials", "The report is held against the promise");
  const { documents, outcomes } = trial.protocol;
  const reports = (outcome: OutcomeLeaf, leaves: readonly OutcomeLeaf[], index: number) => {
    const proof = outcomeTree(leaves).prove(index);
    const result = committed({ result: "a difference" });
    return trials.connect(sponsor).reportOutcome(trialId, documentsHash(documents), outcomes, outcome, proof, result);
  };
  /** What anyone reads in one call. */
  const record = (expected: string) => async (): Promise<Outcome> => {
    const { trial: facts } = await observed.trialData.recordOf(trialId);
    const { primaries, unreportedPrimaries, reportedOthers, unregisteredResults } = facts;
    return {
      found: `${unreportedPrimaries} of ${primaries} primary unreported, ${reportedOthers} other reported, ${unregisteredResults} unregistered`,
      expected,
    };
  };
  const [weight] = trial.others as [OutcomeLeaf];
  await report.take({
    step: "Sponsor reports a secondary outcome as if it were the primary one",
    signs: "sponsor",
    pays: "sponsor",
    send: () => reports({ ...weight, kind: OUTCOME_KINDS.indexOf("Primary"), count: 1 }, trial.others, 0),
    refusal: "OutcomeNotRegistered",
    outcome: record("1 of 1 primary unreported, 0 other reported, 0 unregistered"),
  });
  await report.take({
    step: "Sponsor reports it as a primary outcome that was never registered",
    signs: "sponsor",
    pays: "sponsor",
    send: () => trials.connect(sponsor).reportUnregistered(trialId, committed({ result: "body weight" })),
    outcome: record("1 of 1 primary unreported, 0 other reported, 1 unregistered"),
  });
  await report.take({
    step: "Sponsor reports another as registered, and the primary one not at all",
    signs: "sponsor",
    pays: "sponsor",
    send: () => reports(trial.others[1]!, trial.others, 1),
    outcome: record("1 of 1 primary unreported, 1 other reported, 1 unregistered"),
  });
  await report.take({
    step: "Sponsor closes the trial",
    signs: "sponsor",
    pays: "sponsor",
    send: () => trials.connect(sponsor).close(trialId),
    outcome: phase("Closed"),
  });
  const history = (): Promise<TrialHistory> => {
    const { TrialRegistry, TrialData, TrialSafety } = system.deployment.contracts;
    const contracts = {
      ...{ TrialRegistry: TrialRegistry!.address, TrialData: TrialData!.address, TrialSafety: TrialSafety!.address },
    };
    return readTrial({ provider: chain.observer, contracts, trialId, fromBlock: TrialRegistry!.blockNumber });
  };
  await report.take({
    step: "The package's report, from the chain alone, names what was switched",
    outcome: async () => {
      const { warnings } = trialReport(await history());
      const found = warnings.map(({ code }) => code).join(", ");
      return { found, expected: "PRIMARY_OUTCOMES_UNREPORTED, UNREGISTERED_RESULTS, DATA_VIOLATIONS" };
    },
  });
  await report.take({
    step: "The results that were published are compared with what was promised",
    outcome: async () => {
      const { promisedBy, outcomes } = compareRecord(await history(), sampleRecord(start, true), trial.opening);
      const fates = outcomes.map(({ registered, fate }) => `${registered?.kind} ${fate}`);
      return {
        found: `as on the ${promisedBy}: ${fates.join(", ")}`,
        expected: "as on the chain: primary missing, secondary promoted, secondary kept",
      };
    },
  });
  return dataset;
}
