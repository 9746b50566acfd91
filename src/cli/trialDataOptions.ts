import { type Command, InvalidArgumentError } from "commander";

import { listOption } from "./options.js";

/** Adds the options that say what a file of data does not say of itself. */
export function addFileOptions(command: Command): Command {
  return command
    .option("--dataset <name>", "of CSV: the name of the data set (default: the file's)")
    .option("--subject <column>", "of CSV and Dataset-JSON: the column of the subject's key (default: USUBJID)")
    .option(
      "--key <column>",
      "of CSV: a key column, may be given several times (default: the whole row)",
      listOption,
      [],
    );
}

/** Parses an option that is a time: unix seconds, or a date and time of ISO 8601 with a time zone. */
export function momentOption(value: string): number {
  const isIso = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)$/.test(value);
  const seconds = isIso ? Date.parse(value) / 1000 : /^\d+$/.test(value) ? Number(value) : NaN;
  if (!Number.isInteger(seconds) || seconds < 0 || seconds >= 2 ** 40) {
    throw new InvalidArgumentError("expected a time such as 2026-01-31T09:30:00Z, or unix seconds.");
  }
  return seconds;
}
