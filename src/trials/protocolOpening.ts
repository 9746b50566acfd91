/** What opens the commitments of a registered protocol: the outcomes in words, and the salts. */
import { ZeroHash } from "ethers";

import { type Documents, MAX_OUTCOMES, type OutcomeLeaf, outcomeTree, type Protocol } from "./protocol.js";
import type { TrialOutcome, TrialRegistration } from "./registration/registration.js";
import { OUTCOME_KINDS } from "./statuses.js";
import { CareProofError } from "../errors.js";
import { canonicalJson } from "../utils/canonical.js";
import { commit } from "../utils/commitment.js";
import { isBytes32, isInteger, parseJsonObject } from "../utils/writtenJson.js";

/** Value of `format` in an opening. */
export const OPENING_FORMAT = "careproof-protocol-opening";

/** Version of the opening's format. */
export const OPENING_VERSION = 1;

/** An outcome with the salt of its commitment (32 bytes as 0x-hex). */
export interface OpenedOutcome extends TrialOutcome {
  readonly kind: "primary" | "secondary" | "other";
  readonly salt: string;
}

/** The documents of a protocol whose commitments are opened by whoever has the document and its salt. */
export const DOCUMENT_NAMES = ["protocol", "statisticalAnalysisPlan", "consentForm"] as const;

/** Name of a document. */
export type DocumentName = (typeof DOCUMENT_NAMES)[number];

/** A document's commitment, and its salt where it was made here; both 32 bytes as 0x-hex. */
export interface OpenedDocument {
  readonly commitment: string;
  readonly salt?: string;
}

/**
 * What opens a protocol version: as confidential as what it commits to until that is published. Whoever is shown it can compare the
 * outcomes in words with those on the chain.
 */
export interface ProtocolOpening {
  readonly format: typeof OPENING_FORMAT;
  readonly version: typeof OPENING_VERSION;
  readonly registrationNumber: string;
  readonly plannedEnrolment: number;
  /** Unix seconds. */
  readonly primaryCompletion: number;
  readonly documents: Readonly<Partial<Record<DocumentName, OpenedDocument>>>;
  /** Root of the allocation list; absent where the trial is not randomised. */
  readonly allocationRoot?: string;
  /** Each kind in its order. */
  readonly outcomes: readonly OpenedOutcome[];
}

/** What a record says of a protocol. */
export type PlannedProtocol = Pick<ProtocolOpening, "registrationNumber" | "plannedEnrolment" | "primaryCompletion"> & {
  readonly outcomes: readonly Omit<OpenedOutcome, "salt">[];
};

/**
 * What a registry's record says of a protocol. A primary completion date that is a month is its last day.
 *
 * @throws CareProofError `REGISTRATION_INCOMPLETE` where it has no primary outcome, more than 256 outcomes, no enrolment, or no primary
 * completion date; the member is the path.
 */
export function plannedProtocol(registration: TrialRegistration): PlannedProtocol {
  const { registrationNumber, enrolment, primaryCompletion, outcomes } = registration;
  const incomplete = (problem: string, path: string): CareProofError =>
    new CareProofError("REGISTRATION_INCOMPLETE", `the record ${problem}`, path);
  const planned = outcomes.map(({ kind, measure, timeFrame, description }) => {
    if (kind === "postHoc") throw incomplete("has a post hoc outcome: that is none that was planned", "outcomes");
    return {
      kind,
      measure,
      ...(timeFrame === undefined ? {} : { timeFrame }),
      ...(description === undefined ? {} : { description }),
    };
  });
  if (planned.every(({ kind }) => kind !== "primary")) throw incomplete("has no primary outcome", "outcomes");
  if (planned.length > MAX_OUTCOMES) {
    throw incomplete(`has ${planned.length} outcomes, of which ${MAX_OUTCOMES} can be registered`, "outcomes");
  }
  if (enrolment === undefined || enrolment.count === 0) throw incomplete("has no planned enrolment", "enrolment");
  if (primaryCompletion === undefined) throw incomplete("has no primary completion date", "primaryCompletion");
  return {
    registrationNumber,
    plannedEnrolment: enrolment.count,
    primaryCompletion: endOf(primaryCompletion.date),
    outcomes: planned,
  };
}

/** The day, at 0:00 UTC, or the last day of a month (unix seconds). */
function endOf(date: string): number {
  const [year, month, day] = date.split("-").map(Number) as [number, number, number?];
  // Day 0 of the next month is the last of this one.
  return Date.UTC(year, day === undefined ? month : month - 1, day ?? 0) / 1000;
}

/**
 * The commitment to an outcome: that of every document of this package, kind `trialOutcome`, form `exact`, over the canonical JSON of its
 * `measure`, `timeFrame` and `description`, as far as they are given.
 *
 * @throws CareProofError `HEX_INVALID` for the salt.
 */
export function outcomeCommitment({ measure, timeFrame, description }: TrialOutcome, salt: string): string {
  const content = canonicalJson({
    measure,
    ...(timeFrame === undefined ? {} : { timeFrame }),
    ...(description === undefined ? {} : { description }),
  });
  return commit("trialOutcome", new TextEncoder().encode(content), "exact", salt);
}

/** The leaves of the outcomes that an opening names: the primary ones, and the others. */
export function openedLeaves({ outcomes }: Pick<ProtocolOpening, "outcomes">): {
  primaries: OutcomeLeaf[];
  others: OutcomeLeaf[];
} {
  const leavesOf = (list: readonly OpenedOutcome[]): OutcomeLeaf[] =>
    list.map((outcome, index) => ({
      index,
      count: list.length,
      kind: OUTCOME_KINDS.findIndex((kind) => kind.toLowerCase() === outcome.kind),
      commitment: outcomeCommitment(outcome, outcome.salt),
    }));
  return {
    primaries: leavesOf(outcomes.filter(({ kind }) => kind === "primary")),
    others: leavesOf(outcomes.filter(({ kind }) => kind !== "primary")),
  };
}

/** The protocol version that an opening opens, as `TrialRegistry.register` takes it. */
export function openedProtocol(opening: ProtocolOpening): Protocol {
  const { documents, allocationRoot, plannedEnrolment, primaryCompletion } = opening;
  const { primaries, others } = openedLeaves(opening);
  const committed: Documents = {
    protocol: documents.protocol?.commitment ?? ZeroHash,
    statisticalAnalysisPlan: documents.statisticalAnalysisPlan?.commitment ?? ZeroHash,
    consentForm: documents.consentForm?.commitment ?? ZeroHash,
    allocationRoot: allocationRoot ?? ZeroHash,
    plannedEnrolment,
    primaryCompletion,
  };
  return {
    documents: committed,
    outcomes: {
      primaryRoot: outcomeTree(primaries).root,
      otherRoot: others.length === 0 ? ZeroHash : outcomeTree(others).root,
      primaries: primaries.length,
      others: others.length,
    },
  };
}

/**
 * Reads an opening.
 *
 * @param name The file's name, for errors.
 * @throws CareProofError `OPENING_INVALID`.
 */
export function parseProtocolOpening(text: string, name = "opening"): ProtocolOpening {
  const opening = parseJsonObject(text.trim(), "OPENING_INVALID", "opening of a protocol", name);
  const check = (valid: boolean, member: string): void => {
    if (!valid) throw new CareProofError("OPENING_INVALID", `"${member}" is missing or invalid`, name);
  };
  check(opening.format === OPENING_FORMAT, "format");
  check(opening.version === OPENING_VERSION, "version");
  check(typeof opening.registrationNumber === "string", "registrationNumber");
  check(isInteger(opening.plannedEnrolment, 2 ** 32 - 1), "plannedEnrolment");
  check(isInteger(opening.primaryCompletion, 2 ** 40 - 1), "primaryCompletion");
  check(opening.allocationRoot === undefined || isBytes32(opening.allocationRoot), "allocationRoot");
  const { documents, outcomes } = opening;
  check(typeof documents === "object" && documents !== null && Object.values(documents).every(isDocument), "documents");
  check(Array.isArray(outcomes) && outcomes.length > 0 && outcomes.every(isOutcome), "outcomes");
  return opening as unknown as ProtocolOpening;
}

function isDocument(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { commitment, salt } = value as Record<string, unknown>;
  return isBytes32(commitment) && (salt === undefined || isBytes32(salt));
}

function isOutcome(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { kind, measure, timeFrame, description, salt } = value as Record<string, unknown>;
  const texts = [timeFrame, description].every((text) => text === undefined || typeof text === "string");
  const isKind = ["primary", "secondary", "other"].includes(kind as string);
  return isKind && typeof measure === "string" && texts && isBytes32(salt);
}
