import type { AuditRecord } from "./auditRecord.js";
import type { CorrectionTarget, RowInfo, RowSink, TransactionType } from "../dataRow.js";
import { type RowColumn, RowLayout } from "../rowLayout.js";
import { TokenWriter } from "../tokenWriter.js";

/** Texts by name; a value is a text, several texts, or nothing. */
export type OdmFields = readonly (readonly [name: string, value: string | readonly (string | null)[]])[];

/** A row of an ODM document. */
export interface OdmRow {
  readonly dataset: string;
  readonly key: OdmFields;
  readonly values: OdmFields;
  readonly audit?: AuditRecord | undefined;
  readonly transaction?: TransactionType | undefined;
  readonly path: () => string;
  /** Whether it is about the file itself. */
  readonly isFile?: boolean;
  /** Whether several rows may have its key. */
  readonly counted?: boolean;
}

/** Hands rows of ODM to a sink. Their columns vary from row to row, but there are few different sets of them. */
export class OdmRowWriter {
  private readonly layouts = new Map<string, RowLayout>();
  private readonly tokens = new TokenWriter();

  constructor(private readonly sink: RowSink) {}

  /** @param target What a correction means whose key is that of no row. */
  write(row: OdmRow, target?: () => CorrectionTarget | undefined): void {
    const info: RowInfo = {
      place: row.path,
      capturedAt: row.audit?.capturedAt,
      transaction: row.transaction,
      ...(target === undefined ? {} : { target }),
    };
    this.sink.row(this.layoutOf(row), writeTokens(row, this.tokens), info);
  }

  /** A row as a sink gets it, for a {@link CorrectionTarget}. */
  laidOut(row: OdmRow): { layout: RowLayout; tokens: TokenWriter } {
    return { layout: this.layoutOf(row), tokens: writeTokens(row, new TokenWriter()) };
  }

  private layoutOf({ dataset, key, values, audit, isFile = false, counted = false }: OdmRow): RowLayout {
    const names = (fields: OdmFields): string => fields.map(([name]) => name).join("\n");
    const auditNames = audit === undefined ? [] : [...audit.fields.keys()];
    const id = [dataset, names(key), names(values), auditNames.join("\n"), isFile, counted].join("\n\n");
    let layout = this.layouts.get(id);
    if (layout === undefined) {
      const part = (list: readonly string[], kind: RowColumn["part"]): RowColumn[] =>
        list.map((name) => ({ name, part: kind }));
      const columns = [
        ...part(
          key.map(([name]) => name),
          "key",
        ),
        ...part(
          values.map(([name]) => name),
          "value",
        ),
        ...part(auditNames, "audit"),
      ];
      const subject = key.findIndex(([name]) => name === "SubjectKey");
      this.layouts.set(id, (layout = new RowLayout(dataset, columns, { subject, isFile, counted })));
    }
    return layout;
  }
}

function writeTokens({ key, values, audit }: OdmRow, tokens: TokenWriter): TokenWriter {
  tokens.start();
  for (const fields of [key, values]) for (const [, value] of fields) tokens.json(JSON.stringify(value));
  if (audit !== undefined) for (const value of audit.fields.values()) tokens.text(value);
  return tokens;
}
