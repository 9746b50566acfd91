import { drugProvenance } from "./calls.js";
import { nameOf, type ItemModel } from "./itemModel.js";
import type { CaptureContext, CaptureLot } from "./plan.js";
import { prefixLengthOf } from "./readEpc.js";
import { idsOf, NotSent, requireOwn, requireRole, type EventReading, type Mapped } from "./reading.js";
import { lotMasterDataOf } from "./readLot.js";
import { CareProofError } from "../../errors.js";
import { lotKey, lotNumberBytes } from "../lot.js";
import { identifierOf, tokenIdOf } from "../tokenId.js";

const MILLISECONDS_A_DAY = 86_400_000;

/** Whether an event commissions things. */
export function isCommissioning({ event, bizStep }: EventReading): boolean {
  return event.type === "ObjectEvent" && event.action === "ADD" && bizStep === "commissioning";
}

/** Commissioning events. One call commissions all of a run; the first of its events carries it. */
export class Commissioning {
  /** What the document's events commission. */
  private readonly named = new Set<bigint>();
  /** The first event of each run, by root. */
  private readonly first = new Map<string, string>();
  /** When the document first ships anything: what is packed from then on is not in a lot's tree. */
  private readonly firstShipping: number;

  /** @param readings Those of the document that count, in their order. */
  constructor(
    readings: readonly EventReading[],
    private readonly context: CaptureContext,
    private readonly model: ItemModel,
  ) {
    for (const reading of readings.filter(isCommissioning)) this.collect(reading);
    const shipping = readings.findIndex(({ event, bizStep }) => event.type === "ObjectEvent" && bizStep === "shipping");
    this.firstShipping = shipping < 0 ? readings.length : shipping;
    this.order = new Map(readings.map((reading, index) => [reading.index, index]));
  }

  private readonly order: ReadonlyMap<number, number>;

  /** What a commissioning event means. */
  map(reading: EventReading): Mapped {
    requireOwn(reading, undefined, this.context);
    const ids = idsOf(reading, "epcList");
    requireRole(reading, this.context, ["MANUFACTURER"]);
    const lot = this.lotOf(reading, ids);
    this.requireInTree(reading, ids, lot);
    const before = this.first.get(lot.root);
    if (before !== undefined) return { contained: `is in the run that ${before} commissions` };
    this.first.set(lot.root, reading.path);
    if (this.isOnChain(lot, reading.path)) return { calls: [] };
    this.requireAllNamed(lot, reading.path);
    this.model.commission(lot);
    return { calls: [callOf(lot, reading.hash)] };
  }

  /** Whether an event belongs to the building of a lot that the plan commissions: it comes before anything is shipped. */
  isBuilding({ index }: EventReading): boolean {
    return this.first.size > 0 && (this.order.get(index) ?? 0) < this.firstShipping;
  }

  private collect(reading: EventReading): void {
    try {
      for (const id of idsOf(reading, "epcList")) this.named.add(id);
    } catch {
      // What is wrong with the event is its own answer.
    }
  }

  private lotOf(reading: EventReading, ids: readonly bigint[]): CaptureLot {
    const { event, path } = reading;
    const lots = this.context.lots ?? [];
    const gtins = new Set(ids.map(identifierOf).flatMap((key) => (key.kind === "sgtin" ? [key.gtin] : [])));
    const [gtin, other] = gtins;
    if (other !== undefined) {
      const message = `commissions packages of several GTINs (${[...gtins].join(", ")}): a lot has one`;
      throw new CareProofError("LOT_AMBIGUOUS", message, `${path}.epcList`);
    }
    const inTree = lots.find(({ root }) => this.model.proofs.placeOf(ids[0]!)?.file.header.root === root);
    if (gtin === undefined) {
      if (inTree !== undefined) return inTree;
      throw new NotSent(
        "CONTAINERS_ALONE",
        "commissions containers alone: they come on the chain with a lot, or when something is packed into them",
      );
    }
    const { lotNumber } = lotMasterDataOf(event, path);
    const fitting = lots.filter(
      ({ run }) => run.gtin === gtin && (lotNumber === undefined || run.lotNumber === lotNumber),
    );
    const lot = fitting.find((candidate) => candidate === inTree) ?? fitting[0];
    if (lot !== undefined) return lot;
    const which = `${lotNumber === undefined ? "a lot" : `lot ${lotNumber}`} of GTIN ${gtin}`;
    const message = `commissions ${which}, whose tree is needed: build it from this document with "careproof provenance lot <document> --out <folder>", then give --lot <folder>`;
    throw new CareProofError("LOT_TREE_MISSING", message, path);
  }

  private requireInTree({ event, path }: EventReading, ids: readonly bigint[], { run, root }: CaptureLot): void {
    const { expirationDate } = lotMasterDataOf(event, path);
    if (expirationDate !== undefined && expirationDate !== run.expirationDate) {
      const message = `the event says that the lot expires on ${expirationDate}, its tree says ${run.expirationDate}`;
      throw new CareProofError("LOT_MISMATCH", message, `${path}.ilmd`);
    }
    for (const [index, id] of ids.entries()) {
      const at = `${path}.epcList[${index}]`;
      if (this.model.proofs.placeOf(id)?.file.header.root !== root) {
        throw new CareProofError(
          "LOT_MISMATCH",
          `${nameOf(id)} is not in the lot's tree: build it from this document`,
          at,
        );
      }
      const prefixLength = prefixLengthOf(event.epcList?.[index] ?? "");
      if (prefixLength !== undefined && prefixLength !== run.prefixLength) {
        const message = `its company prefix has ${prefixLength} digits, that of the lot ${run.prefixLength}`;
        throw new CareProofError("LOT_MISMATCH", message, at);
      }
    }
  }

  private isOnChain({ run, root }: CaptureLot, path: string): boolean {
    const { chain, actor } = this.context;
    const known = chain?.lots.get(lotKey(run.gtin, run.lotNumber));
    if (known?.roots[run.run]?.toLowerCase() === root.toLowerCase()) return true;
    if (chain === undefined) return false;
    const named = `lot ${run.lotNumber} of GTIN ${run.gtin}`;
    if (known !== undefined && known.maker !== actor.address) {
      throw new CareProofError("LOT_OF_ANOTHER", `${named} was commissioned by ${known.maker}`, path);
    }
    const runs = known?.roots.length ?? 0;
    if (runs === run.run) return false;
    const message = `${named} has ${runs} runs on this chain, so the next is run ${runs}, not ${run.run}: build the tree as that (--run ${runs})`;
    throw new CareProofError("RUN_OUT_OF_SEQUENCE", message, path);
  }

  /** A root commits all in its tree: the events must say the same. */
  private requireAllNamed({ run, proofs }: CaptureLot, path: string): void {
    for (const { lines } of proofs) {
      for (const serial of lines.flatMap(({ serials }) => serials)) {
        const id = tokenIdOf({ kind: "sgtin", gtin: run.gtin, serial });
        if (this.named.has(id)) continue;
        const message = `the lot's tree has ${nameOf(id)}, which no event of the document commissions`;
        throw new CareProofError("LOT_MISMATCH", message, path);
      }
    }
  }
}

function callOf({ run, units, root }: CaptureLot, hash: string): ReturnType<typeof drugProvenance> {
  const { gtin, lotNumber, prefixLength } = run;
  const lot = lotKey(gtin, lotNumber);
  if (run.run > 0) return drugProvenance("commissionRun", [lot], [lot, run.run, root, prefixLength, hash]);
  const terms = {
    gtin: BigInt(gtin),
    prefixLength,
    lotNumber: lotNumberBytes(lotNumber),
    expirationDate: Date.parse(run.expirationDate) / MILLISECONDS_A_DAY,
    units,
  };
  return drugProvenance("commissionLot", [lot], [terms, root, hash]);
}
