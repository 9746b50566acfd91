import { MAX_CAPTURED_AT } from "./dataLeaf.js";
import { CHECK_LENGTH } from "./rowEncoder.js";
import type { RowShape } from "./rowLayout.js";
import { CareProofError } from "../errors.js";
import { toHex } from "../utils/bytes.js";
import { isBytes32, isInteger, parseJsonObject } from "../utils/writtenJson.js";

/** Value of `format` in a manifest's first line. */
export const DATA_MANIFEST_FORMAT = "careproof-trial-data-manifest";

/** Version of the manifest's format. */
export const DATA_MANIFEST_VERSION = 1;

/**
 * A manifest of a batch of trial data is one NDJSON file: this header on the first line, then one row a line, see {@link ManifestRow}. It
 * holds the batch's secret and the keys of the rows, so it is as confidential as the data themselves; whoever has it and the data can
 * verify every row.
 */
export interface DataManifestHeader {
  readonly format: typeof DATA_MANIFEST_FORMAT;
  readonly version: typeof DATA_MANIFEST_VERSION;
  /** The Merkle root that `TrialData.anchor` is given (0x-hex of 32 bytes). */
  readonly root: string;
  /** Number of rows. */
  readonly count: number;
  /** Number of nodes in the longest proof. */
  readonly depth: number;
  /** Of which every row's salt is made (0x-hex of 32 bytes), see `dataRowSalt`. */
  readonly secret: string;
  /** Why rows without an audit record that correct another were changed. Part of what their commitments commit to. */
  readonly reason?: string;
  /** Earliest and latest time at which a row was captured (unix seconds). */
  readonly periodStart: number;
  readonly periodEnd: number;
  /** When the manifest was written (unix seconds). */
  readonly createdAt: number;
  /** The subjects' commitments (each 0x-hex of 32 bytes); lines refer to them by number. */
  readonly subjects: readonly string[];
  /** The names of the rows' columns; lines refer to them by number. */
  readonly shapes: readonly RowShape[];
}

/** What a row of a manifest is. */
export const ROW_ROLES = { row: 0, removal: 1, file: 2 } as const;

/** A row of a manifest. A line is a JSON array of these in this order, the key's values last. */
export interface ManifestRow {
  /** Index among the header's shapes. */
  readonly shape: number;
  /** The leaf's content (0x-hex of 32 bytes). */
  readonly content: string;
  /** The place of the subject's commitment in the header, from 1; 0 for a row about no subject. */
  readonly subject: number;
  /** Unix seconds. */
  readonly capturedAt: number;
  /** Checksums of the values, see `RowEncoder.checks`. */
  readonly checks: string;
  /** Digest of the leaf that the row corrects (0x-hex of 32 bytes), 0 where it corrects none. */
  readonly corrects: string | 0;
  /** Of the row's key, from 1. */
  readonly occurrence: number;
  /** A row, the removal of one, or the row about the file itself: see {@link ROW_ROLES}. */
  readonly role: number;
  /** The values of the key's columns as canonical JSON, with commas between them. */
  readonly key: string;
}

/**
 * Reads a manifest's first line.
 *
 * @param where The line's place, for errors.
 * @throws CareProofError `MANIFEST_INVALID`.
 */
export function parseDataManifestHeader(line: string, where: string): DataManifestHeader {
  const header = parseJsonObject(line, "MANIFEST_INVALID", "manifest", where);
  if (header.format !== DATA_MANIFEST_FORMAT) {
    throw invalid("not a manifest of trial data (careproof trials anchor writes one)", where);
  }
  if (header.version !== DATA_MANIFEST_VERSION) {
    throw invalid(`unknown manifest version ${JSON.stringify(header.version)}`, where);
  }
  const check = (valid: boolean, name: string): void => {
    if (!valid) throw invalid(`"${name}" is missing or invalid`, where);
  };
  for (const name of ["root", "secret"]) check(isBytes32(header[name]), name);
  check(isInteger(header.count, 2 ** 31 - 1) && header.count !== 0, "count");
  for (const name of ["periodStart", "periodEnd", "createdAt"]) check(isInteger(header[name], MAX_CAPTURED_AT), name);
  check(header.reason === undefined || typeof header.reason === "string", "reason");
  check(Array.isArray(header.subjects) && header.subjects.every(isBytes32), "subjects");
  check(Array.isArray(header.shapes) && header.shapes.every(isShape), "shapes");
  return header as unknown as DataManifestHeader;
}

/**
 * Reads a line of a manifest after the first.
 *
 * @param where Gives the line's place, for errors.
 * @throws CareProofError `MANIFEST_INVALID`.
 */
export function parseManifestRow(line: string, header: DataManifestHeader, where: () => string): ManifestRow {
  const keyStart = line.indexOf(",[");
  let fields: unknown[];
  try {
    fields = JSON.parse(`${line.slice(0, keyStart)}]`) as unknown[];
  } catch {
    throw invalid("not a line of a manifest: it is cut off, or another file", where());
  }
  const [shape, content, subject, capturedAt, checks, corrects, occurrence, role] = fields;
  const { audit, values } = header.shapes[shape as number] ?? {};
  const valid =
    fields.length === 8 &&
    line.endsWith("]]") &&
    audit !== undefined &&
    values !== undefined &&
    isBytes32(content) &&
    isInteger(subject, header.subjects.length) &&
    isInteger(capturedAt, MAX_CAPTURED_AT) &&
    typeof checks === "string" &&
    checks.length === CHECK_LENGTH * (audit.length + values.length) &&
    (corrects === 0 || isBytes32(corrects)) &&
    isInteger(occurrence, 2 ** 31 - 1) &&
    isInteger(role, ROW_ROLES.file);
  if (!valid) throw invalid("is no row of a manifest", where());
  return {
    shape: shape as number,
    content: content as string,
    subject: subject as number,
    capturedAt: capturedAt as number,
    checks,
    corrects: corrects as string | 0,
    occurrence: occurrence as number,
    role: role as number,
    key: line.slice(keyStart + 2, -2),
  };
}

/** A row as it is written to a manifest: values as bytes, so that no string is made of them. */
export interface WrittenRow extends Omit<ManifestRow, "content" | "checks" | "corrects" | "key"> {
  readonly content: Uint8Array;
  readonly checks: Uint8Array;
  readonly corrects: Uint8Array | undefined;
  readonly key: Uint8Array;
}

/** Bytes that are collected before they are written. */
const PART = 256 * 1024;

/** Writes the lines of a manifest's rows. */
export class ManifestRowWriter {
  private parts: Uint8Array[] = [];
  private length = 0;
  private readonly encoder = new TextEncoder();

  /** @param write Takes the lines in parts as bytes. */
  constructor(private readonly write: (lines: Uint8Array) => void) {}

  /** Writes a row. */
  row({ shape, content, subject, capturedAt, checks, corrects, occurrence, role, key }: WrittenRow): void {
    const rest = `${corrects === undefined ? 0 : `"${toHex(corrects)}"`},${occurrence},${role}`;
    this.put(this.encoder.encode(`[${shape},"${toHex(content)}",${subject},${capturedAt},"`));
    this.put(checks.slice());
    this.put(this.encoder.encode(`",${rest},[`));
    this.put(key.slice());
    this.put(this.encoder.encode("]]\n"));
    if (this.length >= PART) this.flush();
  }

  /** Hands over what is not written yet. */
  flush(): void {
    if (this.length === 0) return;
    const joined = new Uint8Array(this.length);
    let offset = 0;
    for (const part of this.parts) {
      joined.set(part, offset);
      offset += part.length;
    }
    this.parts = [];
    this.length = 0;
    this.write(joined);
  }

  private put(bytes: Uint8Array): void {
    this.parts.push(bytes);
    this.length += bytes.length;
  }
}

function isShape(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { dataset, audit, key, values } = value as Record<string, unknown>;
  return typeof dataset === "string" && [audit, key, values].every(isNames);
}

function isNames(value: unknown): boolean {
  return Array.isArray(value) && value.every((name) => typeof name === "string");
}

function invalid(message: string, where: string): CareProofError {
  return new CareProofError("MANIFEST_INVALID", message, where);
}
