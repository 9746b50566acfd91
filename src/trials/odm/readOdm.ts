import { ClinicalRows, type ClinicalRowsOptions } from "./clinicalRows.js";
import { DATA_ELEMENTS, definitionRows, ODM_DATASETS } from "./definitionRows.js";
import { type OdmFields, type OdmRow, OdmRowWriter } from "./odmRow.js";
import { odmVersionOf } from "./odmVersion.js";
import { CareProofError } from "../../errors.js";
import type { JsonSource } from "../../utils/json.js";
import { parseXml, type XmlElement } from "../../utils/xml.js";
import type { CorrectionTarget, RowSink } from "../dataRow.js";

/** What was read of an ODM document. */
export interface OdmSummary {
  /** As the document says it, such as `1.3.2`. */
  readonly version: string;
  /** `Transactional` files have an audit trail; of a document that is only a `MetaDataVersion` it is not said. */
  readonly fileType?: "Snapshot" | "Transactional";
  readonly fileOid?: string;
  readonly studies: readonly string[];
  /** Number of subjects in the data. */
  readonly subjects: number;
  /** Number of rows that are items of data. */
  readonly items: number;
  /** Of those, corrections: Update and Remove. */
  readonly corrections: number;
  /** Number of rows about anything else, such as definitions and signatures. */
  readonly definitions: number;
}

/**
 * Reads a CDISC ODM document (1.1, 1.2, 1.3.x, 2.0), or a `MetaDataVersion` that stands alone. Every value of it is in some row, so that
 * nothing can change unnoticed. What is inherited in ODM, the audit record and the kind of transaction, is in each row that it is of.
 *
 * @param text See `decodeXml`. It is held whole, with what the parser makes of it: about eight times its size.
 * @param source Names the text in errors of XML itself.
 * @throws CareProofError, its path being that of the element: `XML_INVALID`, `ODM_INVALID`, `ODM_VERSION_UNSUPPORTED`,
 * `AUDIT_RECORD_MISSING`, `REASON_MISSING`, `KEY_DUPLICATE`; and of the sink.
 */
export function readOdm(text: string, sink: RowSink, source: JsonSource = {}): OdmSummary {
  const root = parseXml(text, source, { ignoreExternalDoctype: true });
  const { version, isSaid } = odmVersionOf(root);
  if (!isSaid) {
    const message = `there is no ODMVersion: read as ODM ${version}, whose namespace it has`;
    sink.problem({ code: "VERSION_MISSING", message, path: `${root.local}/@ODMVersion` });
  }
  const fileType = fileTypeOf(root);
  const writer = new OdmRowWriter(sink);
  const counts = { items: 0, corrections: 0, definitions: 0 };
  const subjects = new Set<string>();
  const studies = new Set<string>();
  sink.datasets(ODM_DATASETS);
  for (const row of definitionRows(root, root.local)) {
    counts.definitions++;
    if (row.dataset === "Study") studies.add(textOf(row.key, "StudyOID") ?? "");
    writer.write(row);
  }
  const data = [...dataElements(root, root.local)];
  const options: ClinicalRowsOptions = {
    isTransactional: fileType === "Transactional",
    onProblem: (problem) => {
      sink.problem(problem);
    },
  };
  const targets = new CorrectionTargets(root, data, writer);
  for (const { element, path } of data) {
    for (const row of new ClinicalRows(element, path, options).rows()) {
      const subject = textOf(row.key, "SubjectKey");
      if (subject !== undefined) subjects.add(subject);
      if (textOf(row.key, "ItemOID") === undefined) counts.definitions++;
      else counts.items++;
      const isCorrection = row.transaction === "Update" || row.transaction === "Remove";
      if (isCorrection) counts.corrections++;
      writer.write(row, isCorrection ? () => targets.find(row) : undefined);
    }
  }
  const fileOid = root.attribute("FileOID");
  return {
    version,
    ...(fileType === undefined ? {} : { fileType }),
    ...(fileOid === undefined ? {} : { fileOid }),
    studies: [...studies],
    subjects: subjects.size,
    ...counts,
  };
}

interface PlacedElement {
  readonly element: XmlElement;
  readonly path: string;
}

/** The elements that hold data: of the document, and, as some files have them, of a study. */
function* dataElements(element: XmlElement, path: string): Generator<PlacedElement> {
  const counts = new Map<string, number>();
  for (const child of element.children()) {
    const count = (counts.get(child.local) ?? 0) + 1;
    counts.set(child.local, count);
    const childPath = `${path}/${child.local}[${count}]`;
    if (DATA_ELEMENTS.has(child.local)) yield { element: child, path: childPath };
    else if (child.local === "Study") yield* dataElements(child, childPath);
  }
}

function fileTypeOf(root: XmlElement): "Snapshot" | "Transactional" | undefined {
  if (root.local !== "ODM") return undefined;
  const written = root.attribute("FileType");
  if (written === "Snapshot" || written === "Transactional") return written;
  throw new CareProofError("ODM_INVALID", "is neither Snapshot nor Transactional", "ODM/@FileType");
}

/** OIDs that a correction names, and the elements that define them. */
const DEFINITIONS: readonly (readonly [key: string, element: string])[] = [
  ["StudyEventOID", "StudyEventDef"],
  ["FormOID", "FormDef"],
  ["ItemGroupOID", "ItemGroupDef"],
];

/** Keys that must be those of the row which a correction means, even where another is wrong. */
const CERTAIN = ["StudyOID", "SubjectKey", "StudyEventOID", "ItemGroupOID", "ItemOID"];

/**
 * Finds what a correction means whose keys are those of no row. Only where one of them is a form, event or item group that the document
 * does not define (so that it is an error of writing), and where the subject's data have only one row that can be meant.
 */
class CorrectionTargets {
  private defined: Set<string> | undefined;
  private rows: Map<string, OdmRow[]> | undefined;

  constructor(
    private readonly root: XmlElement,
    private readonly data: readonly PlacedElement[],
    private readonly writer: OdmRowWriter,
  ) {}

  find(row: OdmRow): CorrectionTarget | undefined {
    this.defined ??= new Set(definedOids(this.root));
    const undefinedKey = DEFINITIONS.find(([key, element]) => {
      const oid = textOf(row.key, key);
      return oid !== undefined && this.has(element) && !this.has(`${element} ${oid}`);
    });
    if (undefinedKey !== undefined) {
      this.rows ??= this.index();
      const [only, ...others] = this.rows.get(certainKey(row.key)) ?? [];
      if (only !== undefined && others.length === 0) {
        const [key, element] = undefinedKey;
        const problem = `there is no ${element} ${JSON.stringify(textOf(row.key, key))}, so it corrects ${only.path()}, the only row that it can mean`;
        return { kind: "row", problem, ...this.writer.laidOut(only) };
      }
    }
    return this.root.attribute("PriorFileOID") === undefined ? undefined : { kind: "earlierFile" };
  }

  private has(definition: string): boolean {
    return this.defined!.has(definition);
  }

  private index(): Map<string, OdmRow[]> {
    const rows = new Map<string, OdmRow[]>();
    for (const { element, path } of this.data) {
      // What is wrong was said when the rows were read.
      for (const row of new ClinicalRows(element, path, {
        isTransactional: false,
        onProblem: () => undefined,
      }).rows()) {
        const isFirst = row.transaction === undefined || row.transaction === "Insert";
        if (!isFirst || textOf(row.key, "ItemOID") === undefined) continue;
        const key = certainKey(row.key);
        const known = rows.get(key);
        if (known === undefined) rows.set(key, [row]);
        else known.push(row);
      }
    }
    return rows;
  }
}

function* definedOids(element: XmlElement): Generator<string> {
  for (const child of element.children()) {
    if (child.local === "Study" || child.local === "MetaDataVersion") yield* definedOids(child);
    else if (child.local.endsWith("Def")) {
      yield child.local;
      yield `${child.local} ${child.attribute("OID") ?? ""}`;
    }
  }
}

function certainKey(key: OdmFields): string {
  return JSON.stringify(CERTAIN.map((name) => textOf(key, name) ?? null));
}

function textOf(key: OdmFields, name: string): string | undefined {
  const value = key.find(([other]) => other === name)?.[1];
  return typeof value === "string" ? value : undefined;
}
