import type { EpcisEvent, EpcisExtension } from "./event.js";
import { eventHash, type EventHashContext } from "./eventHash.js";

/** Path of the event's hash among its fields. All others begin with `/`. */
export const EVENT_HASH_PATH = "eventHash";

/** One value of an event, and where it is. */
export interface EventField {
  /**
   * A JSON Pointer (RFC 6901) into the {@link EpcisEvent}, such as `/epcList/0` or `/readPoint/id`. Fields of other vocabularies stand
   * under their names, each with its place among those of the same name: `/ilmd/{urn:epcglobal:cbv:mda}lotNumber/0`.
   */
  readonly path: string;
  /** As written. */
  readonly value: string;
}

/** A part of an event: every value in it is text. */
type Part = string | readonly Part[] | { readonly [name: string]: Part };

/**
 * All values of an event and its hash ({@link EVENT_HASH_PATH}), sorted by path: the same for an event as JSON and as XML, whatever the
 * order of keys. The order within lists counts. What has no value, such as an empty list, is no field.
 *
 * @param context What of the document the event's hash depends on.
 */
export function eventFields(event: EpcisEvent, context: EventHashContext = {}): EventField[] {
  const fields = [
    { path: EVENT_HASH_PATH, value: eventHash(event, context) },
    ...fieldsOf(event as unknown as Part, ""),
  ];
  return fields.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function fieldsOf(part: Part, path: string): EventField[] {
  if (typeof part === "string") return [{ path, value: part }];
  return Object.entries(part).flatMap(([name, member]) => {
    // Their names begin with `{`, so that they are never taken for the standard's.
    if (name === "extensions") return extensionFields(member as unknown as readonly EpcisExtension[], path);
    const at = `${path}/${name}`;
    if (at === "/ilmd") return extensionFields(member as unknown as readonly EpcisExtension[], at);
    return fieldsOf(member, at);
  });
}

function extensionFields(extensions: readonly EpcisExtension[], path: string): EventField[] {
  const counts = new Map<string, number>();
  return extensions.flatMap(({ name, value, children }) => {
    const place = counts.get(name) ?? 0;
    counts.set(name, place + 1);
    const at = `${path}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}/${place}`;
    const own = value === "" && children.length > 0 ? [] : [{ path: at, value }];
    return [...own, ...extensionFields(children, at)];
  });
}
