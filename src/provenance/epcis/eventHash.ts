import { sha256, toUtf8Bytes } from "ethers";

import {
  SENSOR_METADATA_FIELDS,
  SENSOR_REPORT_FIELDS,
  type EpcisEvent,
  type EpcisExtensible,
  type EpcisExtension,
  type EpcisQuantityElement,
  type EpcisSensorElement,
} from "./event.js";
import { canonicalTime, canonicalValue } from "./values.js";
import { CareProofError } from "../../errors.js";

/** What of a document, beside the event, its hash depends on: an {@link EpcisDocument} is one. */
export interface EventHashContext {
  /** Extensions of events, as `{namespace}name`, that do not count. */
  readonly ignoredFields?: readonly string[];
}

/**
 * The event hash of CBV 2.0 (section 8.9) with SHA-256: `ni:///sha-256;<64 hex>?ver=CBV2.0`. It says nothing of `recordTime`,
 * `eventID` and `errorDeclaration`, so that it can be the eventID.
 */
export function eventHash(event: EpcisEvent, context: EventHashContext = {}): string {
  return niUri(eventHashBytes32(event, context));
}

/** The 32 bytes of the event hash as 0x-hex, as contracts take it. */
export function eventHashBytes32(event: EpcisEvent, context: EventHashContext = {}): string {
  return sha256(toUtf8Bytes(eventPreHash(event, context)));
}

/** The event hash whose 32 bytes are `hash` (0x-hex). Throws CareProofError `EVENT_HASH_INVALID`. */
export function niUri(hash: string): string {
  if (!/^0x[0-9a-fA-F]{64}$/.test(hash)) {
    throw new CareProofError(
      "EVENT_HASH_INVALID",
      `expected 0x and 64 hexadecimal digits, found ${JSON.stringify(hash)}`,
    );
  }
  return `ni:///sha-256;${hash.slice(2).toLowerCase()}?ver=CBV2.0`;
}

/** The 32 bytes, as 0x-hex, of an event hash with SHA-256 (CBV 2.0). Throws CareProofError `EVENT_HASH_INVALID`. */
export function niUriBytes32(uri: string): string {
  const [, digits] = /^ni:\/\/\/sha-256;([0-9a-fA-F]{64})\?ver=CBV2\.0$/.exec(uri) ?? [];
  if (digits === undefined) {
    const message = `expected ni:///sha-256;<64 hexadecimal digits>?ver=CBV2.0, found ${JSON.stringify(uri)}`;
    throw new CareProofError("EVENT_HASH_INVALID", message);
  }
  return `0x${digits.toLowerCase()}`;
}

/**
 * What the event hash is the SHA-256 of: all fields in CBV's order, each `name=value`, lists sorted, without separators. Business
 * transactions, sources, destinations, ILMD and extensions come last and in alphabetical order, as in the reference implementation
 * and every published test vector.
 */
export function eventPreHash(event: EpcisEvent, { ignoredFields = [] }: EventHashContext = {}): string {
  const ordered = [
    `eventType=${event.type}`,
    time("eventTime", event.eventTime),
    field("eventTimeZoneOffset", event.eventTimeZoneOffset),
    sorted((event.certificationInfo ?? []).map((uri) => field("certificationInfo", uri))),
    field("parentID", event.parentID),
    epcs("epcList", event.epcList),
    epcs("inputEPCList", event.inputEPCList),
    epcs("childEPCs", event.childEPCs),
    quantities("quantityList", event.quantityList),
    quantities("childQuantityList", event.childQuantityList),
    quantities("inputQuantityList", event.inputQuantityList),
    epcs("outputEPCList", event.outputEPCList),
    quantities("outputQuantityList", event.outputQuantityList),
    field("action", event.action),
    field("transformationID", event.transformationID),
    field("bizStep", event.bizStep),
    field("disposition", event.disposition),
    within(
      "persistentDisposition",
      sorted((event.persistentDisposition?.set ?? []).map((uri) => field("set", uri))) +
        sorted((event.persistentDisposition?.unset ?? []).map((uri) => field("unset", uri))),
    ),
    within("readPoint", field("id", event.readPoint?.id) + extensionsOf(event.readPoint)),
    within("bizLocation", field("id", event.bizLocation?.id) + extensionsOf(event.bizLocation)),
    list("sensorElementList", (event.sensorElementList ?? []).map(sensorElement)),
  ];
  const rest = [
    list(
      "bizTransactionList",
      (event.bizTransactionList ?? []).map(
        (entry) => field("type", entry.type) + field("bizTransaction", entry.bizTransaction),
      ),
    ),
    list(
      "sourceList",
      (event.sourceList ?? []).map((entry) => field("type", entry.type) + field("source", entry.source)),
    ),
    list(
      "destinationList",
      (event.destinationList ?? []).map((entry) => field("type", entry.type) + field("destination", entry.destination)),
    ),
    list("sensorElementList", (event.sensorElementList ?? []).map(unorderedSensorFields)),
    event.ilmd === undefined ? "" : `ilmd${extensions(event.ilmd)}`,
    ...(event.extensions ?? []).filter(({ name }) => !ignoredFields.includes(name)).map(extension),
  ];
  return ordered.join("") + sorted(rest);
}

function sensorElement(element: EpcisSensorElement): string {
  const { sensorMetadata, sensorReport } = element;
  const metadata = SENSOR_METADATA_FIELDS.map((name) => sensorField(name, sensorMetadata?.[name])).join("");
  const reports = sensorReport.map((report) => {
    const fields = SENSOR_REPORT_FIELDS.map((name) => sensorField(name, report[name])).join("");
    return within("sensorReport", fields + extensionsOf(report));
  });
  const content = within("sensorMetadata", metadata + extensionsOf(sensorMetadata)) + sorted(reports);
  return within("sensorElement", content + extensionsOf(element));
}

/** CBV has no place for the bizRules of a report. The reference implementation repeats its path among what comes last. */
function unorderedSensorFields({ sensorReport }: EpcisSensorElement): string {
  return within(
    "sensorElement",
    sorted(sensorReport.map(({ bizRules }) => within("sensorReport", field("bizRules", bizRules)))),
  );
}

function sensorField(name: string, value: string | undefined): string {
  return /time$/i.test(name) ? time(name, value) : field(name, value);
}

function epcs(name: string, uris: readonly string[] = []): string {
  return list(
    name,
    uris.map((uri) => field("epc", uri)),
  );
}

function quantities(name: string, elements: readonly EpcisQuantityElement[] = []): string {
  return list(
    name,
    elements.map(({ epcClass, quantity, uom }) =>
      within("quantityElement", field("epcClass", epcClass) + field("quantity", quantity) + field("uom", uom)),
    ),
  );
}

function extensionsOf(holder: EpcisExtensible | undefined): string {
  return extensions(holder?.extensions ?? []);
}

function extensions(fields: readonly EpcisExtension[]): string {
  return sorted(fields.map(extension));
}

function extension({ name, value, children }: EpcisExtension): string {
  return name + (value === "" ? "" : `=${canonicalValue(value)}`) + extensions(children);
}

function time(name: string, value: string | undefined): string {
  return value === undefined ? "" : `${name}=${canonicalTime(value)}`;
}

function field(name: string, value: string | undefined): string {
  return value === undefined || value === "" ? "" : `${name}=${canonicalValue(value)}`;
}

function list(name: string, entries: readonly string[]): string {
  return within(name, sorted(entries));
}

/** The name of a field that has others, and these; nothing where there are none. */
function within(name: string, content: string): string {
  return content === "" ? "" : name + content;
}

function sorted(strings: readonly string[]): string {
  return [...strings].sort(byCodePoint).join("");
}

/** The order of the UTF-8 bytes. JavaScript's own order differs for characters beyond U+FFFF. */
function byCodePoint(a: string, b: string): number {
  const [left, right] = [Array.from(a), Array.from(b)];
  const at = left.findIndex((character, index) => character !== right[index]);
  return at < 0 ? left.length - right.length : (left[at]?.codePointAt(0) ?? 0) - (right[at]?.codePointAt(0) ?? -1);
}
