import { ZeroHash } from "ethers";

import { drugProvenance, listsOf, type CaptureCall } from "./calls.js";
import { outOfOrder, requireRoot, type ItemModel } from "./itemModel.js";
import type { CaptureContext } from "./plan.js";
import {
  at,
  idsOf,
  leftOf,
  namedParty,
  requireOwn,
  requireTradingRole,
  type EventReading,
  type Mapped,
} from "./reading.js";
import { CareProofError } from "../../errors.js";
import { ROLES } from "../../participants/roles.js";
import type { LotProof } from "../proofFile.js";
import { identifierOf } from "../tokenId.js";

/** All seven statements of 21 U.S.C. 360eee(27), (A) in bit 0 to (G) in bit 6. */
const FULL_TRANSACTION_STATEMENT = 0x7f;

/** The papers of a shipment, as `IShipments.Shipment` names them. */
interface Shipment {
  readonly to: string;
  readonly transactionInformation: string | null;
  readonly senderRole: number;
  readonly transactionStatement: number;
  readonly proofs: string;
  readonly receiverRole: number;
  readonly eventHash: string;
}

/**
 * `ship` of tokens, those with one proof file together, and `shipFromLot` of what is in its lot. Whether it goes back the contract
 * sees by itself.
 */
export function mapShipping(reading: EventReading, context: CaptureContext, model: ItemModel): Mapped {
  const { actor } = context;
  requireOwn(reading, namedParty(reading, "sourceList", context), context);
  requireTradingRole(reading, context);
  const ids = idsOf(reading, "epcList");
  const left = leftOf(reading, "epcList", ids, "ship", context);
  if (left.length === 0) return { calls: [] };
  const papers = papersOf(reading, context);
  const fromLot: CaptureCall[] = [];
  const byProofs = new Map<string, bigint[]>();
  for (const { id, path } of left) {
    at(path, () => {
      const found = model.find(id);
      model.requireIn(id, ["Active"]);
      if (found.kind === "token" && found.item.container !== undefined) throw outOfOrder(id, "is in a container");
      const proofs = proofsOf(id, model, context);
      if (found.kind === "inLot")
        fromLot.push(shipFromLot(id, found.proof, { ...papers.shipment, proofs }, papers.partner));
      else byProofs.set(proofs, [...(byProofs.get(proofs) ?? []), id]);
      const disposition = "InTransit";
      model.set(id, { disposition, holder: actor.address, party: papers.shipment.to });
    });
  }
  const tokens = [...byProofs].flatMap(([proofs, group]) =>
    listsOf(group).map((list) => ({
      ...drugProvenance("ship", list, [list, { ...papers.shipment, proofs }]),
      partner: papers.partner,
    })),
  );
  return { calls: [...fromLot, ...tokens] };
}

/** `receiveShipment` of what is on its way to the actor. Refuses without the proof file that belongs to the shipment. */
export function mapReceiving(reading: EventReading, context: CaptureContext, model: ItemModel): Mapped {
  const { actor } = context;
  requireOwn(reading, namedParty(reading, "destinationList", context), context);
  requireTradingRole(reading, context);
  const left = leftOf(reading, "epcList", idsOf(reading, "epcList"), "receiveShipment", context);
  for (const { id, path } of left) {
    at(path, () => {
      requireOnItsWay(id, context, model);
      const found = model.find(id);
      const isReturn = found.kind === "token" && found.item.disposition === "ReturnInTransit";
      model.set(id, { disposition: isReturn ? "Returned" : "Active", holder: actor.address, party: undefined });
    });
  }
  const calls = listsOf(left.map(({ id }) => id)).map((list) =>
    drugProvenance("receiveShipment", list, [list, ROLES[actor.role], reading.hash]),
  );
  return { calls };
}

function requireOnItsWay(id: bigint, context: CaptureContext, model: ItemModel): void {
  const { chain, actor } = context;
  const item = chain?.items.get(id);
  if (chain !== undefined && item === undefined) throw outOfOrder(id, "was never sent");
  const found = model.find(id);
  if (found.kind !== "token") return;
  const { disposition, party } = found.item;
  if (disposition !== "InTransit" && disposition !== "ReturnInTransit") throw outOfOrder(id, `is ${disposition}`);
  if (party !== actor.address) throw outOfOrder(id, `is on its way to ${party ?? "somebody else"}`);
  const proofs = item?.proofs ?? ZeroHash;
  if (proofs === ZeroHash) return;
  const file = model.proofs.files.find(({ hash }) => hash.toLowerCase() === proofs.toLowerCase());
  if (file === undefined) {
    const message = `its shipment comes with a proof file whose SHA-256 is ${proofs}: give that file (--proofs), without it what is in there cannot be sold on`;
    throw new CareProofError("PROOF_FILE_MISSING", message);
  }
  requireRoot(file.header, chain?.lots.get(BigInt(file.header.lot))?.roots ?? []);
}

function papersOf(
  reading: EventReading,
  context: CaptureContext,
): { shipment: Shipment; partner: NonNullable<CaptureCall["partner"]> } {
  const { event, path, hash } = reading;
  const { actor } = context;
  const receiver = namedParty(reading, "destinationList", context);
  if (receiver === undefined) {
    const message = "ships without saying to whom: destinationList must name an owning_party or possessing_party";
    throw new CareProofError("RECEIVER_MISSING", message, `${path}.destinationList`);
  }
  if (receiver.party.address === actor.address) {
    throw new CareProofError("SENT_TO_ITSELF", "its receiver is its sender", receiver.path);
  }
  if (receiver.party.role === "DRUG_REGULATOR") {
    throw new CareProofError("RECEIVER_UNFIT", "a drug regulator receives no medicines", receiver.path);
  }
  if (context.transactionStatement !== true) {
    const message = "ships medicines: affirm the seven statements of 21 U.S.C. 360eee(27) with --transaction-statement";
    throw new CareProofError("TRANSACTION_STATEMENT_MISSING", message, path);
  }
  const papers = context.transactionInformation?.(hash, event.eventID);
  if (papers === undefined) {
    const message =
      "ships medicines: give its transaction information (21 U.S.C. 360eee(26)) with --transaction-information";
    throw new CareProofError("TRANSACTION_INFORMATION_MISSING", message, path);
  }
  return {
    shipment: {
      to: receiver.party.address,
      transactionInformation: papers.commitment ?? null,
      senderRole: ROLES[actor.role],
      transactionStatement: FULL_TRANSACTION_STATEMENT,
      proofs: ZeroHash,
      receiverRole: ROLES[receiver.party.role],
      eventHash: hash,
    },
    partner: { ...receiver.party, path: receiver.path },
  };
}

/** The hash of the file with which the receiver proves what is in a container; zeros for a package, and for what was packed by hand. */
function proofsOf(id: bigint, model: ItemModel, { chain }: CaptureContext): string {
  if (identifierOf(id).kind === "sgtin") return ZeroHash;
  const place = model.proofs.placeOf(id);
  if (place !== undefined) return place.file.hash;
  if ((chain?.items.get(id)?.lot ?? 0n) === 0n) return ZeroHash;
  const message = "is a container of a lot: give the proof file that came with it (--proofs), its receiver needs it";
  throw new CareProofError("PROOF_FILE_MISSING", message);
}

function shipFromLot(
  id: bigint,
  proof: LotProof,
  shipment: Shipment,
  partner: NonNullable<CaptureCall["partner"]>,
): CaptureCall {
  return { ...drugProvenance("shipFromLot", [id], [id, proof, shipment]), partner };
}
