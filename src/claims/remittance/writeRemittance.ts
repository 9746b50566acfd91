import {
  type ClaimFigures,
  figuresOf,
  payerControlNumber,
  type SettledAdjustment,
  type SettledClaim,
  type SettledLine,
  sum,
  type LineFigures,
} from "./settledClaim.js";
import { CareProofError } from "../../errors.js";
import { underPath } from "../../utils/errorPlace.js";
import { dayOf } from "../../utils/time.js";
import { formatTokenUnits } from "../decimal.js";
import type { X12Provider } from "../x12/claim.js";
import { type X12InterchangeContent, type X12SegmentContent, writeX12 } from "../x12/writeX12.js";

/** Where somebody is (N3 and N4). */
export interface RemittanceAddress {
  /** N301 and N302: one line or two. */
  readonly lines: readonly string[];
  readonly city: string;
  /** Two letters, where the country has states. */
  readonly state?: string;
  readonly postalCode: string;
}

/** Who pays (loop 1000A). */
export interface RemittancePayer {
  /** N102, at most 60 characters. */
  readonly name: string;
  /** TRN03, 10 characters: `1` and the employer identification number. */
  readonly id: string;
  /** The guide demands it. */
  readonly address?: RemittanceAddress;
  /** PER*BL, who answers technical questions; the guide demands it. */
  readonly contact?: { readonly name?: string; readonly phone?: string; readonly email?: string };
}

/** Who is paid (loop 1000B), by its NPI, else by its tax number. */
export interface RemittancePayee extends X12Provider {
  /** N102, at most 60 characters. */
  readonly name: string;
  readonly address?: RemittanceAddress;
}

/** What one payer paid one payee in a period. */
export interface Remittance {
  readonly payer: RemittancePayer;
  readonly payee: RemittancePayee;
  /** Days from and to, both included, as ISO 8601 dates: each claim was settled in it, by UTC. The last is the day of the payment. */
  readonly period: { readonly from: string; readonly to: string };
  /** TRN02, at most 50 characters: by which payer and payee name this payment. */
  readonly traceNumber: string;
  /** Claims that were paid or denied, and reversals, in the order in which they are to stand. A claim that waits is none. */
  readonly claims: readonly SettledClaim[];
  /** ISO 4217 code of the currency; `USD` by default. */
  readonly currency?: string;
  /** BPR04: `NON` by default, as no code stands for a token. */
  readonly method?: "CHK" | "NON";
  /** CLP06: `15` (indemnity insurance) by default. */
  readonly claimFilingIndicator?: string;
}

/** The envelope of a remittance. */
export type RemittanceInterchange = Pick<
  X12InterchangeContent,
  "sender" | "receiver" | "time" | "controlNumber" | "usage" | "separators" | "lineBreak"
>;

const IMPLEMENTATION = "005010X221A1";

/** CLP02: as which payer it was processed, denied, reversal of a payment before. */
const STATUS = { P: "1", S: "2", T: "3", denied: "4", reversal: "22" } as const;

/** PLB03-1: interest owed, and the acknowledgement of money that the provider paid back. */
const REASONS = { interest: "L6", returned: "72" } as const;

/** Adjustments that one PLB has room for, and one CAS. */
const ADJUSTMENTS_A_SEGMENT = 6;

/** Digits of an amount (element 782). */
const MAX_DIGITS = 18;

const SECONDS_A_DAY = 86_400;

/**
 * Writes an X12 835 (005010X221A1), a transaction for each remittance. It balances by section 1.10.2 of the guide: each line (SVC02 less
 * CAS is SVC03), each claim (CLP03 less all CAS is CLP04), and the payment (CLP04 less PLB is BPR02). Amounts are exact: they have up to 6
 * decimals where the token's do.
 *
 * BPR02 is what the payer sent in the period, interest included. Interest is PLB `L6`, negative, and AMT*I of its claim. A reversal has
 * status 22 and negative amounts; as the provider paid the money back on its own, and nothing is withheld for it, PLB `72` is its
 * counterpart.
 *
 * @throws CareProofError `REMITTANCE_INVALID`, `X12_VALUE_INVALID` with the element as path, those of `figuresOf` with the claim as
 * path, those of `writeX12`.
 */
export function writeRemittance(
  remittances: Remittance | readonly Remittance[],
  interchange: RemittanceInterchange,
): string {
  const all = isList(remittances) ? remittances : [remittances];
  return writeX12({
    ...interchange,
    groups: [
      {
        functionalId: "HP",
        sender: interchange.sender.id,
        receiver: interchange.receiver.id,
        controlNumber: 1,
        version: IMPLEMENTATION,
        transactions: all.map((remittance, i) => ({
          id: "835",
          controlNumber: String(i + 1).padStart(4, "0"),
          segments: segmentsOf(remittance),
        })),
      },
    ],
  });
}

function isList(value: Remittance | readonly Remittance[]): value is readonly Remittance[] {
  return Array.isArray(value);
}

/** What stands between ST and SE. */
function segmentsOf(remittance: Remittance): X12SegmentContent[] {
  const { payer, payee, period, traceNumber, currency = "USD", claims } = remittance;
  for (const [name, day] of Object.entries(period)) checkDay(day, `period.${name}`);
  const figures = claims.map((claim, i) => settled(claim, remittance, `claims[${i}]`));
  const adjustments = claims.flatMap((claim, i) => providerAdjustments(claim, figures[i]!));
  const paid = sum(figures.map((one) => one.paid)) - sum(adjustments.map(({ amount }) => amount));
  const end = compact(period.to);
  const isNone = paid === 0n;
  return [
    [
      "BPR",
      isNone ? "H" : "I",
      amountOf(paid, "BPR02"),
      "C",
      isNone ? "NON" : (remittance.method ?? "NON"),
      ...blanks(11),
      end,
    ],
    ["TRN", "1", fitting(traceNumber, 1, 50, "TRN02"), fitting(payer.id, 10, 10, "TRN03")],
    ...(currency === "USD" ? [] : [["CUR", "PR", fitting(currency, 3, 3, "CUR02")] as const]),
    ["DTM", "405", end],
    ["N1", "PR", fitting(payer.name, 1, 60, "N102")],
    ...addressSegments(payer.address),
    ...contactSegments(payer.contact),
    ...payeeSegments(payee),
    ...(claims.length === 0 ? [] : [["LX", "1"] as const]),
    ...claims.flatMap((claim, i) => claimSegments(claim, figures[i]!, remittance)),
    ...adjustmentSegments(adjustments, payeeId(payee), `${period.to.slice(0, 4)}1231`),
  ];
}

function settled(claim: SettledClaim, { payee, period }: Remittance, path: string): ClaimFigures {
  const { provider, settledAt } = claim;
  const [ours, theirs] = [payee.npi ?? payee.taxId, payee.npi === undefined ? provider.taxId : provider.npi];
  if (ours === undefined) throw invalid("needs an NPI or a tax number", "payee");
  if (theirs !== ours) throw invalid("is of another provider than the payee", `${path}.provider`);
  try {
    const figures = figuresOf(claim);
    const day = dayOf(settledAt);
    if (day < period.from || day > period.to) throw invalid(`is on ${day}, not in the period`, "settledAt");
    return figures;
  } catch (error) {
    throw underPath(error, path);
  }
}

function addressSegments(address: RemittanceAddress | undefined): X12SegmentContent[] {
  if (address === undefined) return [];
  const { lines, city, state = "", postalCode } = address;
  return [
    ["N3", ...lines.slice(0, 2)],
    ["N4", city, state, postalCode],
  ];
}

function contactSegments(contact: RemittancePayer["contact"]): X12SegmentContent[] {
  if (contact === undefined) return [];
  const { name = "", phone, email } = contact;
  const numbers = [phone === undefined ? [] : ["TE", phone], email === undefined ? [] : ["EM", email]].flat();
  return [["PER", "BL", name, ...numbers]];
}

function payeeSegments(payee: RemittancePayee): X12SegmentContent[] {
  const { name, npi, taxId, address } = payee;
  const qualifier = npi === undefined ? "FI" : "XX";
  return [
    ["N1", "PE", fitting(name, 1, 60, "N102"), qualifier, fitting(payeeId(payee), 2, 80, "N104")],
    ...addressSegments(address),
    ...(npi === undefined || taxId === undefined ? [] : [["REF", "TJ", fitting(taxId, 1, 50, "REF02")] as const]),
  ];
}

function payeeId({ npi, taxId }: RemittancePayee): string {
  const id = npi ?? taxId;
  if (id === undefined) throw invalid("needs an NPI or a tax number", "payee");
  return id;
}

/** Loop 2100. */
function claimSegments(
  claim: SettledClaim,
  figures: ClaimFigures,
  { claimFilingIndicator = "15" }: Remittance,
): X12SegmentContent[] {
  const { patientControlNumber, claimId, policyId, serviceDay, denial, isReversal = false } = claim;
  const status = isReversal
    ? STATUS.reversal
    : denial === undefined
      ? STATUS[claim.payerResponsibility ?? "P"]
      : STATUS.denied;
  // The guide wants it where it is above zero.
  const responsibility = figures.memberShare > 0n ? amountOf(figures.memberShare, "CLP05") : "";
  return [
    [
      "CLP",
      fitting(patientControlNumber, 1, 38, "CLP01"),
      status,
      amountOf(figures.billed, "CLP03"),
      amountOf(figures.paid, "CLP04"),
      responsibility,
      claimFilingIndicator,
      payerControlNumber(claimId),
    ],
    ...adjustmentsOf(figures.adjustments),
    // The patient by the number of the policy alone. NM109 has two characters or more.
    ["NM1", "QC", "1", ...blanks(5), "MI", String(policyId).padStart(2, "0")],
    ["DTM", "232", compact(dayOf(serviceDay * SECONDS_A_DAY))],
    ...(figures.interest === 0n ? [] : [["AMT", "I", amountOf(figures.interest, "AMT02")] as const]),
    ...claim.lines.flatMap((line, i) => lineSegments(line, figures.lines[i]!)),
  ];
}

/** Loop 2110. */
function lineSegments({ procedure, units }: SettledLine, figures: LineFigures): X12SegmentContent[] {
  const { qualifier, code, modifiers } = procedure;
  const [billed, paid] = [amountOf(figures.billed, "SVC02"), amountOf(figures.paid, "SVC03")];
  const { allowed = 0n } = figures;
  return [
    ["SVC", [qualifier, code, ...modifiers], billed, paid, "", String(units)],
    ...adjustmentsOf(figures.adjustments),
    ...(allowed > 0n ? [["AMT", "B6", amountOf(allowed, "AMT02")] as const] : []),
  ];
}

/** A CAS for each group. */
function adjustmentsOf(adjustments: readonly SettledAdjustment[]): X12SegmentContent[] {
  const groups = [...new Set(adjustments.map(({ group }) => group))];
  return groups.flatMap((group) =>
    inSegments(adjustments.filter((one) => one.group === group)).map((part): X12SegmentContent => [
      "CAS",
      group,
      // The third of each is a quantity, which nothing here has.
      ...part.flatMap(({ reason, amount }) => [reason, amountOf(amount, "CAS03"), ""]),
    ]),
  );
}

interface ProviderAdjustment {
  readonly reason: string;
  readonly reference: string;
  readonly amount: bigint;
}

/** What the payment differs by from what its claims are paid. */
function providerAdjustments(claim: SettledClaim, { interest, paid }: ClaimFigures): ProviderAdjustment[] {
  const reference = payerControlNumber(claim.claimId);
  return [
    { reason: REASONS.interest, reference, amount: -interest },
    { reason: REASONS.returned, reference, amount: claim.isReversal === true ? paid : 0n },
  ].filter(({ amount }) => amount !== 0n);
}

function adjustmentSegments(
  adjustments: readonly ProviderAdjustment[],
  providerId: string,
  fiscalPeriod: string,
): X12SegmentContent[] {
  return inSegments(adjustments).map((part) => [
    "PLB",
    fitting(providerId, 1, 50, "PLB01"),
    fiscalPeriod,
    ...part.flatMap(({ reason, reference, amount }) => [[reason, reference], amountOf(amount, "PLB04")]),
  ]);
}

function inSegments<T>(items: readonly T[]): T[][] {
  const parts: T[][] = [];
  for (let i = 0; i < items.length; i += ADJUSTMENTS_A_SEGMENT) parts.push(items.slice(i, i + ADJUSTMENTS_A_SEGMENT));
  return parts;
}

/** An amount as X12 writes decimals: without zeros that say nothing. */
function amountOf(units: bigint, element: string): string {
  const text = formatTokenUnits(units).replace(/\.?0+$/, "");
  if (text.replace(/\D/g, "").length > MAX_DIGITS) {
    throw new CareProofError("X12_VALUE_INVALID", `${text} has more than ${MAX_DIGITS} digits`, element);
  }
  return text;
}

function fitting(value: string, least: number, most: number, element: string): string {
  if (value.length >= least && value.length <= most) return value;
  const message = `${JSON.stringify(value)} has ${value.length} characters, expected ${least === most ? most : `${least} to ${most}`}`;
  throw new CareProofError("X12_VALUE_INVALID", message, element);
}

function checkDay(day: string, path: string): void {
  const time = new Date(`${day}T00:00:00Z`).getTime();
  if (!Number.isNaN(time) && dayOf(time / 1000) === day) return;
  throw invalid(`${JSON.stringify(day)} is no date such as 2026-01-31`, path);
}

function compact(day: string): string {
  return day.replaceAll("-", "");
}

function blanks(count: number): string[] {
  return Array.from({ length: count }, () => "");
}

function invalid(problem: string, path: string): CareProofError {
  return new CareProofError("REMITTANCE_INVALID", problem, path);
}
