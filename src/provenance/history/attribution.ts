/**
 * Which events of the chain are a thing's own history: those about itself, about its lot, and about the containers it was in, for as
 * long as it was in them. The rules are those by which `DrugProvenance` finds who holds a thing.
 */

import { inChainOrder, type ProvenanceEvent } from "./events.js";
import { MAX_PATH_LENGTH } from "../lot.js";

/** How an event concerns a thing: it is about itself, a container around it, its lot, or what it holds. */
export type Concern = "itself" | "container" | "lot" | "content";

/** An event, and how it concerns the thing. */
export interface AttributedEvent {
  readonly event: ProvenanceEvent;
  readonly concern: Concern;
  /** The container that the thing of the event was directly in and leaves by it, as far as that is known. */
  readonly left?: bigint;
}

/** What is known of a thing besides events. */
export interface Attribution {
  /** Its token id. */
  readonly subject: bigint;
  /** Events of the thing, its lot and the containers around it; others are passed over. In any order. */
  readonly events: readonly ProvenanceEvent[];
  /** Token ids of the containers it was commissioned in, the innermost first. Without: what events tell of them. */
  readonly path?: readonly bigint[];
  /** Its lot's key. Without: what events tell. */
  readonly lot?: bigint;
  /** The run it was commissioned in. */
  readonly run?: number;
  /** Lots of containers of the path, by token id: `itemOf(id).lot`, zero for one that `pack` made. Without: any counts. */
  readonly itemLots?: ReadonlyMap<bigint, bigint>;
}

/** The history of a thing. */
export interface AttributedHistory {
  /** In the order of the chain. */
  readonly events: readonly AttributedEvent[];
  /** Token ids of all containers it was ever in, as far as is known: their events belong to those asked for. */
  readonly containers: ReadonlySet<bigint>;
  /** Keys of the lots whose events belong to those asked for. */
  readonly lots: ReadonlySet<bigint>;
  /** The lot it is from, if known. */
  readonly lot?: bigint;
  /** Containers that it was commissioned in, the innermost first; only those that events tell where no proof does. */
  readonly path: readonly bigint[];
}

/**
 * Finds the events that are a thing's history.
 *
 * Before it becomes a token it is where the first container of its path is that is a token, if that is of the same maker; afterwards
 * where it was packed. Events that come too early or too late in a container are left out.
 */
export function attributeEvents(known: Attribution): AttributedHistory {
  return new Attributor(known).run();
}

/** What takes a thing out of the container it is in. */
const LEAVING = new Set<ProvenanceEvent["name"]>(["Unpacked", "Quarantined", "Disposed", "Dispensed"]);

class Attributor {
  private readonly events: readonly ProvenanceEvent[];
  /** The first event that concerned each thing alone: before it, there is no token. */
  private readonly firsts = new Map<bigint, ProvenanceEvent>();
  private readonly lotsOfItems = new Map<bigint, bigint>();
  private readonly makers = new Map<bigint, string>();
  /** Numbers of the questions about the thing. */
  private readonly inquiries = new Set<bigint>();
  /** Things that are or were tokens so far. */
  private readonly materialised = new Set<bigint>();
  /** Where tokens are packed. */
  private readonly parents = new Map<bigint, bigint>();
  private readonly containers = new Set<bigint>();
  private readonly path: readonly bigint[];
  private readonly lot: bigint | undefined;

  constructor(private readonly known: Attribution) {
    this.events = inChainOrder(known.events);
    for (const event of this.events) this.note(event);
    for (const [id, lot] of known.itemLots ?? []) this.lotsOfItems.set(id, lot);
    this.path = known.path ?? this.pathByEvents(known.subject);
    const found = known.lot ?? this.lotsOfItems.get(known.subject);
    this.lot = found === 0n ? undefined : found;
  }

  run(): AttributedHistory {
    const attributed: AttributedEvent[] = [];
    for (const event of this.events) {
      const before = this.around();
      const left = this.leaves(event);
      this.apply(event);
      const concern = this.concernOf(event, [...before, ...this.around()]);
      if (concern !== undefined) attributed.push({ event, concern, ...(left === undefined ? {} : { left }) });
    }
    for (const container of this.path) this.containers.add(container);
    const lots = new Set(this.lot === undefined ? [] : [this.lot]);
    for (const container of this.path) {
      const lot = this.lotsOfItems.get(container);
      if (lot !== undefined && lot !== 0n) lots.add(lot);
    }
    return {
      events: attributed,
      containers: this.containers,
      lots,
      ...(this.lot === undefined ? {} : { lot: this.lot }),
      path: this.path,
    };
  }

  /** What an event tells whatever comes before it. */
  private note(event: ProvenanceEvent): void {
    if (event.name === "LotCommissioned") this.makers.set(event.args.lot, event.args.maker);
    if (event.name === "Asked" && event.args.id === this.known.subject) this.inquiries.add(event.args.inquiry);
    const id = thingOf(event);
    if (id === undefined) return;
    if (!this.firsts.has(id)) this.firsts.set(id, event);
    if ("lot" in event.args && event.args.lot !== 0n) this.lotsOfItems.set(id, event.args.lot);
  }

  /** The containers of the lot that a thing left when it became a token: all that events tell of its path. */
  private pathByEvents(id: bigint): bigint[] {
    const path: bigint[] = [];
    for (let inner = id; path.length < MAX_PATH_LENGTH;) {
      const container = this.lotContainerByEvents(inner);
      if (container === undefined || container === id || path.includes(container)) break;
      path.push(container);
      inner = container;
    }
    return path;
  }

  private lotContainerByEvents(id: bigint): bigint | undefined {
    const first = this.firsts.get(id);
    if (first === undefined) return undefined;
    // Sent straight out of its lot: Unpacked comes after Shipped in the same transaction.
    const event =
      first.name !== "Shipped"
        ? first
        : this.events.find(
            (other) => other.log.transactionHash === first.log.transactionHash && isUnpackingOf(other, id),
          );
    if (event?.name !== "Unpacked" && event?.name !== "Dispensed") return undefined;
    return event.args.container === 0n ? undefined : event.args.container;
  }

  private lotPathOf(id: bigint): readonly bigint[] {
    if (id === this.known.subject) return this.path;
    const place = this.path.indexOf(id);
    return place >= 0 ? this.path.slice(place + 1) : this.pathByEvents(id);
  }

  /** The containers that the thing is in now, the innermost first. */
  private around(): bigint[] {
    const { subject } = this.known;
    let container = this.materialised.has(subject)
      ? this.parents.get(subject)
      : this.path.find((id) => this.materialised.has(id) && this.isOfItsMaker(id));
    const around: bigint[] = [];
    while (container !== undefined && !around.includes(container)) {
      around.push(container);
      this.containers.add(container);
      container = this.parents.get(container);
    }
    return around;
  }

  /** As the contract: a container that another maker's tree or `pack` brought about does not hold what this tree says. */
  private isOfItsMaker(container: bigint): boolean {
    const lot = this.lotsOfItems.get(container);
    if (lot === undefined || lot === this.lot || this.lot === undefined) return true;
    return lot !== 0n && this.makers.get(lot) === this.makers.get(this.lot);
  }

  private leaves(event: ProvenanceEvent): bigint | undefined {
    const id = thingOf(event);
    if (id === undefined || !LEAVING.has(event.name)) return undefined;
    const packed = this.parents.get(id);
    if (packed !== undefined) return packed;
    const told = "container" in event.args && event.args.container !== 0n ? event.args.container : undefined;
    const isFirst = event.name === "Unpacked" || this.firsts.get(id) === event;
    return isFirst ? (this.lotPathOf(id)[0] ?? told) : undefined;
  }

  private apply(event: ProvenanceEvent): void {
    const id = thingOf(event);
    if (id === undefined) return;
    this.materialised.add(id);
    if (LEAVING.has(event.name)) this.parents.delete(id);
    if (event.name === "Packed") this.parents.set(id, event.args.container);
  }

  private concernOf(event: ProvenanceEvent, around: readonly bigint[]): Concern | undefined {
    const { subject, run } = this.known;
    switch (event.name) {
      case "LotCommissioned":
      case "LotRecalled":
        return event.args.lot === this.lot ? "lot" : undefined;
      case "RunCommissioned":
        return event.args.lot === this.lot && Number(event.args.run) === run ? "lot" : undefined;
      case "Asked":
        return event.args.id === subject ? "itself" : undefined;
      case "Answered":
        return this.inquiries.has(event.args.inquiry) ? "itself" : undefined;
      case "Transfer":
        return undefined;
      default:
        if (event.args.id === subject) return "itself";
        if ("container" in event.args && event.args.container === subject) return "content";
        return around.includes(event.args.id) ? "container" : undefined;
    }
  }
}

/** The thing that an event changes: it is a token by then, or was. */
function thingOf(event: ProvenanceEvent): bigint | undefined {
  switch (event.name) {
    case "LotCommissioned":
    case "RunCommissioned":
    case "LotRecalled":
    case "Asked":
    case "Answered":
    case "Transfer":
      // What a transfer is for, the event beside it says.
      return undefined;
    default:
      return event.args.id;
  }
}

function isUnpackingOf(event: ProvenanceEvent, id: bigint): boolean {
  return event.name === "Unpacked" && event.args.id === id;
}
