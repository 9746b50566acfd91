/** Steps of the chapter on clinical trials: what the sites capture, correct, and must not capture any more. */
import { ZeroAddress, type Wallet } from "ethers";

import type { Outcome } from "./report";
import { committed, signWithdrawal } from "./trial";
import { datasetOf, odmOf, SampleBatch, verifyFile, type Measurement } from "./trialData";
import type { TrialJourney } from "./trials";
import { CareProofError } from "../../src/errors";
import { CORRECTS_NONE, type DataLeaf } from "../../src/trials/dataLeaf";
import { BATCH_KINDS, DATA_STATUSES, SERIOUS_KINDS, type BatchKind } from "../../src/trials/dataStatuses";
import { EnrolmentList } from "../../src/trials/enrolmentList";
import { trialRegistryDomain } from "../../src/trials/typedData";

const DAY = 86_400;

/** Takes the steps. The batches that are anchored, of all sites. */
export async function captureSteps(journey: TrialJourney): Promise<SampleBatch[]> {
  const { chain, system, observed, report, trialId, sponsor, relayer, sites, outsider, subjects, volunteer, salt } =
    journey;
  const { trials, trialData, trialSafety } = system.contracts;
  const [first, second, third, fourth, fifth] = subjects.map(({ key }) => key) as [string, ...string[]];

  /** The subjects as the chain has them: what the package goes by. */
  const enrolment = async (): Promise<EnrolmentList> => {
    const list = new EnrolmentList();
    for (const { key, commitment } of subjects) {
      const { site, signedAt, withdrawnAt } = await observed.trials.subjectOf(trialId, commitment);
      if (site === ZeroAddress) continue;
      const withdrawn = withdrawnAt === 0n ? {} : { withdrawnAt: Number(withdrawnAt) };
      list.add({ subjectKey: key, subject: commitment, signedAt: Number(signedAt), ...withdrawn });
    }
    return list;
  };
  const measured = (subject: string, visit: string, value: number, at: number, reason?: string): Measurement => {
    return { subject, visit, value, at, ...(reason === undefined ? {} : { reason }) };
  };
  const anchors = (by: Wallet, kind: BatchKind, sequence: number, { header }: SampleBatch) => {
    const { root, count, periodStart, periodEnd } = header;
    return trialData
      .connect(by)
      .anchor(trialId, BATCH_KINDS.indexOf(kind), sequence, root, count, periodStart, periodEnd);
  };
  const statusOf = async (site: Wallet, sequence: number, batch: SampleBatch, index: number): Promise<string> => {
    const leaf = batch.leaves[index]!;
    const status = await observed.trialData.verifyData(trialId, site, sequence, leaf, batch.proof(index));
    return DATA_STATUSES[Number(status)]!;
  };
  /** What anyone who is shown the rows reads of a batch: the last of the site's stream, and what its rows are worth. */
  const worth =
    (site: Wallet, sequence: number, batch: SampleBatch, expected: string) => async (): Promise<Outcome> => {
      const head = await observed.trialData.headOf(trialId, site);
      const statuses = new Set<string>();
      for (const index of batch.leaves.keys()) statuses.add(await statusOf(site, sequence, batch, index));
      return { found: `batch ${head.sequence}: rows are ${[...statuses].sort().join(" and ")}`, expected };
    };

  report.begin("trials", "Data: each site has its own stream, which nobody can add to, drop from or change unseen");
  const baseline = await chain.tick();
  const ofHospital = odmOf(
    [measured(first, "BASELINE", 152, baseline), measured(second!, "BASELINE", 148, baseline)],
    "HOSPITAL",
    "HOSPITAL.1",
  );
  const ofUniversity = datasetOf([
    measured(third!, "BASELINE", 161, baseline),
    measured(fourth!, "BASELINE", 155, baseline),
  ]);
  const ofPractice = datasetOf([measured(fifth!, "BASELINE", 149, baseline)]);
  const batches: SampleBatch[] = [];
  for (const [place, what, text] of [
    ["hospital", "an ODM file of its data capture", ofHospital],
    ["university", "a Dataset-JSON file", ofUniversity],
    ["practice", "a Dataset-JSON file", ofPractice],
  ] as const) {
    const batch = await SampleBatch.of(text, { enrolment: await enrolment(), capturedAt: baseline });
    batches.push(batch);
    await report.take({
      step: `${capitalised(place)} anchors ${what}`,
      signs: place,
      pays: place,
      send: () => anchors(sites[place], "Capture", 1, batch),
      outcome: worth(sites[place], 1, batch, "batch 1: rows are Anchored"),
    });
  }
  const [hospitalBatch, universityBatch, practiceBatch] = batches as [SampleBatch, SampleBatch, SampleBatch];
  await report.take({
    step: "University's file is compared with the chain, one value of a copy changed",
    outcome: async () => {
      const { root } = universityBatch.header;
      const onChain = (await observed.trialData.rootOf(trialId, sites.university, 1)) === root;
      const { rows, exact } = await verifyFile(ofUniversity, [universityBatch]);
      const { altered } = await verifyFile(ofUniversity.replace("161", "131"), [universityBatch]);
      const named = altered.rows.map(({ row, columns }) => `${row.includes(third!) ? third : "?"} ${columns?.join()}`);
      const found = `${onChain && rows === exact ? "exact" : "not exact"}; of the copy ${named.join()} differs`;
      return { found, expected: `exact; of the copy ${third} VSSTRESN differs` };
    },
  });
  const corrected = await chain.tick();
  const change = [measured(first, "BASELINE", 125, corrected, "Digits were transposed")];
  const correction = await SampleBatch.of(odmOf(change, "HOSPITAL", "HOSPITAL.2"), {
    ...{ enrolment: await enrolment(), capturedAt: corrected, earlier: [hospitalBatch] },
  });
  batches.push(correction);
  const isCorrection = ({ corrects }: DataLeaf): boolean => corrects !== CORRECTS_NONE;
  await report.take({
    step: "Hospital corrects a value, with the reason: it names the row, which stays",
    signs: "hospital",
    pays: "hospital",
    send: () => anchors(sites.hospital, "Correction", 2, correction),
    outcome: async () => {
      const index = correction.leaves.findIndex(isCorrection);
      const place = hospitalBatch.correctedBy(correction.leaves[index]!);
      const [after, before] = [
        await statusOf(sites.hospital, 2, correction, index),
        await statusOf(sites.hospital, 1, hospitalBatch, place),
      ];
      return {
        found: `correction ${after}, corrected row ${before}`,
        expected: "correction Anchored, corrected row Anchored",
      };
    },
  });
  const code = async (work: () => Promise<unknown>): Promise<string> => {
    try {
      await work();
      return "accepted";
    } catch (error) {
      if (error instanceof CareProofError) return `refused: ${error.code}`;
      throw error;
    }
  };
  await report.take({
    step: "The package is given a correction without its reason",
    outcome: async () => {
      const silent = odmOf([measured(first, "BASELINE", 120, corrected, "")], "HOSPITAL", "HOSPITAL.3");
      const options = { enrolment: await enrolment(), capturedAt: corrected, earlier: [hospitalBatch] };
      return { found: await code(() => SampleBatch.of(silent, options)), expected: "refused: REASON_MISSING" };
    },
  });
  await report.take({
    step: "A site that is not in the trial anchors data",
    signs: "site outside",
    pays: "site outside",
    send: () => anchors(outsider, "Capture", 1, universityBatch),
    refusal: "NotAppointed",
    outcome: async () => {
      const { sequence } = await observed.trialData.headOf(trialId, outsider);
      return { found: `${sequence} batches`, expected: "0 batches" };
    },
  });

  report.begin("trials", "A serious adverse event: the time to tell the authority runs on the chain");
  const event = committed({ event: "syncope" });
  const told = (expected: string) => async (): Promise<Outcome> => {
    const { reported, expedited, late } = await observed.trialSafety.safetyOf(trialId);
    const { dueAt } = await observed.trialSafety.eventOf(trialId, event);
    const days = (Number(dueAt) - aware) / DAY;
    return { found: `due after ${Math.floor(days)} days; told of ${expedited} of ${reported}, ${late} late`, expected };
  };
  const aware = await chain.tick();
  await report.take({
    step: "Hospital reports a serious event, as a commitment",
    signs: "hospital",
    pays: "hospital",
    send: () => trialSafety.connect(sites.hospital).report(trialId, event, SERIOUS_KINDS.indexOf("Serious"), aware),
    outcome: told("due after 15 days; told of 0 of 1, 0 late"),
  });
  await report.take({
    step: "Sponsor says that it told the authority",
    signs: "sponsor",
    pays: "sponsor",
    send: () => trialSafety.connect(sponsor).expedite(trialId, event),
    outcome: told("due after 15 days; told of 1 of 1, 0 late"),
  });

  report.begin("trials", "A subject withdraws: what was collected stays, nothing is added");
  const domain = trialRegistryDomain(chain.chainId, await trials.getAddress());
  const { commitment } = subjects.at(-1)!;
  await report.take({
    step: "The subject withdraws",
    signs: "volunteer",
    pays: "relayer",
    send: async () => {
      const signedAt = await chain.tick();
      const where = { trialId, subject: commitment, signer: volunteer.address };
      const withdrawal = { ...where, signedAt, deadline: signedAt + DAY };
      const signature = await signWithdrawal(domain, volunteer, withdrawal);
      return trials.connect(relayer).withdraw(withdrawal, salt, signature);
    },
    outcome: async () => {
      const { withdrawnAt } = await observed.trials.subjectOf(trialId, commitment);
      return { found: withdrawnAt === 0n ? "enrolled" : "withdrawn", expected: "withdrawn" };
    },
    faultHere: true,
  });
  await report.take({
    step: "What was captured before is as it was",
    outcome: worth(sites.practice, 1, practiceBatch, "batch 1: rows are Anchored"),
  });
  const later = await chain.advance(60);
  const laterFile = datasetOf([measured(fifth!, "WEEK 4", 141, later)]);
  await report.take({
    step: "The package is given a file with what was measured of them later",
    outcome: async () => {
      const options = { enrolment: await enrolment(), capturedAt: later };
      const found = await code(() => SampleBatch.of(laterFile, options));
      return { found, expected: "refused: CAPTURED_AFTER_WITHDRAWAL" };
    },
  });
  const unaware = new EnrolmentList();
  unaware.add({ subjectKey: fifth!, subject: commitment });
  const smuggled = await SampleBatch.of(laterFile, { enrolment: unaware, capturedAt: later });
  batches.push(smuggled);
  await report.take({
    step: "Practice anchors it all the same: a contract cannot see into a root",
    signs: "practice",
    pays: "practice",
    send: () => anchors(sites.practice, "Capture", 2, smuggled),
    outcome: worth(sites.practice, 2, smuggled, "batch 2: rows are AfterWithdrawal and Anchored"),
  });
  const violations = (expected: string) => async (): Promise<Outcome> => {
    const { data } = await observed.trialData.recordOf(trialId);
    const ofBatch = await observed.trialData.violationsOf(trialId, sites.practice, 2);
    return { found: `${data.violations} in the trial, ${ofBatch} in the batch`, expected };
  };
  const isLater = ({ subject }: DataLeaf): boolean => subject === commitment;
  const reports = () => {
    const index = smuggled.leaves.findIndex(isLater);
    const [leaf, proof] = [smuggled.leaves[index]!, smuggled.proof(index)];
    return trialData.connect(relayer).reportViolation(trialId, sites.practice, 2, leaf, proof);
  };
  await report.take({
    step: "Whoever is shown the row reports it: batch and trial are flagged for ever",
    signs: "anyone",
    pays: "relayer",
    send: reports,
    outcome: violations("1 in the trial, 1 in the batch"),
  });
  await report.take({
    step: "The same row is reported again",
    signs: "anyone",
    pays: "relayer",
    send: reports,
    refusal: "ViolationReportedBefore",
    outcome: violations("1 in the trial, 1 in the batch"),
  });
  return batches;
}

function capitalised(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
