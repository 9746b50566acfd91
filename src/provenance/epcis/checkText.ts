import { type EpcisField, invalidEpcis } from "./field.js";
import { isNumber, utcMilliseconds } from "./values.js";

/** What a text has to be, and how a message says so. */
interface Kind {
  readonly name: string;
  readonly accepts: (text: string) => boolean;
}

const matching = (name: string, pattern: RegExp): Kind => ({ name, accepts: (text) => pattern.test(text) });

const URI = matching("URI", /^[A-Za-z][A-Za-z0-9+.-]*:\S+$/);
const NUMBER: Kind = { name: "number", accepts: isNumber };
const TIME: Kind = {
  name: "date and time with a time zone (xsd:dateTimeStamp)",
  accepts: (text) => utcMilliseconds(text) !== undefined,
};

/** What the standard's fields are, by name: a name means the same wherever it stands. Names that are not here have any text. */
const KINDS: ReadonlyMap<string, Kind> = new Map([
  ...uris("parentID epc epcClass transformationID eventID correctiveEventID certificationInfo id"),
  ...uris("bizStep disposition set unset reason bizTransaction source destination type exception"),
  ...uris("deviceID deviceMetadata rawData dataProcessingMethod bizRules microorganism chemicalSubstance uriValue"),
  ...uris("coordinateReferenceSystem"),
  ...kinds("eventTime recordTime declarationTime time startTime endTime", TIME),
  ...kinds("quantity value minValue maxValue meanValue sDev percRank percValue", NUMBER),
  ...kinds("booleanValue", matching("xsd:boolean", /^(?:true|false|0|1)$/)),
  ...kinds("hexBinaryValue", matching("hexadecimal number", /^[0-9A-Fa-f]+$/)),
  // Section 7.4.1: hours 00 to 13, or 14:00.
  ...kinds("eventTimeZoneOffset", matching("+hh:mm or -hh:mm", /^[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00)$/)),
]);

function kinds(names: string, kind: Kind): [string, Kind][] {
  return names.split(" ").map((name) => [name, kind]);
}

function uris(names: string): [string, Kind][] {
  return kinds(names, URI);
}

/**
 * The text of a field of the standard.
 *
 * @throws CareProofError `EPCIS_INVALID` where it is not what the field's text is, or empty.
 */
export function checkedText({ name, text, path }: EpcisField): string {
  if (text === "") throw invalidEpcis(path, "is empty");
  const kind = KINDS.get(name);
  if (kind?.accepts(text) === false) throw invalidEpcis(path, `${JSON.stringify(text)} is no ${kind.name}`);
  return text;
}
