import { asResource, type FhirResource, resourceName } from "./fhirResource.js";
import { CareProofError } from "../errors.js";
import { isJsonObject, type JsonObject, type JsonValue } from "../utils/json.js";

/** A resource found on its own or in a Bundle. */
export interface FoundResource {
  /** The resource. */
  readonly resource: FhirResource;
  /** Its place for errors: file and line where known, and the path in the Bundle. */
  readonly where: string;
  /** `Bundle.entry.fullUrl`, where it has one. */
  readonly fullUrl?: string;
  /** The resource that a literal reference names, where it is in the same Bundle. */
  readonly resolve: (reference: string) => FhirResource | undefined;
}

/**
 * Elements by which one resource follows from or is part of another. In FHIR R4 no chain of them leads back to where it
 * began.
 */
const ANCESTRY_ELEMENTS = ["partOf", "basedOn", "replaces", "derivedFrom", "hasMember", "priorPrescription"] as const;

/**
 * The resources of a FHIR R4 resource: itself, or if it is a Bundle of whatever type those of its entries, Bundles within it
 * included. Contained resources stay inside their own. Checked on the way:
 *
 * - every reference to `#…` names a contained resource, and in a Bundle every `urn:uuid:` or `urn:oid:` an entry's `fullUrl`
 *   (other references may name what is elsewhere);
 * - no resource is its own ancestor through `partOf`, `basedOn`, `replaces`, `derivedFrom`, `hasMember` or
 *   `priorPrescription`, and no Bundle is nested in itself.
 *
 * @param resource A parsed resource.
 * @param source Names it in errors, such as a file and line.
 * @throws CareProofError `FHIR_INVALID`, `REFERENCE_MISSING` or `REFERENCE_CIRCULAR`, naming the path.
 */
export function splitResource(resource: FhirResource, source?: string): FoundResource[] {
  const place = source === undefined ? resource.resourceType : `${source} ${resource.resourceType}`;
  if (resource.resourceType === "Bundle") return splitBundle(resource, place, new Map(), []);
  const found: FoundResource = { resource, where: place, resolve: () => undefined };
  checkReferences([found], false);
  return [found];
}

function splitBundle(
  bundle: FhirResource,
  place: string,
  outerScope: ReadonlyMap<string, FhirResource>,
  enclosing: readonly string[],
): FoundResource[] {
  const name = resourceName(bundle);
  if (typeof bundle.id === "string" && enclosing.includes(name)) {
    throw new CareProofError("REFERENCE_CIRCULAR", `${name} is nested in itself`, place);
  }
  if (bundle.entry !== undefined && !Array.isArray(bundle.entry)) {
    throw new CareProofError("FHIR_INVALID", "Bundle.entry must be an array", `${place}.entry`);
  }
  const scope = new Map(outerScope);
  const resolve = (reference: string): FhirResource | undefined => scope.get(withoutVersion(reference));
  const found: FoundResource[] = [];
  for (const [i, entry] of (bundle.entry ?? []).entries()) {
    if (!isJsonObject(entry)) {
      throw new CareProofError("FHIR_INVALID", "an entry must be an object", `${place}.entry[${i}]`);
    }
    if (entry.resource === undefined) continue;
    const where = `${place}.entry[${i}].resource`;
    const resource = asResource(entry.resource, where);
    const fullUrl = typeof entry.fullUrl === "string" ? entry.fullUrl : undefined;
    if (fullUrl !== undefined) scope.set(fullUrl, resource);
    if (typeof resource.id === "string") scope.set(resourceName(resource), resource);
    found.push({ resource, where, resolve, ...(fullUrl === undefined ? {} : { fullUrl }) });
  }
  checkReferences(found, true);
  return found.flatMap((item) =>
    item.resource.resourceType === "Bundle"
      ? splitBundle(item.resource, item.where, scope, [...enclosing, name])
      : [item],
  );
}

/** A reference as it may be resolved within a Bundle: without the version (`Patient/1/_history/2`). */
function withoutVersion(reference: string): string {
  return reference.replace(/\/_history\/[^/]+$/, "");
}

function checkReferences(found: readonly FoundResource[], inBundle: boolean): void {
  const ancestors = new Map<JsonObject, JsonObject[]>();
  const places = new Map<JsonObject, string>();
  for (const item of found) {
    const { resource } = item;
    // What a nested Bundle holds is checked when it is split itself.
    if (resource.resourceType === "Bundle") continue;
    const contained = Array.isArray(resource.contained) ? resource.contained.filter(isJsonObject) : [];
    const local = new Map(contained.map((inner): [JsonValue | undefined, JsonObject] => [inner.id, inner]));
    const resolve = (reference: string, path: string): JsonObject | undefined => {
      if (reference === "#") return resource;
      const target = reference.startsWith("#") ? local.get(reference.slice(1)) : item.resolve(reference);
      const mustResolve = reference.startsWith("#") || (inBundle && /^urn:(uuid|oid):/.test(reference));
      if (target === undefined && mustResolve) {
        const place = reference.startsWith("#") ? "the resource" : "the Bundle";
        throw new CareProofError("REFERENCE_MISSING", `${place} has no ${JSON.stringify(reference)}`, path);
      }
      return target;
    };
    checkLiteralReferences(resource, item.where, resolve);
    for (const node of [resource, ...contained]) {
      ancestors.set(node, ancestorsOf(node, item.where, resolve));
      places.set(node, item.where);
    }
  }
  checkAncestry(ancestors, places);
}

function checkLiteralReferences(
  value: JsonValue,
  path: string,
  resolve: (reference: string, path: string) => unknown,
): void {
  if (Array.isArray(value)) {
    value.forEach((item, i) => {
      checkLiteralReferences(item, `${path}[${i}]`, resolve);
    });
  } else if (isJsonObject(value)) {
    for (const [key, item] of Object.entries(value)) {
      if (key === "reference" && typeof item === "string") resolve(item, `${path}.reference`);
      else if (typeof item === "object") checkLiteralReferences(item, `${path}.${key}`, resolve);
    }
  }
}

function ancestorsOf(
  resource: JsonObject,
  where: string,
  resolve: (reference: string, path: string) => JsonObject | undefined,
): JsonObject[] {
  return ANCESTRY_ELEMENTS.flatMap((element) => {
    const value = resource[element];
    return (Array.isArray(value) ? value : [value]).flatMap((item) => {
      const reference = isJsonObject(item) ? item.reference : undefined;
      const target = typeof reference === "string" ? resolve(reference, `${where}.${element}`) : undefined;
      return target === undefined ? [] : [target];
    });
  });
}

/** Depth-first search without recursion: a chain may be as long as the Bundle. */
function checkAncestry(
  ancestors: ReadonlyMap<JsonObject, JsonObject[]>,
  places: ReadonlyMap<JsonObject, string>,
): void {
  const finished = new Set<JsonObject>();
  for (const start of ancestors.keys()) {
    const path: { node: JsonObject; next: number }[] = [{ node: start, next: 0 }];
    const onPath = new Set([start]);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const target = finished.has(top.node) ? undefined : ancestors.get(top.node)?.[top.next++];
      if (target === undefined) {
        finished.add(top.node);
        onPath.delete(top.node);
        path.pop();
      } else if (onPath.has(target)) {
        const cycle = [...path.slice(path.findIndex(({ node }) => node === target)).map(({ node }) => node), target];
        const names = cycle.map((node) => resourceName(node as FhirResource)).join(" -> ");
        throw new CareProofError("REFERENCE_CIRCULAR", `a resource is its own ancestor: ${names}`, places.get(target));
      } else if (!finished.has(target)) {
        path.push({ node: target, next: 0 });
        onPath.add(target);
      }
    }
  }
}
