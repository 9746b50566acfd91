import { type AuditRecord, readAuditRecord } from "./auditRecord.js";
import type { OdmFields, OdmRow } from "./odmRow.js";
import { CareProofError } from "../../errors.js";
import { canonicalXml } from "../../utils/canonicalXml.js";
import type { XmlElement } from "../../utils/xml.js";
import type { DataProblem, TransactionType } from "../dataRow.js";

/** Elements of data around items, with the attributes that are their keys. */
const LEVELS: ReadonlyMap<string, readonly string[]> = new Map([
  ["SubjectData", ["SubjectKey"]],
  ["StudyEventData", ["StudyEventOID", "StudyEventRepeatKey"]],
  ["FormData", ["FormOID", "FormRepeatKey"]],
  ["ItemGroupData", ["ItemGroupOID", "ItemGroupRepeatKey"]],
]);

const ITEM = /^ItemData(?:[A-Z]\w*)?$/;
const TRANSACTIONS: ReadonlySet<string> = new Set(["Insert", "Update", "Remove", "Upsert", "Context"]);
/** Attributes of an item that are not among its values. */
const ITEM_ATTRIBUTES: ReadonlySet<string> = new Set(["ItemOID", "TransactionType", "AuditRecordID", "Value"]);

/** What an element of data hands on to those within it. */
interface Level {
  readonly key: OdmFields;
  readonly transaction: TransactionType | "Context" | undefined;
  readonly audit: AuditRecord | undefined;
  readonly path: () => string;
}

/** How data are read. */
export interface ClinicalRowsOptions {
  /** Whether the file is transactional: then every item needs a transaction and an audit record. */
  readonly isTransactional: boolean;
  readonly onProblem: (problem: DataProblem) => void;
}

/**
 * The rows of a `ClinicalData` or `ReferenceData` element: one for each item, and one for each other element around items, such as a
 * signature, an annotation or the reference to a site.
 */
export class ClinicalRows {
  private readonly records = new Map<string, AuditRecord>();
  private readonly dataset: string;

  /** @throws CareProofError of `readAuditRecord`. */
  constructor(
    private readonly root: XmlElement,
    private readonly path: string,
    private readonly options: ClinicalRowsOptions,
  ) {
    this.dataset = root.local;
    // ODM 1.3.1: audit records in a list, to which items refer by ID.
    for (const list of root.children()) {
      if (list.local !== "AuditRecords") continue;
      for (const record of list.children()) {
        const id = record.attribute("ID");
        if (id === undefined) continue;
        const recordPath = `${path}/AuditRecords/AuditRecord[@ID=${JSON.stringify(id)}]`;
        if (this.records.has(id)) throw new CareProofError("KEY_DUPLICATE", "comes twice in the file", recordPath);
        this.records.set(id, readAuditRecord(record, recordPath, options.onProblem));
      }
    }
  }

  /**
   * The rows in the order of the document.
   *
   * @throws CareProofError `ODM_INVALID`, `AUDIT_RECORD_MISSING`, `REASON_MISSING`, with the element's path.
   */
  *rows(): Generator<OdmRow> {
    const { root, path } = this;
    const studyOid = this.required(root, "StudyOID", path);
    const versionOid = root.attribute("MetaDataVersionOID");
    yield {
      dataset: this.dataset,
      key: [
        ["StudyOID", studyOid],
        ...(versionOid === undefined ? [] : [["MetaDataVersionOID", versionOid] as const]),
        ["element", root.local],
      ],
      values: [["XML", canonicalXml(root, () => true)]],
      path: () => path,
      counted: true,
    };
    const audit = this.auditOf(root, undefined, path);
    yield* this.within(root, { key: [["StudyOID", studyOid]], transaction: undefined, audit, path: () => path });
  }

  private *within(element: XmlElement, level: Level): Generator<OdmRow> {
    const counts = new Map<string, number>();
    for (const child of element.children()) {
      const { local } = child;
      const count = (counts.get(local) ?? 0) + 1;
      counts.set(local, count);
      const path = (): string => `${level.path()}/${local}[${count}]`;
      if (child.namespace === this.root.namespace && LEVELS.has(local)) yield* this.level(child, level, path);
      else if (child.namespace === this.root.namespace && ITEM.test(local)) yield this.item(child, level, path);
      else if (local !== "AuditRecord") yield this.other(child, level, count, path);
    }
  }

  private *level(element: XmlElement, outer: Level, path: () => string): Generator<OdmRow> {
    const names = LEVELS.get(element.local)!;
    this.required(element, names[0]!, path());
    const keys = names.flatMap((name): [string, string][] => {
      const value = element.attribute(name);
      return value === undefined ? [] : [[name, value]];
    });
    const level: Level = {
      key: nestedKey(outer.key, keys),
      transaction: this.transactionOf(element, outer.transaction, path),
      audit: this.auditOf(element, outer.audit, path()),
      path,
    };
    const hasOwn = element.attributes.some(({ local, prefix }) => {
      return prefix !== "" || !(names.includes(local) || local === "TransactionType");
    });
    const isEmpty = ![...element.children()].some(({ local }) => LEVELS.has(local) || ITEM.test(local));
    if (hasOwn || isEmpty) {
      yield this.row(
        [...level.key, ["element", element.local]],
        canonicalXml(element, () => true),
        level,
        path,
      );
    }
    yield* this.within(element, level);
  }

  /** An element that is no data: it stands for itself, whatever the transaction. */
  private other(element: XmlElement, level: Level, number: number, path: () => string): OdmRow {
    const id = element.attribute("ID");
    const named: OdmFields = id === undefined ? [["number", `${number}`]] : [["ID", id]];
    return this.row([...level.key, ["element", element.local], ...named], canonicalXml(element), level, path);
  }

  private row(key: OdmFields, xml: string, { transaction, audit }: Level, path: () => string): OdmRow {
    const values: OdmFields = [["XML", xml]];
    const isInsert = transaction === undefined || transaction === "Insert";
    return { dataset: this.dataset, key, values, audit, path, transaction: isInsert ? transaction : "Upsert" };
  }

  private item(element: XmlElement, level: Level, path: () => string): OdmRow {
    const itemOid = this.required(element, "ItemOID", path());
    const transaction = this.transactionOf(element, level.transaction, path);
    const audit = this.itemAudit(element, level.audit, path);
    if (transaction === "Context") {
      throw new CareProofError("ODM_INVALID", "has a value, but its TransactionType is Context", path());
    }
    if (this.options.isTransactional) {
      if (transaction === undefined) {
        throw new CareProofError("ODM_INVALID", "the file is transactional, but there is no TransactionType", path());
      }
      if (audit === undefined && this.dataset === "ClinicalData") {
        throw new CareProofError(
          "AUDIT_RECORD_MISSING",
          "the file is transactional, but there is no AuditRecord",
          path(),
        );
      }
    }
    if ((transaction === "Update" || transaction === "Remove") && (audit?.fields.get("ReasonForChange") ?? "") === "") {
      throw new CareProofError("REASON_MISSING", `${transaction} without a ReasonForChange`, path());
    }
    const values = itemValues(element, transaction);
    return { dataset: this.dataset, key: [...level.key, ["ItemOID", itemOid]], values, audit, transaction, path };
  }

  private transactionOf(
    element: XmlElement,
    outer: Level["transaction"],
    path: () => string,
  ): TransactionType | "Context" | undefined {
    const written = element.attribute("TransactionType");
    if (written === undefined) return outer;
    if (TRANSACTIONS.has(written)) return written as TransactionType | "Context";
    const message = `${JSON.stringify(written)} is none of ${[...TRANSACTIONS].join(", ")}`;
    throw new CareProofError("ODM_INVALID", message, `${path()}/@TransactionType`);
  }

  private auditOf(element: XmlElement, outer: AuditRecord | undefined, path: string): AuditRecord | undefined {
    const record = element.child("AuditRecord");
    return record === undefined ? outer : readAuditRecord(record, `${path}/AuditRecord`, this.options.onProblem);
  }

  private itemAudit(element: XmlElement, outer: AuditRecord | undefined, path: () => string): AuditRecord | undefined {
    const id = element.attribute("AuditRecordID");
    if (id === undefined) return this.auditOf(element, outer, path());
    const record = this.records.get(id);
    if (record !== undefined) return record;
    const message = `there is no AuditRecord with the ID ${JSON.stringify(id)}`;
    throw new CareProofError("AUDIT_RECORD_MISSING", message, `${path()}/@AuditRecordID`);
  }

  private required(element: XmlElement, name: string, path: string): string {
    const value = element.attribute(name);
    if (value === undefined) throw new CareProofError("ODM_INVALID", "is missing", `${path}/@${name}`);
    return value;
  }
}

/** The keys of an element: ODM 2.0 has item groups in item groups, and then those around it are one key. */
function nestedKey(outer: OdmFields, keys: OdmFields): OdmFields {
  const names = keys.map(([name]) => name);
  const around = outer.filter(([name]) => names.includes(name) || name === "ItemGroupRepeatKey");
  if (!names.includes("ItemGroupOID") || around.length === 0) return [...outer, ...keys];
  const valueOf = (name: string): string | null => {
    const value = outer.find(([other]) => other === name)?.[1];
    return typeof value === "string" ? value : null;
  };
  const outermost = outer.find(([name]) => name === "OuterItemGroups")?.[1];
  const groups = Array.isArray(outermost) ? (outermost as readonly (string | null)[]) : [];
  const all = [...groups, valueOf("ItemGroupOID"), valueOf("ItemGroupRepeatKey")];
  const others = outer.filter(([name]) => !around.some(([taken]) => taken === name) && name !== "OuterItemGroups");
  return [...others, ["OuterItemGroups", all], ...keys];
}

function itemValues(element: XmlElement, transaction: TransactionType | undefined): OdmFields {
  const values: [string, string | string[]][] = [];
  if (transaction !== undefined) values.push(["TransactionType", transaction]);
  if (element.local !== "ItemData") values.push(["element", element.local]);
  for (const { local, value } of element.attributes) if (!ITEM_ATTRIBUTES.has(local)) values.push([local, value]);
  const children = [...element.children()].filter(({ local }) => local !== "AuditRecord");
  const elements = children.filter(({ local, attributes }) => local === "Value" && attributes.length === 0);
  const attribute = element.attribute("Value");
  const text = element.text;
  if (attribute !== undefined) values.push(["Value", attribute]);
  else if (elements.length === 1) values.push(["Value", elements[0]!.text]);
  else if (elements.length > 1) values.push(["Value", elements.map((value) => value.text)]);
  else if (text.trim() !== "" || (element.local !== "ItemData" && children.length === 0)) values.push(["Value", text]);
  const others = children.filter(({ local, attributes }) => local !== "Value" || attributes.length > 0);
  if (others.length > 0) values.push(["XML", others.map((child) => canonicalXml(child)).join("")]);
  return values;
}
