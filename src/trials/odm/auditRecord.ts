import { CareProofError } from "../../errors.js";
import { canonicalXml } from "../../utils/canonicalXml.js";
import type { XmlElement } from "../../utils/xml.js";
import { MAX_CAPTURED_AT } from "../dataLeaf.js";
import type { DataProblem } from "../dataRow.js";

/** An ODM AuditRecord: who did it, where, when and why (21 CFR 11.10(e)). */
export interface AuditRecord {
  /** What it says by name: `UserRef`, `LocationRef`, `DateTimeStamp`, `ReasonForChange`, `SourceID`, and its attributes. */
  readonly fields: ReadonlyMap<string, string>;
  /** `DateTimeStamp` in unix seconds; undefined where it is no time. */
  readonly capturedAt: number | undefined;
}

/** Elements of an AuditRecord, with the attribute that holds what they say; those without one say it as text. */
const PARTS: ReadonlyMap<string, string | undefined> = new Map([
  ["UserRef", "UserOID"],
  ["LocationRef", "LocationOID"],
  ["DateTimeStamp", undefined],
  ["ReasonForChange", undefined],
  ["SourceID", undefined],
]);

const DATE_TIME = /^(\d{4})-(\d\d)-(\d\d)(-?)T(\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d+)?)?(Z|[+-]\d\d:\d\d)?$/;

/**
 * Reads an AuditRecord.
 *
 * @param path Where it stands.
 * @param onProblem Gets that its time is not as ISO 8601 has it.
 * @throws CareProofError `ODM_INVALID` where it does not say who and when.
 */
export function readAuditRecord(
  element: XmlElement,
  path: string,
  onProblem: (problem: DataProblem) => void,
): AuditRecord {
  const fields = new Map<string, string>();
  for (const { local, value } of element.attributes) fields.set(local, value);
  for (const child of element.children()) {
    const attribute = PARTS.get(child.local);
    const value = attribute === undefined ? child.text.trim() : child.attribute(attribute);
    const isKnown = PARTS.has(child.local) && !fields.has(child.local);
    fields.set(child.local, isKnown ? (value ?? "") : `${fields.get(child.local) ?? ""}${canonicalXml(child)}`);
  }
  for (const name of ["UserRef", "DateTimeStamp"]) {
    if ((fields.get(name) ?? "") === "")
      throw new CareProofError("ODM_INVALID", "is missing, or empty", `${path}/${name}`);
  }
  const stamp = fields.get("DateTimeStamp")!;
  const { time, isStrict } = unixTime(stamp);
  if (!isStrict) {
    const read = time === undefined ? "it is not used" : `read as ${new Date(time * 1000).toISOString()}`;
    const message = `${JSON.stringify(stamp)} is no date and time of ISO 8601: ${read}`;
    onProblem({ code: "DATE_TIME_INVALID", message, path: `${path}/DateTimeStamp` });
  }
  return { fields, capturedAt: time };
}

/** Unix seconds of a date and time; without a time zone it is taken for UTC. */
function unixTime(text: string): { time: number | undefined; isStrict: boolean } {
  const [matched, year, month, day, hyphen, hour = "", minute, second = "00", zone = "Z"] = DATE_TIME.exec(text) ?? [];
  if (matched === undefined) return { time: undefined, isStrict: false };
  const date = `${year}-${month}-${day}`;
  const time = Date.parse(`${date}T${hour.padStart(2, "0")}:${minute}:${second}${zone}`) / 1000;
  // A day that its month does not have is taken for one of the next month.
  const midnight = Date.parse(`${date}T00:00:00Z`);
  const isDay = !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(date);
  if (!isDay || !Number.isInteger(time) || time < 0 || time > MAX_CAPTURED_AT)
    return { time: undefined, isStrict: false };
  return { time, isStrict: hyphen === "" && hour.length === 2 };
}
