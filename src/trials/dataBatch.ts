import { type AnchoredRows, seedOf } from "./anchoredRows.js";
import { DataLeafHasher, MAX_CAPTURED_AT, NO_SUBJECT } from "./dataLeaf.js";
import {
  DATA_MANIFEST_FORMAT,
  DATA_MANIFEST_VERSION,
  type DataManifestHeader,
  ManifestRowWriter,
  ROW_ROLES,
} from "./dataManifest.js";
import {
  type DataProblem,
  type DataProblemCode,
  describeKey,
  keyValuesOf,
  type RowInfo,
  type RowSink,
  type RowTokens,
  tokenText,
} from "./dataRow.js";
import { type EnrolledSubject, EnrolmentList } from "./enrolmentList.js";
import { RowEncoder } from "./rowEncoder.js";
import type { RowLayout, RowShape } from "./rowLayout.js";
import { RowLedger } from "./rowLedger.js";
import { CareProofError } from "../errors.js";
import { fromHex } from "../utils/bytes.js";
import { newSalt } from "../utils/commitment.js";
import { createKeccak256, type Keccak256 } from "../utils/keccak.js";
import { MerkleTree } from "../utils/merkle.js";
import { isInteger } from "../utils/writtenJson.js";

const HASH = 32;
/** Rows that are named in an error. */
const ROWS_NAMED = 10;

/** Problems with which a file is no batch unless they are accepted: something is missing from it. */
const REFUSED: readonly DataProblemCode[] = ["RECORDS_MISMATCH"];

/** How rows are committed. */
export interface DataBatchOptions {
  /** Takes the manifest's lines after the first, in parts; the header comes last, from {@link DataBatch.finish}. */
  readonly write: (lines: Uint8Array) => void;
  /** The trial's subjects; none by default, so that only rows about no subject can be committed. */
  readonly enrolment?: EnrolmentList;
  /** When rows without an audit record were captured (unix seconds); now by default. */
  readonly capturedAt?: number;
  /** The rows of the batches before: only what is new or changed is committed. */
  readonly earlier?: AnchoredRows;
  /** Why rows without an audit record were changed. */
  readonly reason?: string;
  /** 32 bytes as 0x-hex; random by default. */
  readonly secret?: string;
  /** Problems of a file that are accepted although something is missing from it: `RECORDS_MISMATCH`. */
  readonly accept?: readonly DataProblemCode[];
  readonly onProblem?: (problem: DataProblem) => void;
  /** Called now and then with the rows read, and with those in the tree of all. */
  readonly onProgress?: (step: "reading" | "building", done: number, total?: number) => void;
}

/** What became of a file's rows. */
export interface DataBatchResult {
  /** The manifest's first line; undefined where there is nothing new. */
  readonly header?: DataManifestHeader;
  /** Rows of the batch that correct another. */
  readonly corrections: number;
  /** Rows of the file that an earlier batch has as they are. */
  readonly unchanged: number;
  /** Rows of earlier batches, in the file's data sets, that the file does not have. */
  readonly absent: number;
}

/** The subject of the row before: rows of a subject follow each other. */
interface LastSubject {
  text: string;
  number: number;
  subject: EnrolledSubject | undefined;
}

/**
 * Makes a batch of trial data of rows as they are read: leaves, Merkle tree and the lines of the manifest. No row is kept as an object; a
 * million rows take about 250 MB and a few seconds.
 *
 * A row of a subject who is not enrolled, or captured after the subject withdrew or before the enrolment was signed, makes the batch
 * fail: the contract cannot see into it (ICH E6, 4.8: no data without consent).
 */
export class DataBatch implements RowSink {
  private readonly encoder: RowEncoder;
  private readonly ledger: RowLedger;
  private readonly leafHasher: DataLeafHasher;
  private readonly secret: string;
  private readonly seed: number;
  private readonly writer: ManifestRowWriter;
  private readonly enrolment: EnrolmentList;
  private readonly capturedAt: number;
  private readonly shapes: RowShape[] = [];
  private readonly shapeNumbers = new Map<RowLayout, number>();
  private readonly subjects: Uint8Array[] = [fromHex(NO_SUBJECT, HASH, "subject")];
  private readonly subjectTexts: string[] = [];
  private readonly subjectNumbers = new Map<string, number>();
  private readonly last: LastSubject = { text: "", number: 0, subject: undefined };
  private lastToken = new Uint8Array(0);
  private digests = new Uint8Array(1024 * HASH);
  private readonly covered = new Set<string>();
  private readonly refusals: { code: string; named: string[]; count: number }[] = [];
  private missing: DataProblem | undefined;
  private transactional = false;
  private corrections = 0;
  private unchanged = 0;
  private read = 0;
  private periodStart = MAX_CAPTURED_AT;
  private periodEnd = 0;

  private constructor(
    private readonly options: DataBatchOptions,
    private readonly hash: Keccak256,
  ) {
    const { secret = newSalt(), earlier, enrolment, write, capturedAt, onProblem } = options;
    if (capturedAt !== undefined && !isInteger(capturedAt, MAX_CAPTURED_AT)) {
      throw new CareProofError("LEAF_INVALID", `expected an integer from 0 to ${MAX_CAPTURED_AT}`, "capturedAt");
    }
    this.encoder = new RowEncoder(hash);
    this.ledger = new RowLedger(this.encoder, { earlier, ...(onProblem === undefined ? {} : { onProblem }) });
    this.leafHasher = new DataLeafHasher(secret, hash);
    this.secret = secret;
    this.seed = seedOf({ secret });
    this.writer = new ManifestRowWriter(write);
    this.enrolment = enrolment ?? new EnrolmentList();
    this.capturedAt = capturedAt ?? Math.floor(Date.now() / 1000);
  }

  /** Begins a batch. */
  static async create(options: DataBatchOptions): Promise<DataBatch> {
    return new DataBatch(options, await createKeccak256());
  }

  datasets(names: readonly string[]): void {
    for (const name of names) this.covered.add(name);
  }

  problem(problem: DataProblem): void {
    if (REFUSED.includes(problem.code) && this.options.accept?.includes(problem.code) !== true)
      this.missing ??= problem;
    this.options.onProblem?.(problem);
  }

  /**
   * Adds a row.
   *
   * @throws CareProofError of `RowLedger.place`, `REASON_MISSING` where a row that corrects another gives no reason.
   */
  row(layout: RowLayout, tokens: RowTokens, info: RowInfo): void {
    if (++this.read % 4096 === 0) this.options.onProgress?.("reading", this.read);
    this.transactional ||= info.transaction !== undefined;
    const index = this.ledger.count;
    const placed = this.ledger.place(layout, tokens, info);
    if (placed.kind === "unchanged") {
      this.unchanged++;
      return;
    }
    const capturedAt = info.capturedAt ?? this.capturedAt;
    const subject = layout.subject < 0 ? 0 : this.subjectOf(layout, tokens, info, capturedAt);
    const isCorrection = placed.kind === "correction";
    const reason = isCorrection ? this.reasonFor(layout, tokens, info) : undefined;
    const content = this.leafHasher.commit(this.encoder.content(layout, tokens, placed.occurrence, reason), index);
    const corrects = isCorrection ? this.correctedDigest(placed.leaf, placed.row) : undefined;
    this.putDigest(this.leafHasher.digest(this.subjects[subject]!, content, capturedAt, corrects), index);
    if (isCorrection) this.corrections++;
    if (capturedAt < this.periodStart) this.periodStart = capturedAt;
    if (capturedAt > this.periodEnd) this.periodEnd = capturedAt;
    this.writer.row({
      shape: this.shapeOf(layout),
      content,
      subject,
      capturedAt,
      checks: this.encoder.checks(layout, tokens, this.seed),
      corrects,
      occurrence: placed.occurrence,
      role: layout.isFile ? ROW_ROLES.file : info.transaction === "Remove" ? ROW_ROLES.removal : ROW_ROLES.row,
      key: this.encoder.keyValues(layout, tokens),
    });
  }

  /**
   * Builds the tree.
   *
   * @throws CareProofError `SUBJECT_NOT_ENROLLED`, `CAPTURED_BEFORE_ENROLMENT`, `CAPTURED_AFTER_WITHDRAWAL`, naming rows; the code of a
   * problem with which a file is no batch.
   */
  async finish(): Promise<DataBatchResult> {
    const [refusal] = this.refusals;
    if (refusal !== undefined) {
      const { code, named, count } = refusal;
      const more = count > named.length ? `; and ${count - named.length} rows more` : "";
      throw new CareProofError(code, `${named.join("; ")}${more}`);
    }
    if (this.missing !== undefined) {
      throw new CareProofError(this.missing.code, this.missing.message, this.missing.path);
    }
    this.writer.flush();
    const { count } = this.ledger;
    const result = {
      corrections: this.corrections,
      unchanged: this.unchanged,
      absent: this.transactional ? 0 : this.ledger.absent(this.covered),
    };
    if (count === 0) return result;
    const tree = await MerkleTree.build(this.leaves(count), {
      count,
      onProgress: (done, total) => this.options.onProgress?.("building", done, total),
    });
    const header: DataManifestHeader = {
      format: DATA_MANIFEST_FORMAT,
      version: DATA_MANIFEST_VERSION,
      root: tree.root,
      count,
      depth: tree.depth,
      secret: this.secret,
      ...(this.options.reason === undefined ? {} : { reason: this.options.reason }),
      periodStart: this.periodStart,
      periodEnd: this.periodEnd,
      createdAt: Math.floor(Date.now() / 1000),
      subjects: this.subjectTexts,
      shapes: this.shapes,
    };
    return { header, ...result };
  }

  private *leaves(count: number): Generator<Uint8Array> {
    for (let i = 0; i < count; i++) yield this.hash(this.digests.subarray(i * HASH, (i + 1) * HASH));
  }

  private correctedDigest(leaf: number, row: number): Uint8Array {
    if (leaf >= 0) return this.digests.slice(leaf * HASH, (leaf + 1) * HASH);
    return this.options.earlier!.digest(row);
  }

  private reasonFor(layout: RowLayout, tokens: RowTokens, info: RowInfo): string | undefined {
    const { audit } = layout.shape;
    if (audit.includes("ReasonForChange")) return undefined;
    const { reason } = this.options;
    if (audit.length === 0 && reason !== undefined) return reason;
    const name = describeKey(layout.shape, keyValuesOf(layout, tokens));
    const message =
      audit.length === 0
        ? `${name} was changed since an earlier batch: give the reason for the change`
        : `${name} was changed, and its audit record has no ReasonForChange`;
    throw new CareProofError("REASON_MISSING", message, info.place());
  }

  /** The number of a row's subject; a row that must not be committed is noted. */
  private subjectOf(layout: RowLayout, tokens: RowTokens, info: RowInfo, capturedAt: number): number {
    const { last } = this;
    if (!this.isLastToken(layout, tokens)) {
      const key = JSON.parse(tokenText(tokens, layout.subject)) as unknown;
      last.text = typeof key === "string" ? key : key === null ? "" : JSON.stringify(key);
      last.subject = this.enrolment.get(last.text);
      last.number = last.subject === undefined ? 0 : this.numberOf(last.subject.subject);
    }
    const { subject } = last;
    // Rows of a data set for several subjects or none, such as comments, leave it empty.
    if (last.text === "" && subject === undefined) return 0;
    const refuse = (code: string, problem: string): void => {
      this.refuse(code, () => `${describeKey(layout.shape, keyValuesOf(layout, tokens))} (${info.place()}) ${problem}`);
    };
    const name = JSON.stringify(last.text);
    if (subject === undefined) refuse("SUBJECT_NOT_ENROLLED", `is of subject ${name}, who is not enrolled`);
    else if (subject.signedAt !== undefined && capturedAt < subject.signedAt) {
      refuse("CAPTURED_BEFORE_ENROLMENT", `was captured before subject ${name} was enrolled`);
    } else if (subject.withdrawnAt !== undefined && capturedAt >= subject.withdrawnAt) {
      refuse("CAPTURED_AFTER_WITHDRAWAL", `was captured after subject ${name} withdrew`);
    }
    return last.number;
  }

  private refuse(code: string, describe: () => string): void {
    let refusal = this.refusals.find((other) => other.code === code);
    if (refusal === undefined) this.refusals.push((refusal = { code, named: [], count: 0 }));
    if (++refusal.count <= ROWS_NAMED) refusal.named.push(describe());
  }

  private isLastToken({ subject }: RowLayout, { bytes, starts, ends }: RowTokens): boolean {
    const { lastToken } = this;
    const [start, end] = [starts[subject]!, ends[subject]!];
    if (lastToken.length === end - start) {
      let same = 0;
      while (same < lastToken.length && lastToken[same] === bytes[start + same]) same++;
      if (same === lastToken.length) return true;
    }
    this.lastToken = bytes.slice(start, end);
    return false;
  }

  private numberOf(subject: string): number {
    let number = this.subjectNumbers.get(subject);
    if (number === undefined) {
      number = this.subjects.push(fromHex(subject, HASH, "subject")) - 1;
      this.subjectTexts.push(subject.toLowerCase());
      this.subjectNumbers.set(subject, number);
    }
    return number;
  }

  private shapeOf(layout: RowLayout): number {
    let number = this.shapeNumbers.get(layout);
    if (number === undefined) {
      number = this.shapes.push(layout.shape) - 1;
      this.shapeNumbers.set(layout, number);
    }
    return number;
  }

  private putDigest(digest: Uint8Array, index: number): void {
    if (index * HASH === this.digests.length) {
      const grown = new Uint8Array(2 * this.digests.length);
      grown.set(this.digests);
      this.digests = grown;
    }
    this.digests.set(digest, index * HASH);
  }
}
