import { bizStepOf } from "./businessVocabulary.js";
import type { CaptureContext } from "./plan.js";
import { ProofIndex } from "./proofIndex.js";
import { readEpc } from "./readEpc.js";
import { lotOfClass } from "./readLot.js";
import type { EpcisDocument, EpcisEvent } from "../epcis/event.js";
import { tokenIdOf } from "../tokenId.js";

/** Of what a plan has to know what the chain knows. */
export interface ConcernedIds {
  /** Token ids. */
  readonly items: readonly bigint[];
  /** Keys of lots. */
  readonly lots: readonly bigint[];
}

/**
 * What to ask the chain before a document is planned: the things that its events concern and the containers around them in their lots,
 * but not what is commissioned or was commissioned packed, which may be a million packages.
 *
 * @returns What `CaptureChain` is about. What is wrong with an event is left for the plan to say.
 */
export function concernedIds(
  { events }: EpcisDocument,
  { lots = [], proofs = [] }: Pick<CaptureContext, "lots" | "proofs">,
): ConcernedIds {
  const index = new ProofIndex([...lots.flatMap((lot) => lot.proofs), ...proofs]);
  const items = new Set<bigint>();
  const keys = new Set(index.files.map(({ header }) => BigInt(header.lot)));
  for (const event of events) {
    for (const id of idsOfEvent(event, index)) {
      items.add(id);
      for (const container of index.placeOf(id)?.path ?? []) items.add(container);
    }
    for (const { epcClass } of event.quantityList ?? []) {
      const lot = readable(() => lotOfClass(epcClass, ""));
      if (lot !== undefined) keys.add(lot);
    }
  }
  return { items: [...items], lots: [...keys] };
}

function idsOfEvent(event: EpcisEvent, index: ProofIndex): bigint[] {
  if (event.type === "ObjectEvent" && event.action === "ADD" && bizStepOf(event) === "commissioning") return [];
  const idOf = (epc: string): bigint[] => {
    const identifier = readable(() => readEpc(epc));
    const id = identifier && readable(() => tokenIdOf(identifier));
    return id === undefined ? [] : [id];
  };
  const parents = event.parentID === undefined ? [] : idOf(event.parentID);
  const children = (event.childEPCs ?? []).flatMap(idOf);
  const packed = event.action === "ADD" ? children.filter((id) => index.placeOf(id)?.path[0] !== parents[0]) : children;
  return [...(event.epcList ?? []).flatMap(idOf), ...(packed.length === 0 ? [] : [...packed, ...parents])];
}

function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
