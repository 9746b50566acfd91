/** What a registry's record reports against what the trial promised on the chain. */
import { openedProtocol, type ProtocolOpening } from "./protocolOpening.js";
import { compareOutcomes, type OutcomeComparison } from "./registration/compareOutcomes.js";
import type { TrialOutcome, TrialRegistration } from "./registration/registration.js";
import type { TrialHistory } from "./trialHistory.js";
import { CareProofError } from "../errors.js";

/** A record's reported outcomes compared with the promised ones. */
export interface RecordComparison {
  readonly registrationNumber: string;
  /**
   * What the reported outcomes are compared with: `chain`, the outcomes committed on the chain before the first participant, which the
   * opening names; or `record`, those that the record has as registered now, which its sponsor can have edited.
   */
  readonly promisedBy: "chain" | "record";
  /** The protocol version that the opening opens; only with `chain`. */
  readonly version?: number;
  readonly hasResults: boolean;
  /** What became of each promised outcome, then what was added; empty where the record has no results. */
  readonly outcomes: readonly OutcomeComparison[];
  /** How the outcomes that the record has as registered differ from those on the chain; only with `chain`. */
  readonly edited: readonly OutcomeComparison[];
}

/**
 * Compares a record with a trial on the chain.
 *
 * @param opening Opens the outcomes of a version of the trial, see `trials register`; without it the chain's outcomes have no words.
 * @throws CareProofError `RECORD_OF_ANOTHER_TRIAL`, `OPENING_MISMATCH` where the opening is of no version of the trial, or not of the one
 * by which its outcomes are judged.
 */
export function compareRecord(
  history: TrialHistory,
  record: TrialRegistration,
  opening?: ProtocolOpening,
): RecordComparison {
  const { registrationNumber } = history;
  if (record.registrationNumber !== registrationNumber) {
    const message = `the record is of ${record.registrationNumber}, the trial on the chain of ${registrationNumber}`;
    throw new CareProofError("RECORD_OF_ANOTHER_TRIAL", message);
  }
  const promised: readonly TrialOutcome[] = opening?.outcomes ?? record.outcomes;
  const { hasResults, reportedOutcomes } = record;
  return {
    registrationNumber,
    promisedBy: opening === undefined ? "record" : "chain",
    ...(opening === undefined ? {} : { version: openedVersion(history, opening) }),
    hasResults,
    outcomes: hasResults ? compareOutcomes(promised, reportedOutcomes) : [],
    edited:
      opening === undefined ? [] : compareOutcomes(promised, record.outcomes).filter(({ fate }) => fate !== "kept"),
  };
}

/** The version of a trial whose outcomes an opening names: that by which they are judged. */
export function openedVersion({ versions, facts }: TrialHistory, opening: ProtocolOpening): number {
  const { primaryRoot, otherRoot } = openedProtocol(opening).outcomes;
  const judged = facts.judgedVersion === 0 ? facts.version : facts.judgedVersion;
  const opened = versions.filter(
    ({ protocol }) => protocol.outcomes.primaryRoot === primaryRoot && protocol.outcomes.otherRoot === otherRoot,
  );
  if (opened.some(({ version }) => version === judged)) return judged;
  const message =
    opened.length === 0
      ? "its outcomes are those of no version of the trial: it was edited, or is of another trial"
      : `its outcomes are those of version ${opened[0]!.version}, and version ${judged} is the one by which they are judged`;
  throw new CareProofError("OPENING_MISMATCH", message);
}

/** Whether a comparison is that a primary outcome was switched: not reported as one, or reported as one without having been promised. */
export function isSwitched({ fate, registered, reported }: OutcomeComparison): boolean {
  if (fate === "demoted" || fate === "promoted") return true;
  return (fate === "missing" && registered?.kind === "primary") || (fate === "added" && reported?.kind === "primary");
}
