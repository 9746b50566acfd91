import { readLotFolder } from "./lotFolder.js";
import type { Progress } from "./terminal.js";
import { CareProofError } from "../errors.js";
import { ProofIndex } from "../provenance/capture/proofIndex.js";
import type { LotItem } from "../provenance/lotContents.js";
import type { LotRun } from "../provenance/lotRun.js";
import { tokenIdOf, type ProductIdentifier } from "../provenance/tokenId.js";
import { withPlace } from "../utils/errorPlace.js";

/**
 * Reads the folders of earlier runs of a lot.
 *
 * @throws CareProofError `EARLIER_RUN_INVALID` where one is of another lot or no earlier run; of `readLotFolder`.
 */
export async function readEarlierRuns(
  folders: readonly string[],
  { gtin, lotNumber, run }: LotRun,
  progress: Progress,
): Promise<readonly ProofIndex[]> {
  const runs: ProofIndex[] = [];
  for (const folder of folders) {
    const { lot, proofs } = await readLotFolder(folder, progress);
    if (lot.gtin !== gtin || lot.lotNumber !== lotNumber || lot.run >= run) {
      const message = `is run ${lot.run} of lot ${lot.lotNumber} of ${lot.gtin}, which is no run before run ${run} of lot ${lotNumber} of ${gtin}`;
      throw new CareProofError("EARLIER_RUN_INVALID", message, folder);
    }
    runs.push(new ProofIndex(proofs));
  }
  return runs;
}

/**
 * The items, as long as none of them and none of their containers was in an earlier run: such a container may have been sent since, and
 * whoever holds it would hold on record what this run says is in it.
 *
 * @throws CareProofError `LOT_IN_EARLIER_RUN`, its path being the item's place.
 */
export async function* withoutEarlier(
  items: AsyncIterable<LotItem>,
  earlier: readonly ProofIndex[],
  place: (line: number) => string,
): AsyncGenerator<LotItem> {
  if (earlier.length === 0) {
    yield* items;
    return;
  }
  let number = 0;
  for await (const item of items) {
    const where = place(item.line ?? ++number);
    for (const one of [item.identifier, ...item.path]) requireNew(one, earlier, where);
    yield item;
  }
}

function requireNew(identifier: ProductIdentifier, earlier: readonly ProofIndex[], where: string): void {
  let id: bigint;
  try {
    id = tokenIdOf(identifier);
  } catch (error) {
    throw withPlace(error, where);
  }
  for (const run of earlier) {
    const found = run.placeOf(id);
    if (found === undefined) continue;
    const name =
      identifier.kind === "sscc" ? `container ${identifier.sscc}` : `package ${JSON.stringify(identifier.serial)}`;
    const message = `${name} is in run ${found.file.header.run} already: give what is packed now a container of its own`;
    throw new CareProofError("LOT_IN_EARLIER_RUN", message, where);
  }
}
