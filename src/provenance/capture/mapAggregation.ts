import { drugProvenance, listsOf, type CaptureCall } from "./calls.js";
import type { Commissioning } from "./commissioning.js";
import { nameOf, outOfOrder, type ItemModel } from "./itemModel.js";
import type { CaptureContext } from "./plan.js";
import { prefixLengthOf } from "./readEpc.js";
import {
  at,
  idOf,
  idsOf,
  leftOf,
  NotSent,
  requireOwn,
  requireTradingRole,
  type EventReading,
  type Mapped,
} from "./reading.js";
import { CareProofError } from "../../errors.js";
import { ROLES } from "../../participants/roles.js";
import { identifierOf } from "../tokenId.js";

/** What an AggregationEvent means: things go into a container (ADD) or out of it (DELETE). EPCIS 2.0, section 7.4.3. */
export function mapAggregation(
  reading: EventReading,
  context: CaptureContext,
  model: ItemModel,
  commissioning: Commissioning,
): Mapped {
  const { event, path } = reading;
  if (event.action === "OBSERVE") {
    throw new NotSent("NO_MEANING", "observes what a container holds: nothing on the chain changes");
  }
  requireOwn(reading, undefined, context);
  requireTradingRole(reading, context);
  if (event.action === "DELETE") return mapUnpacking(reading, context, model);
  if (event.parentID === undefined) throw new CareProofError("EPCIS_INVALID", "is missing", `${path}.parentID`);
  const parent = containerOf(event.parentID, `${path}.parentID`);
  const ids = idsOf(reading, "childEPCs");
  const outside = ids.filter((id) => !model.isPackedInTree(id, parent));
  if (outside.length === 0)
    return { contained: "is in the tree of the lot: what it packs was commissioned in this container" };
  if (commissioning.isBuilding(reading) && outside.some((id) => model.proofs.placeOf(id) !== undefined)) {
    const message = `the lot's tree does not have ${nameOf(outside[0]!)} in ${nameOf(parent)}: build the tree from this document`;
    throw new CareProofError("LOT_MISMATCH", message, `${path}.childEPCs[${ids.indexOf(outside[0]!)}]`);
  }
  return mapPacking(reading, parent, new Set(outside), context, model);
}

function mapPacking(
  reading: EventReading,
  parent: bigint,
  outside: ReadonlySet<bigint>,
  context: CaptureContext,
  model: ItemModel,
): Mapped {
  const { event, path, hash } = reading;
  const { actor } = context;
  const role = ROLES[actor.role];
  const left = leftOf(reading, "childEPCs", idsOf(reading, "childEPCs"), "pack", context).filter(({ id }) =>
    outside.has(id),
  );
  if (left.length === 0) return { calls: [] };
  const takes: CaptureCall[] = [];
  // Packing into a container of a lot's tree that is no token yet would lose what the tree has in it.
  const isNew = model.tokenOf(parent) === undefined;
  const prefixLength = isNew ? (prefixLengthOf(event.parentID ?? "") ?? context.prefixLength) : 0;
  at(`${path}.parentID`, () => {
    const inTree = model.proofs.placeOf(parent) !== undefined;
    if (!isNew || inTree) model.requireIn(parent, ["Active"]);
    if (isNew && inTree)
      takes.push(drugProvenance("take", [parent], [parent, model.originOf(model.find(parent)), role, hash]));
    else if (prefixLength === undefined) {
      const message =
        "the container is new: say how many digits its GS1 company prefix has (--prefix-length), a Digital Link does not";
      throw new CareProofError("PREFIX_LENGTH_MISSING", message);
    }
  });
  for (const { id, path: place } of left) {
    at(place, () => {
      if (id === parent) throw new CareProofError("PACKED_INTO_ITSELF", "is the container itself");
      const found = model.find(id);
      model.requireIn(id, ["Active"]);
      if (found.kind === "token" && found.item.container !== undefined) {
        throw outOfOrder(id, `is in ${nameOf(found.item.container)}`);
      }
      if (found.kind === "inLot") takes.push(drugProvenance("take", [id], [id, found.proof, role, hash]));
      model.set(id, { disposition: "Active", container: parent, holder: undefined });
    });
  }
  model.set(parent, { disposition: "Active", holder: actor.address });
  const packs = listsOf(left.map(({ id }) => id)).map((list) =>
    drugProvenance("pack", list, [parent, prefixLength ?? 0, list, role, hash]),
  );
  return { calls: [...takes, ...packs] };
}

function mapUnpacking(reading: EventReading, context: CaptureContext, model: ItemModel): Mapped {
  const { event, path, hash } = reading;
  const { actor } = context;
  const role = ROLES[actor.role];
  const parent = event.parentID === undefined ? undefined : containerOf(event.parentID, `${path}.parentID`);
  if ((event.childEPCs ?? []).length === 0 && (event.childQuantityList ?? []).length === 0) {
    const message = "empties a container without naming what was in it: on the chain each thing leaves by its name";
    throw new NotSent("NOTHING_NAMED", message);
  }
  const ids = idsOf(reading, "childEPCs");
  for (const id of ids) model.leave(id);
  const takes: CaptureCall[] = [];
  const packed: bigint[] = [];
  for (const { id, path: place } of leftOf(reading, "childEPCs", ids, "take", context)) {
    at(place, () => {
      const found = model.find(id);
      model.requireHeld(id, found);
      // Without a chain nothing tells that it was packed anew; the event does.
      const isElsewhere =
        context.chain === undefined && parent !== undefined && parent !== model.proofs.placeOf(id)?.path[0];
      if (found.kind === "inLot" && !isElsewhere) {
        requireContainer(id, found.proof.path[0], parent);
        takes.push(drugProvenance("take", [id], [id, found.proof, role, hash]));
      } else {
        if (found.kind === "token") requireContainer(id, found.item.container, parent);
        packed.push(id);
      }
      model.set(id, { disposition: "Active", container: undefined, holder: actor.address });
    });
  }
  const unpacks = listsOf(packed).map((list) => drugProvenance("unpack", list, [list, role, hash]));
  return { calls: [...takes, ...unpacks] };
}

function requireContainer(id: bigint, container: bigint | undefined, parent: bigint | undefined): void {
  if (container === undefined) throw outOfOrder(id, "is in no container");
  if (parent !== undefined && container !== parent) throw outOfOrder(id, `is in ${nameOf(container)}`);
}

function containerOf(epc: string, path: string): bigint {
  const id = idOf(epc, path);
  if (identifierOf(id).kind === "sscc") return id;
  throw new NotSent("CONTAINER_UNFIT", `names ${epc} as the container: on the chain containers have an SSCC`);
}
