import type { OdmFields, OdmRow } from "./odmRow.js";
import { canonicalXml } from "../../utils/canonicalXml.js";
import type { XmlElement } from "../../utils/xml.js";

/** Elements that hold definitions, with the key that one of their attributes is. */
const CONTAINERS: ReadonlyMap<string, readonly [key: string, attribute: string] | undefined> = new Map([
  ["Study", ["StudyOID", "OID"]],
  ["BasicDefinitions", undefined],
  ["MetaDataVersion", ["MetaDataVersionOID", "OID"]],
  ["AdminData", ["StudyOID", "StudyOID"]],
]);

/** Elements that hold data; their rows are made elsewhere. */
export const DATA_ELEMENTS: ReadonlySet<string> = new Set(["ClinicalData", "ReferenceData"]);

/** The data sets of an ODM document's rows. */
export const ODM_DATASETS = ["ODM", ...CONTAINERS.keys(), ...DATA_ELEMENTS];

/**
 * The rows of all that is no data: each definition (an element in one of the {@link CONTAINERS}) as canonical XML under its OID or, where
 * it has none, its name and its place among those of the name; and the start of each container.
 */
export function* definitionRows(element: XmlElement, path: string, outer: OdmFields = []): Generator<OdmRow> {
  const isRoot = element.local === "ODM";
  const [name, attribute] = CONTAINERS.get(element.local) ?? [];
  const oid = attribute === undefined ? undefined : element.attribute(attribute);
  const key: OdmFields = name === undefined || oid === undefined ? outer : [...outer, [name, oid]];
  yield {
    dataset: element.local,
    key: isRoot ? [["FileOID", element.attribute("FileOID") ?? ""]] : [...key, ["element", element.local]],
    values: [["XML", canonicalXml(element, () => true)]],
    path: () => path,
    isFile: isRoot,
  };
  const counts = new Map<string, number>();
  for (const child of element.children()) {
    const local = child.namespace === element.namespace ? child.local : `{${child.namespace ?? ""}}${child.local}`;
    const count = counts.get(local) ?? 0;
    counts.set(local, count + 1);
    const childPath = `${path}/${local}[${count + 1}]`;
    if (DATA_ELEMENTS.has(local)) continue;
    if (CONTAINERS.has(local)) {
      yield* definitionRows(child, childPath, key);
      continue;
    }
    const childOid = child.attribute("OID");
    const named: OdmFields = childOid === undefined ? [["number", `${count + 1}`]] : [["OID", childOid]];
    yield {
      dataset: element.local,
      key: [...key, ["element", local], ...named],
      values: [["XML", canonicalXml(child)]],
      path: () => childPath,
    };
  }
}
