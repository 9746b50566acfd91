/**
 * Reading FHIR R4 elements out of unknown JSON, each with its path, so that whatever is wrong is named where it stands.
 */

import { ConsentFormatError } from "./terms.js";
import { canonicalSystem } from "./systems.js";
import { parseDateTime, type SecondsInterval } from "./dateTime.js";

/** An object of the input and where it stands. */
export interface Element {
  readonly value: Readonly<Record<string, unknown>>;
  readonly path: string;
}

/** A `Coding` of which the system is written as this package knows it. */
export interface Code {
  readonly system: string;
  readonly code: string;
  readonly path: string;
}

/** Refuses what is no FHIR R4 `Consent`. */
export function invalid(path: string, message: string): never {
  throw new ConsentFormatError("CONSENT_INVALID", message, path);
}

/** Refuses what consent terms cannot say. */
export function inexpressible(path: string, message: string): never {
  throw new ConsentFormatError("CONSENT_INEXPRESSIBLE", message, path);
}

/** Every element may have these; `_name` holds the extensions of a primitive element. */
const COMMON = ["id", "extension", "modifierExtension"];

/**
 * `value` as an object that has no elements but `known`.
 *
 * An `extension` may be ignored by who does not know it, a `modifierExtension` never (FHIR R4, Extensibility, 2.4.1.1).
 */
export function element(value: unknown, path: string, known: readonly string[]): Element {
  if (typeof value !== "object" || value === null || Array.isArray(value)) invalid(path, "must be a JSON object");
  const record = value as Readonly<Record<string, unknown>>;
  if (record.modifierExtension !== undefined) {
    inexpressible(
      `${path}.modifierExtension`,
      "a modifier extension changes what the consent means and is not understood",
    );
  }
  for (const name of Object.keys(record)) {
    const plain = name.startsWith("_") ? name.slice(1) : name;
    if (!known.includes(plain) && !COMMON.includes(plain)) invalid(`${path}.${name}`, "is no element of FHIR R4 here");
  }
  return { value: record, path };
}

/** The items of an element that repeats, with their paths; none where the element is absent. */
export function items(parent: Element, name: string): { value: unknown; path: string }[] {
  const value = parent.value[name];
  const path = `${parent.path}.${name}`;
  if (value === undefined) return [];
  if (!Array.isArray(value)) invalid(path, "must be a JSON array");
  // FHIR R4, JSON: an array has at least one item.
  if (value.length === 0) invalid(path, "must not be empty");
  return value.map((item: unknown, index) => ({ value: item, path: `${path}[${String(index)}]` }));
}

/** A string element, or undefined where it is absent. */
export function text(parent: Element, name: string): string | undefined {
  const value = parent.value[name];
  if (value === undefined) return undefined;
  if (typeof value !== "string" || value.trim() === "") invalid(`${parent.path}.${name}`, "must be a text");
  return value;
}

/** A `Coding` with its system and code. */
export function coding(value: unknown, path: string): Code {
  const parent = element(value, path, ["system", "version", "code", "display", "userSelected"]);
  const system = text(parent, "system");
  const code = text(parent, "code");
  if (system === undefined) inexpressible(`${path}.system`, "a coding without a system cannot be understood");
  if (code === undefined) inexpressible(`${path}.code`, "a coding without a code cannot be understood");
  return { system: canonicalSystem(system), code, path };
}

/** The codings of a `CodeableConcept`, all of which say the same in different systems. At least one. */
export function codings(value: unknown, path: string): Code[] {
  const parent = element(value, path, ["coding", "text"]);
  const found = items(parent, "coding").map((item) => coding(item.value, item.path));
  if (found.length === 0) inexpressible(path, "a text without a code cannot be understood");
  return found;
}

/** The one coding of a concept that `understood` accepts; refuses the concept where there is none. */
export function concept<Meaning>(
  value: unknown,
  path: string,
  understood: (code: Code) => Meaning | undefined,
  refusal: string,
): Meaning {
  const found = codings(value, path);
  for (const code of found) {
    const meaning = understood(code);
    if (meaning !== undefined) return meaning;
  }
  return inexpressible(path, `${found.map((code) => code.code).join(", ")}: ${refusal}`);
}

/** The seconds that a `dateTime` element covers, or undefined where it is absent. */
export function dateTime(parent: Element, name: string): SecondsInterval | undefined {
  const value = text(parent, name);
  if (value === undefined) return undefined;
  return parseDateTime(value) ?? invalid(`${parent.path}.${name}`, `"${value}" is not a FHIR dateTime`);
}
