import { ADJUSTMENT_GROUPS, PROCEDURE_QUALIFIERS } from "./codes.js";
import { X12Fault } from "./problem.js";
import type { ProblemReport, X12Segment } from "./segment.js";
import { formatDecimal } from "../decimal.js";

/** One adjustment of CAS, of a claim or a line. */
export interface X12Adjustment {
  /** CAS01: CO contractual obligation, OA other, PI payer initiated, PR patient responsibility; CR correction and reversal (4010). */
  readonly group: string;
  /** Claim adjustment reason code. */
  readonly reason: string;
  /** What the payment is less by: positive lowers it. */
  readonly amount: string;
  readonly quantity?: string;
}

/** Procedure of a line: qualifier, code, modifiers. */
export interface X12Procedure {
  /** Element 235: HC is HCPCS (and CPT), AD the dental code, N4 the National Drug Code. */
  readonly qualifier: string;
  readonly code: string;
  /** At most four. */
  readonly modifiers: readonly string[];
}

/** The adjustments of a CAS segment and their sum as an exact number. Throws X12Fault. */
export function adjustmentsOf(segment: X12Segment): { adjustments: X12Adjustment[]; sum: bigint } {
  const group = segment.code(1, ADJUSTMENT_GROUPS);
  const adjustments: X12Adjustment[] = [];
  let sum = 0n;
  for (let i = 2; i < Math.max(segment.elements.length, 3); i += 3) {
    // Between adjustments there may be empty ones.
    if (i > 2 && segment.at(i) === "" && segment.at(i + 1) === "") continue;
    const reason = segment.required(i);
    const amount = segment.amount(i + 1);
    const quantity = segment.at(i + 2) === "" ? {} : { quantity: formatQuantity(segment, i + 2) };
    adjustments.push({ group, reason, amount: formatDecimal(amount), ...quantity });
    sum += amount;
  }
  return { adjustments, sum };
}

/** A number that counts, as text without needless zeros: `1`, `0.5`. Throws X12Fault. */
export function formatQuantity(segment: X12Segment, index: number): string {
  return formatDecimal(segment.amount(index)).replace(/\.?0+$/, "");
}

/** The procedure of a composite element. Throws X12Fault `QUALIFIER_UNKNOWN`, `ELEMENT_MISSING`. */
export function procedureOf(segment: X12Segment, index: number, report: ProblemReport): X12Procedure {
  segment.required(index);
  const [qualifier = "", code = "", ...others] = segment.composite(index, report);
  if (!PROCEDURE_QUALIFIERS.has(qualifier)) {
    const position = segment.position(index, 1);
    throw new X12Fault(
      "QUALIFIER_UNKNOWN",
      `${position} is ${JSON.stringify(qualifier)}, no known qualifier`,
      position,
    );
  }
  if (code.trim() === "") {
    const position = segment.position(index, 2);
    throw new X12Fault("ELEMENT_MISSING", `${position}, the procedure's code, is missing`, position);
  }
  // Components 3 to 6 are modifiers; the description after them may be about a person.
  return { qualifier, code, modifiers: others.slice(0, 4).filter((modifier) => modifier !== "") };
}
