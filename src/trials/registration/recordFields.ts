import type {
  RegistrationProblem,
  TrialArm,
  TrialDate,
  TrialOutcome,
  TrialOutcomeKind,
  TrialRegistration,
} from "./registration.js";
import { registryOfNumber } from "./registrationNumber.js";
import { CareProofError } from "../../errors.js";
import { defined } from "../../utils/defined.js";

/** The texts of a record, whatever its format, and where they stand. */
export interface RecordFields {
  readonly format: TrialRegistration["format"];
  readonly number: Written;
  readonly title: Written;
  readonly officialTitle: Written;
  readonly sponsor: Written;
  readonly studyType: Written;
  readonly status: Written;
  readonly allocation: Written;
  readonly masking: Written;
  readonly enrolment: Written;
  readonly enrolmentType: Written;
  readonly start: Written;
  readonly startType: Written;
  readonly primaryCompletion: Written;
  readonly primaryCompletionType: Written;
  readonly outcomes: readonly OutcomeFields[];
  readonly outcomesPath: string;
  readonly arms: readonly { readonly label: Written; readonly type: Written; readonly description: Written }[];
  readonly hasResults: boolean;
  readonly reported: readonly OutcomeFields[];
}

/** A text and where it stands, or would stand. */
export interface Written {
  readonly text: string | undefined;
  readonly path: string;
}

/** The texts of an outcome. */
export interface OutcomeFields {
  readonly kind: Written;
  readonly measure: Written;
  readonly timeFrame: Written;
  readonly description: Written;
}

const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/**
 * A registration of the texts of a record.
 *
 * @throws CareProofError `REGISTRATION_INVALID` where number, title or an outcome's measure is missing, `REGISTRATION_NUMBER_INVALID`.
 */
export function registrationOf(record: RecordFields): TrialRegistration {
  const problems: RegistrationProblem[] = [];
  const number = required(record.number);
  const registry = registryOfNumber(number, record.number.path);
  const outcomes = (["primary", "secondary", "other"] as const).flatMap((kind) =>
    record.outcomes.map(outcomeOf).filter((outcome) => outcome.kind === kind),
  );
  const note = (code: RegistrationProblem["code"], message: string, path: string): void => {
    problems.push({ code, message, path });
  };
  if (outcomes.length === 0) note("OUTCOMES_MISSING", "no outcome is registered", record.outcomesPath);
  if (record.sponsor.text === undefined) note("SPONSOR_MISSING", "no sponsor is named", record.sponsor.path);
  return {
    format: record.format,
    registrationNumber: number,
    registry,
    title: required(record.title),
    ...defined({
      officialTitle: record.officialTitle.text,
      sponsor: record.sponsor.text,
      studyType: word(record.studyType),
      status: word(record.status),
      allocation: word(record.allocation),
      masking: word(record.masking),
      enrolment: enrolmentOf(record, note),
      start: dateOf(record.start, record.startType, note),
      primaryCompletion: dateOf(record.primaryCompletion, record.primaryCompletionType, note),
    }),
    outcomes,
    arms: record.arms.map((arm): TrialArm => {
      return { label: required(arm.label), ...defined({ type: word(arm.type), description: arm.description.text }) };
    }),
    hasResults: record.hasResults,
    reportedOutcomes: record.reported.map(outcomeOf),
    problems,
  };
}

type Note = (code: RegistrationProblem["code"], message: string, path: string) => void;

function outcomeOf({ kind, measure, timeFrame, description }: OutcomeFields): TrialOutcome {
  return {
    kind: kindOf(kind),
    measure: required(measure),
    ...defined({ timeFrame: timeFrame.text, description: description.text }),
  };
}

function kindOf({ text = "", path }: Written): TrialOutcomeKind {
  const kinds: readonly [RegExp, TrialOutcomeKind][] = [
    [/^primary/i, "primary"],
    [/^secondary/i, "secondary"],
    [/^other/i, "other"],
    [/^post/i, "postHoc"],
  ];
  const found = kinds.find(([pattern]) => pattern.test(text));
  if (found === undefined) {
    throw new CareProofError("REGISTRATION_INVALID", `${JSON.stringify(text)} is no kind of outcome`, path);
  }
  return found[1];
}

/** A code in the words of API v2: `Non-Randomized` is `NON_RANDOMIZED`, `None (Open Label)` is `NONE`. */
function word({ text }: Written): string | undefined {
  const code = text?.replace(/\s*[([].*$/, "");
  return code === "N/A" ? "NA" : code?.toUpperCase().replace(/[ -]+/g, "_");
}

function typeOf({ text }: Written): "ACTUAL" | "ESTIMATED" | undefined {
  if (text === undefined) return undefined;
  return /^actual$/i.test(text) ? "ACTUAL" : "ESTIMATED";
}

function enrolmentOf({ enrolment, enrolmentType }: RecordFields, note: Note): TrialRegistration["enrolment"] {
  if (enrolment.text === undefined) return undefined;
  if (/^\d{1,9}$/.test(enrolment.text))
    return { count: Number(enrolment.text), ...defined({ type: typeOf(enrolmentType) }) };
  note("ENROLMENT_INVALID", `${JSON.stringify(enrolment.text)} is no number of participants`, enrolment.path);
  return undefined;
}

function dateOf({ text, path }: Written, type: Written, note: Note): TrialDate | undefined {
  if (text === undefined) return undefined;
  const date = isoDate(text);
  if (date !== undefined) return { date, ...defined({ type: typeOf(type) }) };
  note("DATE_INVALID", `${JSON.stringify(text)} is no date`, path);
  return undefined;
}

/** `2013-01`, `January 2013` and `January 31, 2013`. */
function isoDate(text: string): string | undefined {
  if (/^\d{4}-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?$/.test(text)) return text;
  const [, name = "", day, year] = /^([A-Z][a-z]+) (?:(\d{1,2}), )?(\d{4})$/.exec(text) ?? [];
  const month = MONTHS.indexOf(name) + 1;
  if (month === 0 || year === undefined) return undefined;
  return [year, `${month}`.padStart(2, "0"), ...(day === undefined ? [] : [day.padStart(2, "0")])].join("-");
}

function required({ text, path }: Written): string {
  if (text === undefined) throw new CareProofError("REGISTRATION_INVALID", "is missing, or empty", path);
  return text;
}
