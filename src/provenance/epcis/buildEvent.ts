import { checkedText } from "./checkText.js";
import {
  EPCIS_ACTIONS,
  EPCIS_EVENT_TYPES,
  SENSOR_METADATA_FIELDS,
  SENSOR_REPORT_FIELDS,
  type EpcisAction,
  type EpcisErrorDeclaration,
  type EpcisEvent,
  type EpcisEventType,
  type EpcisExtension,
  type EpcisLocation,
  type EpcisPersistentDisposition,
  type EpcisQuantityElement,
  type EpcisSensorElement,
} from "./event.js";
import { type EpcisField, invalidEpcis } from "./field.js";
import { CareProofError } from "../../errors.js";
import { defined } from "../../utils/defined.js";

/** Fields of every event. */
const COMMON = [
  "eventTime",
  "eventTimeZoneOffset",
  "recordTime",
  "eventID",
  "errorDeclaration",
  "certificationInfo",
  "bizStep",
  "disposition",
  "persistentDisposition",
  "readPoint",
  "bizLocation",
  "bizTransactionList",
  "sourceList",
  "destinationList",
  "sensorElementList",
] as const;

/** The fields of each type of event (EPCIS 2.0, sections 7.4.2 to 7.4.6). */
const FIELDS: Readonly<Record<EpcisEventType, readonly string[]>> = {
  ObjectEvent: [...COMMON, "epcList", "quantityList", "action", "ilmd"],
  AggregationEvent: [...COMMON, "parentID", "childEPCs", "childQuantityList", "action"],
  TransactionEvent: [...COMMON, "parentID", "epcList", "quantityList", "action"],
  TransformationEvent: [
    ...COMMON,
    "inputEPCList",
    "inputQuantityList",
    "outputEPCList",
    "outputQuantityList",
    "transformationID",
    "ilmd",
  ],
  AssociationEvent: [...COMMON, "parentID", "childEPCs", "childQuantityList", "action"],
};

/** The form of codes of UN/CEFACT Recommendation 20. */
const UNIT_CODE = /^[A-Z0-9]{2,3}$/;

/**
 * An event from its fields. Refuses what the event's type does not have, so that nothing is left out in silence.
 *
 * @throws CareProofError `EPCIS_EVENT_TYPE_UNKNOWN`, `EPCIS_INVALID`.
 */
export function buildEvent(event: EpcisField): EpcisEvent {
  const type = EPCIS_EVENT_TYPES.find((known) => known === event.name);
  if (type === undefined) {
    const message = `${JSON.stringify(event.name)} is no event type of EPCIS 2.0 (${EPCIS_EVENT_TYPES.join(", ")})`;
    throw new CareProofError("EPCIS_EVENT_TYPE_UNKNOWN", message, event.path);
  }
  const fields = new Fields(event, FIELDS[type]);
  if (type === "TransactionEvent") fields.requiredOne("bizTransactionList");
  if (type === "ObjectEvent") fields.requiredOne("epcList", "quantityList", "sensorElementList");
  return defined({
    type,
    eventTime: fields.required("eventTime"),
    eventTimeZoneOffset: fields.required("eventTimeZoneOffset"),
    recordTime: fields.text("recordTime"),
    eventID: fields.text("eventID"),
    errorDeclaration: fields.map("errorDeclaration", errorDeclaration),
    certificationInfo: fields.texts("certificationInfo"),
    action: type === "TransformationEvent" ? undefined : action(fields.required("action"), event.path),
    parentID: type === "AssociationEvent" ? fields.required("parentID") : fields.text("parentID"),
    epcList: fields.map("epcList", epcs),
    childEPCs: fields.map("childEPCs", epcs),
    inputEPCList: fields.map("inputEPCList", epcs),
    outputEPCList: fields.map("outputEPCList", epcs),
    quantityList: fields.map("quantityList", quantities),
    childQuantityList: fields.map("childQuantityList", quantities),
    inputQuantityList: fields.map("inputQuantityList", quantities),
    outputQuantityList: fields.map("outputQuantityList", quantities),
    transformationID: fields.text("transformationID"),
    bizStep: fields.text("bizStep"),
    disposition: fields.text("disposition"),
    persistentDisposition: fields.map("persistentDisposition", persistentDisposition),
    readPoint: fields.map("readPoint", location),
    bizLocation: fields.map("bizLocation", location),
    bizTransactionList: fields.map("bizTransactionList", (list) =>
      entries(list, "bizTransaction", (entry) => {
        const within = new Fields(entry, ["type"], "entry");
        return defined({ type: within.text("type"), bizTransaction: checkedText(entry) });
      }),
    ),
    sourceList: fields.map("sourceList", (list) =>
      entries(list, "source", (entry) => ({ type: typeOf(entry), source: checkedText(entry) })),
    ),
    destinationList: fields.map("destinationList", (list) =>
      entries(list, "destination", (entry) => ({ type: typeOf(entry), destination: checkedText(entry) })),
    ),
    sensorElementList: fields.map("sensorElementList", (list) => entries(list, "sensorElement", sensorElement)),
    ilmd: fields.map("ilmd", ilmd),
    extensions: fields.extensions,
  });
}

/** The fields within one, by name. */
class Fields {
  /** Fields of other vocabularies, in the document's order; undefined where there is none. */
  readonly extensions: readonly EpcisExtension[] | undefined;

  /** @param kind Whether it may have fields of other vocabularies, or a text of its own as the entries of some lists have. */
  constructor(
    private readonly holder: EpcisField,
    names: readonly string[],
    kind: "extensible" | "closed" | "entry" = "extensible",
  ) {
    const { name, text, path, children } = holder;
    if (kind !== "entry" && text !== "") throw invalidEpcis(path, `${name} has fields, not a text`);
    const others = children.filter((child) => !names.includes(child.name));
    const unknown = others.find((child) => kind !== "extensible" || !child.name.startsWith("{"));
    if (unknown !== undefined) throw invalidEpcis(unknown.path, `${name} has no field ${JSON.stringify(unknown.name)}`);
    this.extensions = others.length === 0 ? undefined : others.map(extension);
  }

  all(name: string): readonly EpcisField[] {
    return this.holder.children.filter((field) => field.name === name);
  }

  one(name: string): EpcisField | undefined {
    const [first, second] = this.all(name);
    if (second !== undefined) throw invalidEpcis(second.path, "appears twice");
    return first;
  }

  required(name: string): string {
    const field = this.one(name);
    if (field === undefined) throw invalidEpcis(`${this.holder.path}.${name}`, "is missing");
    return checkedText(leaf(field));
  }

  /** Refuses the absence of all of these. */
  requiredOne(...names: string[]): void {
    if (names.some((name) => this.all(name).length > 0)) return;
    throw invalidEpcis(
      `${this.holder.path}.${names[0]}`,
      `is missing${names.length > 1 ? `, and so is ${names.slice(1).join(" or ")}` : ""}`,
    );
  }

  /** The field's text; undefined where it is missing or empty. */
  text(name: string): string | undefined {
    const field = this.one(name);
    return field === undefined || leaf(field).text === "" ? undefined : checkedText(field);
  }

  texts(name: string): readonly string[] | undefined {
    const fields = this.all(name);
    return fields.length === 0 ? undefined : fields.map((field) => checkedText(leaf(field)));
  }

  map<T>(name: string, read: (field: EpcisField) => T): T | undefined {
    const field = this.one(name);
    return field === undefined ? undefined : read(field);
  }
}

function entries<T>(list: EpcisField, name: string, read: (entry: EpcisField) => T): T[] {
  new Fields(list, [name], "closed");
  return list.children.map(read);
}

function epcs(list: EpcisField): string[] {
  return entries(list, "epc", (entry) => checkedText(leaf(entry)));
}

function quantities(list: EpcisField): EpcisQuantityElement[] {
  return entries(list, "quantityElement", (entry) => {
    const fields = new Fields(entry, ["epcClass", "quantity", "uom"], "closed");
    const epcClass = fields.required("epcClass");
    const uom = fields.text("uom");
    if (uom !== undefined && !UNIT_CODE.test(uom)) {
      throw invalidEpcis(`${entry.path}.uom`, `${JSON.stringify(uom)} is no code of UN/CEFACT Recommendation 20`);
    }
    return defined({ epcClass, quantity: fields.text("quantity"), uom });
  });
}

function location(field: EpcisField): EpcisLocation {
  const fields = new Fields(field, ["id"]);
  return defined({ id: fields.required("id"), extensions: fields.extensions });
}

function persistentDisposition(field: EpcisField): EpcisPersistentDisposition {
  const fields = new Fields(field, ["set", "unset"], "closed");
  return { set: fields.texts("set") ?? [], unset: fields.texts("unset") ?? [] };
}

function typeOf(entry: EpcisField): string {
  return new Fields(entry, ["type"], "entry").required("type");
}

function sensorElement(field: EpcisField): EpcisSensorElement {
  const fields = new Fields(field, ["sensorMetadata", "sensorReport"]);
  const report = fields.all("sensorReport");
  if (report.length === 0) throw invalidEpcis(`${field.path}.sensorReport`, "is missing");
  return defined({
    sensorMetadata: fields.map("sensorMetadata", (metadata) => sensorFields(metadata, SENSOR_METADATA_FIELDS)),
    sensorReport: report.map((one) => sensorFields(one, [...SENSOR_REPORT_FIELDS, "bizRules"])),
    extensions: fields.extensions,
  });
}

function sensorFields<Name extends string>(
  field: EpcisField,
  names: readonly Name[],
): Readonly<Partial<Record<Name, string>>> & { readonly extensions?: readonly EpcisExtension[] } {
  const fields = new Fields(field, names);
  const texts = names.flatMap((name): [Name, string][] => {
    const text = fields.text(name);
    return text === undefined ? [] : [[name, text]];
  });
  const read = Object.fromEntries(texts) as Readonly<Partial<Record<Name, string>>>;
  return fields.extensions === undefined ? read : { ...read, extensions: fields.extensions };
}

function errorDeclaration(field: EpcisField): EpcisErrorDeclaration {
  const fields = new Fields(field, ["declarationTime", "reason", "correctiveEventIDs"]);
  return defined({
    declarationTime: fields.required("declarationTime"),
    reason: fields.text("reason"),
    correctiveEventIDs:
      fields.map("correctiveEventIDs", (list) => entries(list, "correctiveEventID", (entry) => checkedText(entry))) ??
      [],
    extensions: fields.extensions,
  });
}

function ilmd(field: EpcisField): readonly EpcisExtension[] {
  if (field.text !== "") throw invalidEpcis(field.path, "ilmd has fields, not a text");
  const plain = field.children.find(({ name }) => !name.startsWith("{"));
  if (plain !== undefined) throw invalidEpcis(plain.path, "needs a namespace: the standard has no fields in ilmd");
  return field.children.map(extension);
}

function extension({ name, text, children }: EpcisField): EpcisExtension {
  return { name, value: text, children: children.map(extension) };
}

function action(text: string, path: string): EpcisAction {
  const known = EPCIS_ACTIONS.find((candidate) => candidate === text);
  if (known === undefined) {
    throw invalidEpcis(`${path}.action`, `${JSON.stringify(text)} is none of ${EPCIS_ACTIONS.join(", ")}`);
  }
  return known;
}

/** Refuses a field with fields where a text is expected. */
function leaf(field: EpcisField): EpcisField {
  if (field.children.some(({ name }) => !name.startsWith("{"))) throw invalidEpcis(field.path, "expected a text");
  return field;
}
