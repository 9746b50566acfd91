import type { ClaimFigures, LineFigures, SettledAdjustment, SettledClaim } from "./settledClaim.js";
import { figuresOf } from "./settledClaim.js";
import type { Coding, Reference } from "../../consent/fhir/resource.js";
import { writeParty } from "../../consent/fhir/party.js";
import type { Party } from "../../consent/fhir/terms.js";
import { dayOf, timeOf } from "../../utils/time.js";
import { formatTokenUnits } from "../decimal.js";
import type {
  ClaimResponse,
  ExplanationOfBenefit,
  FhirAdjudication,
  FhirPayment,
  FhirTotal,
  Identifier,
  Money,
} from "../fhir/resource.js";
import {
  ADJUDICATION,
  ADJUSTMENT_GROUP,
  ADJUSTMENT_REASON,
  CAREPROOF_CLAIM,
  CAREPROOF_POLICY,
  CARIN_ADJUDICATION,
  CLAIM_TYPE,
  EIN,
  NPI,
  PATIENT_CONTROL_NUMBER,
  PAYMENT_TYPE,
  PROVIDER_ADJUSTMENT_REASON,
  systemOf,
} from "../fhir/systems.js";
import type { X12ClaimKind } from "../x12/claim.js";

/** Who a settled claim is about, in FHIR: as far as the caller knows them. */
export interface SettlementParties {
  /** The payer: a reference, an identifier as `system|value`, or an address. */
  readonly payer: Party;
  /** The patient, in the same way. */
  readonly patient: Party;
  /** The provider, in the same way, where the claim has neither its NPI nor its tax number. */
  readonly provider?: Party;
  /** Chain id, needed where there are addresses. */
  readonly chainId?: number | bigint;
  /** Kind of claim; `professional` by default. */
  readonly kind?: X12ClaimKind;
  /** ISO 4217 code of the currency; `USD` by default. */
  readonly currency?: string;
}

const CLAIM_TYPES = { professional: "professional", institutional: "institutional", dental: "oral" } as const;

/** Category of each adjustment of the plan's rules. HL7's code system lacks most; then it is CARIN's. */
const CATEGORIES: Readonly<Record<string, Coding>> = {
  "CO 45": coding(CARIN_ADJUDICATION, "discount"),
  "PR 1": coding(ADJUDICATION, "deductible"),
  "PR 2": coding(CARIN_ADJUDICATION, "coinsurance"),
  "PR 3": coding(ADJUDICATION, "copay"),
  "PR 119": coding(CARIN_ADJUDICATION, "noncovered"),
  "OA 23": coding(CARIN_ADJUDICATION, "priorpayerpaid"),
};

/** Category of every other adjustment, which is a denial. */
const DENIED = coding(CARIN_ADJUDICATION, "noncovered");

/**
 * The FHIR R4 `ClaimResponse` of a settled claim. One of a reversal is `cancelled` and has the figures that are taken back, positive.
 *
 * Adjudications have categories of HL7's code system (`submitted`, `eligible`, `deductible`, `copay`, `benefit`) or, where it has none, of
 * CARIN's; adjustments have the reason and the group code of X12. A payment is what was sent, interest included. What the caller
 * does not give is not in it: no name, diagnosis or description.
 *
 * @throws CareProofError those of `figuresOf`; ConsentFormatError `TERMS_INVALID` for a party that is none.
 */
export function writeClaimResponse(claim: SettledClaim, parties: SettlementParties): ClaimResponse {
  const { lines, ...settlement } = settlementOf(claim, parties);
  return {
    resourceType: "ClaimResponse",
    ...settlement,
    requestor: providerReference(claim, parties),
    request: claimReference(claim),
    item: lines.map((adjudication, i) => ({ itemSequence: i + 1, adjudication })),
  };
}

/**
 * The FHIR R4 `ExplanationOfBenefit` of a settled claim: as {@link writeClaimResponse}, with the services.
 *
 * @throws CareProofError those of `figuresOf`; ConsentFormatError `TERMS_INVALID` for a party that is none.
 */
export function writeExplanationOfBenefit(claim: SettledClaim, parties: SettlementParties): ExplanationOfBenefit {
  const { lines, ...settlement } = settlementOf(claim, parties);
  const money = moneyIn(parties.currency);
  return {
    resourceType: "ExplanationOfBenefit",
    ...settlement,
    provider: providerReference(claim, parties),
    claim: claimReference(claim),
    insurance: [{ focal: true, coverage: { identifier: { system: CAREPROOF_POLICY, value: String(claim.policyId) } } }],
    item: claim.lines.map(({ procedure, units, outcome }, i) => {
      const { qualifier, code, modifiers } = procedure;
      const system = systemOf(qualifier, code);
      return {
        sequence: i + 1,
        productOrService: { coding: [{ ...(system === undefined ? {} : { system }), code }] },
        ...(modifiers.length === 0 ? {} : { modifier: modifiers.map((one) => ({ coding: [{ code: one }] })) }),
        servicedDate: dayOf(claim.serviceDay * 86_400),
        quantity: { value: Number(units) },
        net: money(outcome.billed),
        adjudication: lines[i]!,
      };
    }),
  };
}

/** What both resources say, and the adjudications of the lines. */
function settlementOf(claim: SettledClaim, parties: SettlementParties) {
  const figures = magnitudes(claim);
  const { payer, patient, chainId, kind = "professional" } = parties;
  const money = moneyIn(parties.currency);
  const adjudication = figures.adjustments.map((one) => adjustment(one, money));
  return {
    identifier: [{ system: CAREPROOF_CLAIM, value: claim.claimId }] as Identifier[],
    status: claim.isReversal === true ? ("cancelled" as const) : ("active" as const),
    type: { coding: [coding(CLAIM_TYPE, CLAIM_TYPES[kind])] },
    use: "claim" as const,
    patient: writeParty(patient, "patient", chainId),
    created: timeOf(claim.settledAt),
    insurer: writeParty(payer, "payer", chainId),
    outcome: "complete" as const,
    ...(adjudication.length === 0 ? {} : { adjudication }),
    total: totalsOf(figures, money),
    ...(claim.denial === undefined && claim.isReversal !== true ? { payment: paymentOf(claim, figures, money) } : {}),
    lines: figures.lines.map((line) => adjudicationsOf(line, money)),
  };
}

/** The figures of a claim; of a reversal those that are taken back. */
function magnitudes(claim: SettledClaim): ClaimFigures {
  return figuresOf({ ...claim, isReversal: false });
}

function adjudicationsOf({ billed, allowed, paid, adjustments }: LineFigures, money: ToMoney): FhirAdjudication[] {
  return [
    category("submitted", billed, money),
    ...(allowed === undefined ? [] : [category("eligible", allowed, money)]),
    ...adjustments.map((one) => adjustment(one, money)),
    category("benefit", paid, money),
  ];
}

/** What is submitted, eligible and paid, and the sums of claim and lines of each other category. */
function totalsOf({ billed, allowed, paid, adjustments, lines }: ClaimFigures, money: ToMoney): FhirTotal[] {
  const sums = new Map<string, { coding: Coding; units: bigint }>();
  for (const one of [...lines.flatMap((line) => line.adjustments), ...adjustments]) {
    const kind = categoryOf(one);
    const key = `${kind.system} ${kind.code}`;
    sums.set(key, { coding: kind, units: (sums.get(key)?.units ?? 0n) + one.amount });
  }
  return [
    category("submitted", billed, money),
    ...(allowed === undefined ? [] : [category("eligible", allowed, money)]),
    ...[...sums.values()]
      .filter(({ units }) => units !== 0n)
      .map(({ coding: kind, units }) => ({ category: { coding: [kind] }, amount: money(units) })),
    category("benefit", paid, money),
  ];
}

function paymentOf({ settledAt, interest = 0n }: SettledClaim, { paid }: ClaimFigures, money: ToMoney): FhirPayment {
  const interestPaid = {
    adjustment: money(-interest),
    adjustmentReason: { coding: [coding(PROVIDER_ADJUSTMENT_REASON, "L6")] },
  };
  return {
    type: { coding: [coding(PAYMENT_TYPE, "complete")] },
    ...(interest === 0n ? {} : interestPaid),
    date: dayOf(settledAt),
    amount: money(paid + interest),
  };
}

function adjustment(one: SettledAdjustment, money: ToMoney): FhirAdjudication {
  const { group, reason, amount } = one;
  return {
    category: { coding: [categoryOf(one)] },
    reason: { coding: [coding(ADJUSTMENT_REASON, reason), coding(ADJUSTMENT_GROUP, group)] },
    amount: money(amount),
  };
}

function categoryOf({ group, reason }: SettledAdjustment): Coding {
  return CATEGORIES[`${group} ${reason}`] ?? DENIED;
}

function category(code: string, units: bigint, money: ToMoney): FhirTotal {
  return { category: { coding: [coding(ADJUDICATION, code)] }, amount: money(units) };
}

function claimReference({ patientControlNumber }: SettledClaim): { type: "Claim"; identifier: Identifier } {
  return { type: "Claim", identifier: { system: PATIENT_CONTROL_NUMBER, value: patientControlNumber } };
}

/** A provider by its NPI, else by its tax number, else as the caller knows it. */
function providerReference(
  { provider: { npi, taxId } }: SettledClaim,
  { provider, chainId }: SettlementParties,
): Reference {
  if (npi !== undefined) return { identifier: { system: NPI, value: npi } };
  if (taxId !== undefined) return { identifier: { system: EIN, value: taxId } };
  return writeParty(provider ?? {}, "provider", chainId);
}

type ToMoney = (units: bigint) => Money;

/** A number holds 15 digits exactly, and an amount of a claim has at most that many: it is below 2^48 units. */
function moneyIn(currency = "USD"): ToMoney {
  return (units) => ({ value: Number(formatTokenUnits(units)), currency });
}

function coding(system: string, code: string): Coding {
  return { system, code };
}
