/** Gas of a trial's data and of its serious adverse events. */
import { time } from "@nomicfoundation/hardhat-network-helpers";
import { id } from "ethers";

import { requireState } from "./operation";
import { DAY, nextDay, subjectAt, type TrialBench } from "./trial";
import type { Row } from "./trials";
import { CORRECTS_NONE, dataLeafHash, type DataLeaf } from "../../src/trials/dataLeaf.js";
import { fromHex } from "../../src/utils/bytes.js";
import { createKeccak256 } from "../../src/utils/keccak.js";
import { MerkleTree } from "../../src/utils/merkle.js";

/** Rows of the batch that violations are proven in: 2^20, built by the package. */
const ROWS = 1 << 20;
const DEPTH = 20;
const CAPTURE = 0;
const EXTERNAL_LABORATORY = 3;
const SERIOUS = 1;

/** The first subject of the trial withdrew the day before, and another was never enrolled. */
export async function measureTrialData(trial: TrialBench, row: Row): Promise<void> {
  await measureBatches(trial, row);
  await measureViolations(trial, row);
  await measureSafety(trial, row);
}

async function measureBatches(trial: TrialBench, row: Row): Promise<void> {
  const { trialData, trialId } = trial;
  const end = await nextDay();
  for (const [writer, key, kind] of [
    [trial.otherSite, trial.otherSiteKey, CAPTURE],
    [trial.laboratory, trial.laboratoryKey, EXTERNAL_LABORATORY],
  ] as const) {
    for (const [sequence, operation, count] of [
      [1, "anchor.first", ROWS - 1],
      [2, "anchor", ROWS - 1],
      [3, "anchor", 1],
    ] as const) {
      const before = (await trialData.headOf(trialId, writer)).sequence;
      requireState(before === BigInt(sequence - 1), sequence === 1 ? "the first batch" : "a later batch");
      const root = id(`batch ${sequence}`);
      await row(operation, trialData.connect(key).anchor(trialId, kind, sequence, root, count, end - DAY, end));
    }
  }
}

/** Rows of one who withdrew and of one who was never enrolled, in a batch of 2^20. */
async function measureViolations(trial: TrialBench, row: Row): Promise<void> {
  const { trialData, trialId, site, siteKey, stranger } = trial;
  const capturedAt = await nextDay();
  const leafOf = (subject: string): DataLeaf => ({
    subject,
    content: id(`row of ${subject}`),
    capturedAt,
    corrects: CORRECTS_NONE,
  });
  const violations = [leafOf(subjectAt(0)), leafOf(id("nobody")), leafOf(id("nobody else"))];
  const hash = await createKeccak256();
  const leaves = function* () {
    for (const leaf of violations) yield fromHex(dataLeafHash(leaf, hash), 32, "leaf");
    const number = new DataView(new ArrayBuffer(8));
    for (let index = violations.length; index < ROWS; index++) {
      number.setUint32(4, index);
      yield hash(new Uint8Array(number.buffer));
    }
  };
  const tree = await MerkleTree.build(leaves(), { count: ROWS });
  const period = [capturedAt - DAY, capturedAt] as const;
  requireState((await trialData.headOf(trialId, site)).sequence === 0n, "the site's first batch");
  await row("anchor.first", trialData.connect(siteKey).anchor(trialId, CAPTURE, 1, tree.root, ROWS, ...period));
  for (const [index, leaf] of violations.entries()) {
    const proof = tree.proof(index);
    requireState(proof.length === DEPTH, "a proof of 20 hashes");
    const operation = index === 0 ? "reportViolation.first" : "reportViolation";
    await row(operation, trialData.connect(stranger).reportViolation(trialId, site, 1, leaf, [...proof]));
  }
  requireState((await trialData.violationsOf(trialId, site, 1)) === BigInt(violations.length), "each is counted");
}

/** Events reported by a site and by the sponsor, submitted in time and late, and one that was never submitted. */
async function measureSafety(trial: TrialBench, row: Row): Promise<void> {
  const { trialSafety, trialId, siteKey, sponsorKey, stranger } = trial;
  const awareAt = await nextDay();
  const [bySite, bySponsor] = [trialSafety.connect(siteKey), trialSafety.connect(sponsorKey)];
  await row("reportEvent", bySite.report(trialId, id("first event"), SERIOUS, awareAt));
  await row("reportEvent", bySite.report(trialId, id("second event"), SERIOUS, awareAt));
  await row("reportEvent", bySponsor.report(trialId, id("third event"), SERIOUS, awareAt));
  await row("expedite", bySponsor.expedite(trialId, id("first event")));
  await time.increase(16 * DAY);
  await row("expedite", bySponsor.expedite(trialId, id("second event")));
  await row("countOverdue", trialSafety.connect(stranger).countOverdue(trialId, id("third event")));
}
