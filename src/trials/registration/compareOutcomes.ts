import type { TrialOutcome } from "./registration.js";

/** What became of a registered outcome. */
export type OutcomeFate =
  /** Reported as it was registered. */
  | "kept"
  /** Reported with another measure, time frame, or kind other than primary. */
  | "changed"
  /** Registered as primary, reported as another. */
  | "demoted"
  /** Registered as another, reported as primary. */
  | "promoted"
  /** Not reported. */
  | "missing"
  /** Reported, and never registered. */
  | "added";

/** A registered outcome and the reported one that it is taken for. One of the two is absent where it is missing or added. */
export interface OutcomeComparison {
  readonly fate: OutcomeFate;
  readonly registered?: TrialOutcome;
  /** Place in the list of registered outcomes, from 0. */
  readonly registeredIndex?: number;
  readonly reported?: TrialOutcome;
  /** Place in the list of reported outcomes, from 0. */
  readonly reportedIndex?: number;
  /** What differs. */
  readonly changes: readonly ("kind" | "measure" | "timeFrame")[];
}

/** Share of words in common (Dice's coefficient) from which two measures are taken for the same, reworded. */
const LEAST_LIKENESS = 0.6;

/**
 * Compares registered outcomes with those that are reported, or those of two versions of a record: outcome switching (ICMJE; CONSORT
 * item 6b). Outcomes are paired by their measure: first those with the same words and kind, then the same words, then the most words in
 * common. Letter case, punctuation and white space do not count. It depends on nothing but the two lists.
 *
 * @returns One for each registered outcome in their order, then those that were added in theirs.
 */
export function compareOutcomes(
  registered: readonly TrialOutcome[],
  reported: readonly TrialOutcome[],
): OutcomeComparison[] {
  const pairs = pairUp(registered, reported);
  const taken = new Set(pairs.values());
  return [
    ...registered.map((outcome, index) => {
      const reportedIndex = pairs.get(index);
      if (reportedIndex === undefined) return missing(outcome, index);
      return comparison(outcome, index, reported[reportedIndex]!, reportedIndex);
    }),
    ...reported.flatMap((outcome, index): OutcomeComparison[] =>
      taken.has(index) ? [] : [{ fate: "added", reported: outcome, reportedIndex: index, changes: [] }],
    ),
  ];
}

function missing(registered: TrialOutcome, registeredIndex: number): OutcomeComparison {
  return { fate: "missing", registered, registeredIndex, changes: [] };
}

function comparison(
  registered: TrialOutcome,
  registeredIndex: number,
  reported: TrialOutcome,
  reportedIndex: number,
): OutcomeComparison {
  const changes = (["kind", "measure", "timeFrame"] as const).filter(
    (field) => normal(registered[field] ?? "") !== normal(reported[field] ?? ""),
  );
  const fate =
    registered.kind === "primary" && reported.kind !== "primary"
      ? "demoted"
      : registered.kind !== "primary" && reported.kind === "primary"
        ? "promoted"
        : changes.length > 0
          ? "changed"
          : "kept";
  return { fate, registered, registeredIndex, reported, reportedIndex, changes };
}

/** Index of the reported outcome by that of the registered. */
function pairUp(registered: readonly TrialOutcome[], reported: readonly TrialOutcome[]): Map<number, number> {
  const candidates: { from: number; to: number; rank: number; likeness: number }[] = [];
  const words = (outcomes: readonly TrialOutcome[]): string[][] =>
    outcomes.map(({ measure }) => normal(measure).split(" "));
  const [registeredWords, reportedWords] = [words(registered), words(reported)];
  for (const [from, outcome] of registered.entries()) {
    for (const [to, other] of reported.entries()) {
      const isSame = registeredWords[from]!.join(" ") === reportedWords[to]!.join(" ");
      const sameKind = outcome.kind === other.kind;
      // Of two with the same words, the one with the same time frame.
      const sameTime = normal(outcome.timeFrame ?? "") === normal(other.timeFrame ?? "");
      const likeness = isSame ? 1 : alike(registeredWords[from]!, reportedWords[to]!);
      const rank = isSame ? (sameKind ? 4 : 2) + (sameTime ? 1 : 0) : sameKind ? 1 : 0;
      if (likeness >= LEAST_LIKENESS) candidates.push({ from, to, rank, likeness });
    }
  }
  candidates.sort(
    (a, b) =>
      Math.floor(b.rank / 2) - Math.floor(a.rank / 2) ||
      b.likeness - a.likeness ||
      b.rank - a.rank ||
      a.from - b.from ||
      a.to - b.to,
  );
  const pairs = new Map<number, number>();
  const taken = new Set<number>();
  for (const { from, to } of candidates) {
    if (pairs.has(from) || taken.has(to)) continue;
    pairs.set(from, to);
    taken.add(to);
  }
  return pairs;
}

function alike(a: readonly string[], b: readonly string[]): number {
  const [first, second] = [new Set(a), new Set(b)];
  let common = 0;
  for (const word of first) if (second.has(word)) common++;
  return (2 * common) / (first.size + second.size);
}

/** The words of a text: without case, marks and punctuation. */
function normal(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}%<>=≤≥]+/gu, " ")
    .trim();
}
