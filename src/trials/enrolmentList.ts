import { CareProofError } from "../errors.js";
import { MAX_CAPTURED_AT, NO_SUBJECT } from "./dataLeaf.js";
import type { NumberedLine } from "../utils/lines.js";
import { isBytes32, isInteger, parseJsonObject } from "../utils/writtenJson.js";

/** A subject of a trial as a site knows it. */
export interface EnrolledSubject {
  /** The subject's key in the data: `USUBJID`, or ODM's `SubjectKey`. */
  readonly subjectKey: string;
  /** The commitment under which the subject was enrolled in `TrialRegistry` (0x-hex of 32 bytes). */
  readonly subject: string;
  /** When the enrolment was signed (unix seconds): nothing captured before it may be anchored. */
  readonly signedAt?: number;
  /** When the subject withdrew (unix seconds): nothing captured after it may be anchored. */
  readonly withdrawnAt?: number;
}

const MEMBERS = ["subjectKey", "subject", "signedAt", "withdrawnAt"];

/** The subjects of a trial by their keys in the data. */
export class EnrolmentList {
  private readonly subjects = new Map<string, EnrolledSubject>();

  /**
   * Adds a subject.
   *
   * @param where The place, for errors.
   * @throws CareProofError `ENROLMENT_INVALID`, also where the key or the commitment was added before.
   */
  add(subject: EnrolledSubject, where = subject.subjectKey): void {
    const { subjectKey, signedAt, withdrawnAt } = subject;
    if (subject.subject === NO_SUBJECT) throw invalid("the subject's commitment is zero", where);
    if (this.subjects.has(subjectKey)) throw invalid(`${JSON.stringify(subjectKey)} is listed twice`, where);
    if (signedAt !== undefined && withdrawnAt !== undefined && withdrawnAt < signedAt) {
      throw invalid("withdrawn before the enrolment was signed", where);
    }
    this.subjects.set(subjectKey, subject);
  }

  /** The subject with a key; undefined where none is enrolled under it. */
  get(subjectKey: string): EnrolledSubject | undefined {
    return this.subjects.get(subjectKey);
  }

  /** The subjects in the order in which they were added. */
  [Symbol.iterator](): IterableIterator<EnrolledSubject> {
    return this.subjects.values();
  }

  /** Number of subjects. */
  get size(): number {
    return this.subjects.size;
  }
}

/**
 * Reads an enrolment list: a JSON object {@link EnrolledSubject} a line.
 *
 * @param name The file's name, for errors.
 * @throws CareProofError `ENROLMENT_INVALID` with file and line.
 */
export async function readEnrolmentList(
  lines: Iterable<NumberedLine> | AsyncIterable<NumberedLine>,
  name = "enrolment list",
): Promise<EnrolmentList> {
  const list = new EnrolmentList();
  for await (const { line, number } of lines) {
    const where = `${name}:${number}`;
    const value = parseJsonObject(line.trim(), "ENROLMENT_INVALID", "enrolment list", where);
    const unknown = Object.keys(value).find((member) => !MEMBERS.includes(member));
    if (unknown !== undefined)
      throw invalid(`"${unknown}" has no meaning here; known are ${MEMBERS.join(", ")}`, where);
    if (typeof value.subjectKey !== "string") throw invalid('"subjectKey" is missing or no text', where);
    if (!isBytes32(value.subject)) throw invalid('"subject" is missing or not 32 bytes as 0x-hex', where);
    for (const time of ["signedAt", "withdrawnAt"]) {
      if (value[time] !== undefined && !isInteger(value[time], MAX_CAPTURED_AT)) {
        throw invalid(`"${time}" is not in unix seconds`, where);
      }
    }
    list.add(value as unknown as EnrolledSubject, where);
  }
  return list;
}

function invalid(message: string, where: string): CareProofError {
  return new CareProofError("ENROLMENT_INVALID", message, where);
}
