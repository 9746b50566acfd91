import type { RemitParties } from "./remitParties.js";
import type { ProcedureCode } from "../claims/feeSchedule.js";
import { writeClaimResponse, writeExplanationOfBenefit } from "../claims/remittance/fhirSettlement.js";
import type { SettledClaim } from "../claims/remittance/settledClaim.js";
import type { ChainSettlement } from "../claims/remittance/settlementsOf.js";
import { type Remittance, writeRemittance } from "../claims/remittance/writeRemittance.js";

/** In what a remittance is written. */
export const REMIT_FORMATS = ["x12", "fhir-eob", "fhir-claimresponse"] as const;

/** Name of a format. */
export type RemitFormat = (typeof REMIT_FORMATS)[number];

/** What one provider was paid and denied in the period. */
export interface ProviderRemittance {
  /** The provider's address. */
  readonly provider: string;
  /** TRN02. */
  readonly traceNumber: string;
  readonly settlements: readonly ChainSettlement[];
  /** The same with what the caller knows. */
  readonly claims: readonly SettledClaim[];
}

/** What all documents are made of. */
export interface RemitInput {
  readonly payer: string;
  readonly period: { readonly from: string; readonly to: string };
  readonly chainId: bigint;
  readonly parties: RemitParties;
  /** Procedures by their commitments. */
  readonly procedures: ReadonlyMap<string, ProcedureCode>;
  /** ISO 4217. */
  readonly currency: string;
}

/** Digits of a claim's id that stand for a patient control number. */
const CONTROL_NUMBER_DIGITS = 20;

/** Characters that the code of a procedure has at most (element 234). */
const CODE_LENGTH = 48;

/** Characters of ISA06 and ISA08. */
const ISA_ID_LENGTH = 15;

/** The remittance of each provider, in the order of its first settlement. */
export function remittancesOf(settlements: readonly ChainSettlement[], input: RemitInput): ProviderRemittance[] {
  const { from, to } = input.period;
  const providers = [...new Set(settlements.map(({ providerAddress }) => providerAddress))];
  return providers.map((provider) => {
    const own = settlements.filter(({ providerAddress }) => providerAddress === provider);
    return {
      provider,
      traceNumber: [from, to].map((day) => day.replaceAll("-", "")).join("-") + `-${hexOf(provider).slice(0, 20)}`,
      settlements: own,
      claims: own.map((settlement) => settledClaim(settlement, input)),
    };
  });
}

/** What is not known and what stands for it, for people. */
export function assumptionsOf(remittances: readonly ProviderRemittance[], input: RemitInput): string[] {
  const { parties, procedures, payer } = input;
  const settlements = remittances.flatMap((one) => one.settlements);
  const unnamed = settlements.filter(({ claimId }) => parties.claims.get(claimId)?.patientControlNumber === undefined);
  const lines = settlements.flatMap((one) => one.lines);
  const unknown = lines.filter(({ procedure }) => !procedures.has(procedure));
  return [
    ...(parties.payer === undefined && remittances.length > 0
      ? [`the payer's name and number are not given: ${payer} stands for them`]
      : []),
    ...remittances
      .filter(({ provider }) => !parties.providers.has(provider))
      .map(({ provider }) => `the provider's name and number are not given: ${provider} stands for them`),
    ...(unnamed.length === 0
      ? []
      : [
          `patient control numbers are not given for ${unnamed.length} of ${settlements.length}: the claims' ids stand for them`,
        ]),
    ...(unknown.length === 0
      ? []
      : [`procedure codes are not given for ${unknown.length} of ${lines.length} lines: commitments stand for them`]),
  ];
}

/** The document, in lines. */
export function writeDocument(
  format: RemitFormat,
  remittances: readonly ProviderRemittance[],
  input: RemitInput,
  now: Date,
): string[] {
  if (format === "x12") return writeInterchange(remittances, input, now);
  const write = format === "fhir-eob" ? writeExplanationOfBenefit : writeClaimResponse;
  return remittances.flatMap(({ settlements, claims }) =>
    claims.map((claim, i) => JSON.stringify(write(claim, partiesOf(settlements[i]!, input)))),
  );
}

function writeInterchange(remittances: readonly ProviderRemittance[], input: RemitInput, now: Date): string[] {
  const { payer, parties, period, currency } = input;
  const from = parties.payer ?? { name: payer, id: `1${hexOf(payer).slice(0, 9)}` };
  const written = remittances.map(({ provider, traceNumber, claims }): Remittance => ({
    payer: from,
    payee: { name: provider, ...numbersOf(provider, input), ...parties.providers.get(provider) },
    period,
    traceNumber,
    claims: claims.map((claim) => ({ ...claim, provider: numbersOf(provider, input) })),
    currency,
  }));
  const only = written.length === 1 ? (written[0]!.payee.npi ?? written[0]!.payee.taxId!) : "CLEARINGHOUSE";
  return writeRemittance(written, {
    sender: { qualifier: "ZZ", id: from.id },
    receiver: parties.receiver ?? { qualifier: "ZZ", id: only.slice(0, ISA_ID_LENGTH) },
    time: now,
    // One a second is enough of a difference.
    controlNumber: Math.floor(now.getTime() / 1000) % 1_000_000_000,
    lineBreak: "\n",
  })
    .trimEnd()
    .split("\n");
}

function settledClaim(settlement: ChainSettlement, { parties, procedures }: RemitInput): SettledClaim {
  const { claimId, providerAddress } = settlement;
  const provider = parties.providers.get(providerAddress);
  const { npi, taxId } = provider ?? {};
  return {
    ...settlement,
    patientControlNumber:
      parties.claims.get(claimId)?.patientControlNumber ?? hexOf(claimId).slice(0, CONTROL_NUMBER_DIGITS),
    provider: { ...(npi === undefined ? {} : { npi }), ...(taxId === undefined ? {} : { taxId }) },
    lines: settlement.lines.map(({ procedure, ...line }) => {
      const known = procedures.get(procedure);
      return {
        ...line,
        procedure:
          known === undefined
            ? { qualifier: "ZZ", code: hexOf(procedure).slice(0, CODE_LENGTH), modifiers: [] }
            : { ...known, modifiers: known.modifiers ?? [] },
      };
    }),
  };
}

/** The provider's numbers; its address where they are not known. */
function numbersOf(provider: string, { parties }: RemitInput): { npi?: string; taxId?: string } {
  const known = parties.providers.get(provider);
  if (known === undefined) return { taxId: hexOf(provider) };
  const { npi, taxId } = known;
  return { ...(npi === undefined ? {} : { npi }), ...(taxId === undefined ? {} : { taxId }) };
}

function partiesOf({ claimId, policy, providerAddress }: ChainSettlement, input: RemitInput) {
  const { payer, parties, chainId, currency } = input;
  const { patient, kind } = parties.claims.get(claimId) ?? {};
  const { reference } = parties.payer ?? {};
  return {
    payer: reference === undefined ? { address: payer } : { reference },
    patient: patient === undefined ? { address: policy.member } : { reference: patient },
    provider: { address: providerAddress },
    chainId,
    currency,
    ...(kind === undefined ? {} : { kind }),
  };
}

/** Hex digits in capital letters, without 0x. */
function hexOf(hex: string): string {
  return hex.slice(2).toUpperCase();
}
