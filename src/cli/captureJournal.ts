import { closeSync, existsSync, fsyncSync, openSync, readFileSync, truncateSync, writeSync } from "node:fs";

import { CareProofError } from "../errors.js";
import { transactionInformationCommitment } from "../provenance/capture/transactionInformation.js";
import { canonicalJson } from "../utils/canonical.js";
import { newSalt } from "../utils/commitment.js";
import type { JsonObject } from "../utils/json.js";
import { isBytes32, parseJsonObject } from "../utils/writtenJson.js";

/** Value of `format` in a journal's first line. */
export const JOURNAL_FORMAT = "careproof-capture-journal";

/** Version of the journal's format. */
export const JOURNAL_VERSION = 1;

/** What a journal is of: it is not continued on another chain, contract, or by another. */
export interface JournalOf {
  readonly chainId: string;
  /** Address of `DrugProvenance`. */
  readonly contract: string;
  /** Address of who captures. */
  readonly party: string;
}

/** A salt that must not be lost: with it the transaction information can be shown to the partner. */
interface Salted {
  /** Hash of the EPCIS event, 0x-hex. */
  readonly event: string;
  readonly salt: string;
  readonly commitment: string;
  /** The canonical text that the commitment is to: as text, numbers keep their digits. */
  readonly transactionInformation: string;
}

/**
 * What a capture did, beside the document: NDJSON, the first line says of what it is. Each line is on the disk before what it tells of
 * happens. What was sent is told by the chain; the journal keeps what the chain does not, the salts. A line that was cut off is dropped.
 */
export class CaptureJournal {
  private readonly salted = new Map<string, Salted>();
  private readonly unsaved = new Set<string>();

  private constructor(
    readonly path: string,
    private readonly of: JournalOf,
  ) {}

  /**
   * Opens a journal, or one that begins with the first line written.
   *
   * @throws CareProofError `JOURNAL_INVALID`, `JOURNAL_MISMATCH`, `FILE_UNREADABLE`.
   */
  static open(path: string, of: JournalOf): CaptureJournal {
    const journal = new CaptureJournal(path, of);
    if (existsSync(path)) journal.read();
    return journal;
  }

  /** The commitment to the transaction information of a shipping event: the same each time, once it was saved. */
  commitmentOf(event: string, information: JsonObject): string {
    const before = this.salted.get(event);
    if (before !== undefined) {
      if (transactionInformationCommitment(information, before.salt) === before.commitment) return before.commitment;
      const message = `the transaction information of ${event} is another than the one that an earlier run committed to`;
      throw new CareProofError("TRANSACTION_INFORMATION_CHANGED", message, this.path);
    }
    const salt = newSalt();
    const commitment = transactionInformationCommitment(information, salt);
    this.salted.set(event, { event, salt, commitment, transactionInformation: canonicalJson(information) });
    this.unsaved.add(event);
    return commitment;
  }

  /** Saves what must not be lost before a call of an event is sent. */
  beforeSending(event: string, call: string, ids: readonly bigint[], transaction: string): void {
    const salted = this.salted.get(event);
    const lines: object[] = [];
    if (salted !== undefined && this.unsaved.delete(event)) lines.push(salted);
    lines.push({ event, function: call, ids: ids.map(String), transaction });
    this.append(lines);
  }

  private append(lines: readonly object[]): void {
    const isNew = !existsSync(this.path);
    const header = { format: JOURNAL_FORMAT, version: JOURNAL_VERSION, ...this.of };
    const text = [...(isNew ? [header] : []), ...lines].map((line) => `${JSON.stringify(line)}\n`).join("");
    try {
      const file = openSync(this.path, "a", 0o600);
      try {
        writeSync(file, text);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
    } catch (error) {
      throw new CareProofError("FILE_UNWRITABLE", "the journal cannot be written, so nothing is sent", this.path, {
        cause: error,
      });
    }
  }

  private read(): void {
    let bytes: Buffer;
    try {
      bytes = readFileSync(this.path);
    } catch (error) {
      throw new CareProofError("FILE_UNREADABLE", "the journal cannot be read", this.path, { cause: error });
    }
    const whole = bytes.subarray(0, bytes.lastIndexOf("\n") + 1);
    const [header, ...lines] = whole.toString("utf8").split("\n").slice(0, -1);
    if (header === undefined) {
      throw new CareProofError("JOURNAL_INVALID", "is no journal of a capture", this.path);
    }
    this.checkHeader(parseJsonObject(header, "JOURNAL_INVALID", "journal", `${this.path}:1`));
    for (const [index, line] of lines.entries()) {
      const entry = parseJsonObject(line, "JOURNAL_INVALID", "journal", `${this.path}:${index + 2}`);
      if (!("salt" in entry)) continue;
      if (typeof entry.event !== "string" || !isBytes32(entry.salt) || !isBytes32(entry.commitment)) {
        throw new CareProofError("JOURNAL_INVALID", "a salt is not whole", `${this.path}:${index + 2}`);
      }
      this.salted.set(entry.event, entry as unknown as Salted);
    }
    if (whole.length < bytes.length) truncateSync(this.path, whole.length);
  }

  private checkHeader(header: Record<string, unknown>): void {
    if (header.format !== JOURNAL_FORMAT || header.version !== JOURNAL_VERSION) {
      throw new CareProofError("JOURNAL_INVALID", "is no journal of a capture, or one of another version", this.path);
    }
    for (const member of ["chainId", "contract", "party"] as const) {
      if (header[member] === this.of[member]) continue;
      const message = `is the journal of a capture with ${member} ${String(header[member])}, not ${this.of[member]}: give another (--journal)`;
      throw new CareProofError("JOURNAL_MISMATCH", message, this.path);
    }
  }
}
