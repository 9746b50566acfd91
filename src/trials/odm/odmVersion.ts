import { CareProofError } from "../../errors.js";
import type { XmlElement } from "../../utils/xml.js";

/** Namespaces of ODM with the versions that are in them. ODM 1.1 has none: it comes with a DTD. */
const NAMESPACES: readonly (readonly [namespace: string | undefined, versions: RegExp, name: string])[] = [
  [undefined, /^1\.1(?:\.\d)?$/, "1.1"],
  ["http://www.cdisc.org/ns/odm/v1.2", /^1\.2(?:\.\d)?$/, "1.2"],
  ["http://www.cdisc.org/ns/odm/v1.3", /^1\.3(?:\.[0-2])?$/, "1.3"],
  ["http://www.cdisc.org/ns/odm/v2.0", /^2\.0(?:\.\d)?$/, "2.0"],
];

/** Of which version a document is. */
export interface OdmVersion {
  /** As written; that of the namespace where it is not. */
  readonly version: string;
  /** Whether the document says it. ODM 1.1 need not. */
  readonly isSaid: boolean;
  /** Whether data are nested as in 2.0: item groups in item groups, values as elements. */
  readonly namespace: string | undefined;
}

/**
 * The version of an ODM document, by its namespace and its `ODMVersion`.
 *
 * @throws CareProofError `ODM_INVALID` where the root is neither `ODM` nor `MetaDataVersion`, `ODM_VERSION_UNSUPPORTED` where namespace or
 * version are none of ODM 1.1, 1.2, 1.3.x and 2.0, or do not fit together.
 */
export function odmVersionOf(root: XmlElement): OdmVersion {
  const { local, namespace } = root;
  if (local !== "ODM" && local !== "MetaDataVersion") {
    throw new CareProofError("ODM_INVALID", "the root is neither ODM nor MetaDataVersion", local);
  }
  const [, versions, name] = NAMESPACES.find(([known]) => known === namespace) ?? [];
  if (versions === undefined || name === undefined) {
    const message = `the namespace ${JSON.stringify(namespace)} is none of ODM 1.1 to 1.3 and 2.0`;
    throw new CareProofError("ODM_VERSION_UNSUPPORTED", message, `${local}/@xmlns`);
  }
  const written = root.attribute("ODMVersion");
  if (written !== undefined && !versions.test(written)) {
    const message = `ODM ${JSON.stringify(written)} is not read in the namespace of ODM ${name}`;
    throw new CareProofError("ODM_VERSION_UNSUPPORTED", message, `${local}/@ODMVersion`);
  }
  const isSaid = written !== undefined || namespace === undefined || local === "MetaDataVersion";
  return { version: written ?? name, isSaid, namespace };
}
