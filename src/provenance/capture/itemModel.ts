import { NO_PROOF } from "./calls.js";
import type { CaptureContext, CaptureLot, ChainItem } from "./plan.js";
import { ProofIndex } from "./proofIndex.js";
import { CareProofError } from "../../errors.js";
import type { LotProof, ProofFile } from "../proofFile.js";
import type { ItemDisposition } from "../statuses.js";
import { identifierOf } from "../tokenId.js";

/** Where a thing is when an event concerns it. */
export type Whereabouts =
  /** A token, or one that was. */
  | { readonly kind: "token"; readonly item: ChainItem }
  /** In its lot, untouched; `holder` is absent where nothing tells. */
  | { readonly kind: "inLot"; readonly proof: LotProof; readonly holder?: string }
  /** Nothing is known of it, and no chain was asked: taken for a token of who captures. */
  | { readonly kind: "unasked" };

/** What the chain knows, moved on by the events that are planned. */
export class ItemModel {
  readonly proofs: ProofIndex;
  private readonly items = new Map<bigint, ChainItem>();
  private readonly left = new Set<bigint>();
  /** Lots that the plan commissions. */
  private readonly commissioned = new Set<bigint>();

  constructor(private readonly context: CaptureContext) {
    const ofLots = (context.lots ?? []).flatMap(({ proofs }) => proofs);
    this.proofs = new ProofIndex([...ofLots, ...(context.proofs ?? [])]);
  }

  /** Remembers that the plan commissions a lot's run. */
  commission({ proofs }: CaptureLot): void {
    for (const { header } of proofs) this.commissioned.add(BigInt(header.lot));
  }

  /** Remembers that an event of the document takes a thing out of its container. */
  leave(id: bigint): void {
    this.left.add(id);
  }

  /**
   * Whether the tree of a thing's lot has it directly in this container, and no event of the document takes it out. Things that left
   * the tree otherwise count too: who captures a document again does not pack anew what was commissioned packed.
   */
  isPackedInTree(id: bigint, container: bigint): boolean {
    return !this.left.has(id) && this.proofs.placeOf(id)?.path[0] === container;
  }

  /** Remembers what an event makes of a thing. */
  set(id: bigint, change: { readonly [Member in keyof ChainItem]?: ChainItem[Member] | undefined }): void {
    const before = this.tokenOf(id) ?? { disposition: "Active", lot: this.lotOf(id) };
    const { disposition = before.disposition, lot = before.lot, container, holder, party } = { ...before, ...change };
    this.items.set(id, {
      disposition,
      lot,
      ...(holder === undefined ? {} : { holder }),
      ...(party === undefined ? {} : { party }),
      ...(container === undefined ? {} : { container }),
    });
  }

  /**
   * Where a thing is.
   *
   * @throws CareProofError `PROOF_MISSING` where the chain was asked and it is no token, but no proof is at hand; `LOT_UNKNOWN`,
   * `PROOF_ROOT_MISMATCH` where the proof is of no run that was commissioned.
   */
  find(id: bigint): Whereabouts {
    const item = this.tokenOf(id);
    if (item !== undefined) return { kind: "token", item };
    const place = this.proofs.placeOf(id);
    if (place === undefined) {
      if (this.context.chain === undefined) return { kind: "unasked" };
      const message = `${nameOf(id)} is no token yet and no proof of it is at hand: give the proof file that came with it (--proofs), or the lot's folder (--lot)`;
      throw new CareProofError("PROOF_MISSING", message);
    }
    this.requireCommissioned(place.file);
    const holder = this.holderInLot(place.path, BigInt(place.file.header.lot));
    return { kind: "inLot", proof: this.proofs.proofOf(id)!, ...(holder === undefined ? {} : { holder }) };
  }

  /** Refuses what the actor does not hold, as far as anything tells who does. Throws CareProofError `EVENT_OUT_OF_ORDER`. */
  requireHeld(id: bigint, found: Whereabouts): void {
    if (found.kind === "unasked") return;
    const holder = found.kind === "token" ? this.holderOf(found.item) : found.holder;
    if (found.kind === "inLot" && holder === undefined) return;
    if (holder === this.context.actor.address) return;
    throw outOfOrder(id, holder === undefined ? "is out of commerce" : `is held by ${holder}`);
  }

  /** Refuses also what is in another state than these. Throws CareProofError `EVENT_OUT_OF_ORDER`, or of {@link find}. */
  requireIn(id: bigint, dispositions: readonly ItemDisposition[]): void {
    const found = this.find(id);
    if (found.kind === "token" && !dispositions.includes(found.item.disposition)) {
      throw outOfOrder(id, `is ${found.item.disposition}`);
    }
    if (found.kind === "inLot" && !dispositions.includes("Active")) throw outOfOrder(id, "is in its lot, untouched");
    this.requireHeld(id, found);
  }

  /** The proof that a call takes: of what is in its lot; empty for what is a token. */
  originOf(found: Whereabouts): LotProof {
    return found.kind === "inLot" ? found.proof : NO_PROOF;
  }

  /** What is, or was, a token. */
  tokenOf(id: bigint): ChainItem | undefined {
    return this.items.get(id) ?? this.context.chain?.items.get(id);
  }

  private lotOf(id: bigint): bigint {
    return BigInt(this.proofs.placeOf(id)?.file.header.lot ?? 0);
  }

  private holderOf(item: ChainItem): string | undefined {
    let outer = item;
    while (outer.container !== undefined) {
      const next = this.tokenOf(outer.container);
      if (next === undefined) break;
      outer = next;
    }
    return outer.holder;
  }

  private holderInLot(path: readonly bigint[], lot: bigint): string | undefined {
    for (const container of path) {
      const item = this.tokenOf(container);
      if (item !== undefined && item.lot !== 0n) return this.holderOf(item);
    }
    if (this.commissioned.has(lot)) return this.context.actor.address;
    return this.context.chain?.lots.get(lot)?.maker;
  }

  private requireCommissioned({ header }: ProofFile): void {
    const lot = BigInt(header.lot);
    const { chain } = this.context;
    if (chain === undefined || this.commissioned.has(lot)) return;
    const known = chain.lots.get(lot);
    if (known === undefined) {
      const message = `lot ${header.lotNumber} of ${header.gtin} is not commissioned on this chain`;
      throw new CareProofError("LOT_UNKNOWN", message);
    }
    requireRoot(header, known.roots);
  }
}

/** Refuses a proof file whose root is not that of its run. Throws CareProofError `PROOF_ROOT_MISMATCH`. */
export function requireRoot({ run, root, lotNumber }: ProofFile["header"], roots: readonly string[]): void {
  if (roots[run]?.toLowerCase() === root.toLowerCase()) return;
  const message = `the proof file leads to the root ${root}, which is not that of run ${run} of lot ${lotNumber} on this chain`;
  throw new CareProofError("PROOF_ROOT_MISMATCH", message);
}

/** The error of an event whose predecessor is missing. */
export function outOfOrder(id: bigint, state: string): CareProofError {
  const message = `${nameOf(id)} ${state}: the event that must come before this one is neither on the chain nor earlier in this document`;
  return new CareProofError("EVENT_OUT_OF_ORDER", message);
}

/** A thing as people call it. */
export function nameOf(id: bigint): string {
  const identifier = identifierOf(id);
  return identifier.kind === "sscc"
    ? `container ${identifier.sscc}`
    : `package ${identifier.serial} of GTIN ${identifier.gtin}`;
}
