/** What the chapter on insurance is about: a plan, its fee schedule, a visit as an X12 837 tells it. All in it is invented. */
import { hexlify, id, randomBytes, type Wallet, ZeroAddress, ZeroHash } from "ethers";

import { toTokenUnits } from "../../src/claims/decimal";
import { FeeSchedule } from "../../src/claims/feeSchedule";
import { packBenefit, type PlanTerms } from "../../src/claims/planTerms";
import {
  CLAIM_SUBMISSION_TYPES,
  ENCOUNTER_RECEIPT_TYPES,
  receiptMessage,
  submissionMessage,
  type ClaimSubmission,
  type EncounterReceipt,
} from "../../src/claims/typedData";
import { ATTESTATION_TYPES, attestationMessage } from "../../src/claims/parametric";
import type { X12Claim } from "../../src/claims/x12/claim";
import { readX12 } from "../../src/claims/x12/readX12";
import { writeX12 } from "../../src/claims/x12/writeX12";
import type { CareProofDomain } from "../../src/utils/typedData";

const DAY = 86_400;

/** Service families of the plan. */
export const OFFICE_VISIT = 0;
export const IMAGING = 1;

/** Days within which the plan's payer decides, and after which it owes interest. */
export const DECISION_DAYS = 3;
/** Interest a year, 1/10000. */
export const INTEREST = 1_200n;

const FEES = [
  { family: OFFICE_VISIT, procedure: { qualifier: "HC", code: "99213" }, fee: toTokenUnits("92.00") },
  { family: OFFICE_VISIT, procedure: { qualifier: "HC", code: "87880" }, fee: toTokenUnits("25.00") },
  { family: IMAGING, procedure: { qualifier: "HC", code: "70553" }, fee: toTokenUnits("1200.00") },
];

/** The payer's price list. */
export function feeSchedule(): Promise<FeeSchedule> {
  return FeeSchedule.build(FEES);
}

/** A plan: office visits for a copay of 20; imaging after a deductible of 100 at 80 %; up to 500 paid without asking. */
export function samplePlan(payer: string, vault: string, fees: FeeSchedule): PlanTerms {
  const none = { copay: 0n, maximumPerService: 0n, annualLimit: 0n, coinsuranceBasisPoints: 0 };
  const benefit = { ...none, waitingDays: 0, deductibleApplies: false, needsAuthorization: false };
  return {
    payer,
    vault,
    feeSchedule: fees.root,
    deductible: toTokenUnits("100.00"),
    outOfPocketMaximum: toTokenUnits("2000.00"),
    automaticPaymentCeiling: toTokenUnits("500.00"),
    timelyFilingDays: 90,
    decisionDays: DECISION_DAYS,
    promptPaymentDays: DECISION_DAYS,
    interestBasisPoints: Number(INTEREST),
    appealDays: 180,
    graceDays: 31,
    benefits: [
      packBenefit({ ...benefit, copay: toTokenUnits("20.00") }),
      packBenefit({ ...benefit, coinsuranceBasisPoints: 2_000, deductibleApplies: true }),
    ],
  };
}

/** A professional claim of a day as the clinic's software writes it: an X12 837P (005010X222A1). */
export function sampleClaimText(serviceDay: number, procedures: readonly (readonly [string, string])[]): string {
  const time = new Date(serviceDay * DAY * 1_000);
  const date = time.toISOString().slice(0, 10).replaceAll("-", "");
  const cents = procedures.reduce((sum, [, charge]) => sum + Math.round(Number(charge) * 100), 0);
  const lines = procedures.flatMap(([code, charge], i) => [
    ["LX", String(i + 1)],
    ["SV1", ["HC", code], charge, "UN", "1", "", "", "1"],
    ["DTP", "472", "D8", date],
  ]);
  const segments = [
    ["BHT", "0019", "00", "REF1", date, "1200", "CH"],
    ["NM1", "41", "2", "TEST CLINIC", "", "", "", "", "46", "CLINIC"],
    ["NM1", "40", "2", "TEST INSURER", "", "", "", "", "46", "INSURER"],
    ["HL", "1", "", "20", "1"],
    ["NM1", "85", "2", "TEST CLINIC", "", "", "", "", "XX", "1234567893"],
    ["REF", "EI", "123456789"],
    ["HL", "2", "1", "22", "0"],
    ["SBR", "P", "18", "", "", "", "", "", "", "CI"],
    ["NM1", "IL", "1", "TESTPERSON", "ALPHA", "", "", "", "MI", "MEMBER1"],
    ["NM1", "PR", "2", "TEST INSURER", "", "", "", "", "PI", "INSURER"],
    ["CLM", "VISIT-1", (cents / 100).toFixed(2), "", "", ["11", "B", "1"], "Y", "A", "Y", "Y"],
    ["HI", ["ABK", "J020"]],
    ...lines,
  ];
  return writeX12({
    sender: { qualifier: "ZZ", id: "CLINIC" },
    receiver: { qualifier: "ZZ", id: "INSURER" },
    time,
    controlNumber: 1,
    usage: "T",
    lineBreak: "\n",
    groups: [
      {
        functionalId: "HC",
        sender: "CLINIC",
        receiver: "INSURER",
        controlNumber: 1,
        version: "005010X222A1",
        transactions: [
          {
            id: "837",
            controlNumber: "0001",
            implementation: "005010X222A1",
            segments: segments as never,
          },
        ],
      },
    ],
  });
}

/** The only claim of an X12 text. */
export async function readClaim(text: string): Promise<X12Claim> {
  const { claims, problems } = await readX12(text);
  if (claims.length !== 1 || problems.length > 0) throw new Error(`the sample has ${problems.length} problems`);
  return claims[0]!;
}

/** Who takes part in a claim. */
export interface Encounter {
  /** EIP-712 domain of the processor. */
  readonly domain: CareProofDomain;
  readonly member: Wallet;
  readonly provider: Wallet;
  readonly fees: FeeSchedule;
  /** Unix seconds. */
  readonly now: number;
}

/** The receipt that the member signs at the visit. */
export function receiptOf({ member, provider, now }: Encounter, family: number): EncounterReceipt {
  return {
    member: member.address,
    signedBy: member.address,
    provider: provider.address,
    encounter: id(hexlify(randomBytes(32))),
    serviceDay: Math.floor(now / DAY),
    family,
    receiptAt: now,
    salt: hexlify(randomBytes(32)),
  };
}

/** A claim of the lines of an 837 for a receipt, signed by member and provider, priced by the payer's list. */
export async function proveClaim(
  { domain, member, provider, fees, now }: Encounter,
  receipt: EncounterReceipt,
  { lines }: X12Claim,
  policy: { policyId: bigint; receiptPolicyId: bigint },
) {
  const priced = lines.map(({ procedure, charge, quantity = "1" }) => {
    const { commitment, fee, proof } = fees.prove(receipt.family, procedure!);
    return { procedure: commitment, billed: toTokenUnits(charge), fee, units: Number(quantity), proof: [...proof] };
  });
  const claim: ClaimSubmission = {
    ...policy,
    receipt,
    lines: priced.map(({ procedure, billed, fee, units }) => ({ procedure, billed, fee, units })),
    primaryClaim: ZeroHash,
    signedBy: provider.address,
    submitter: ZeroAddress,
    issuedAt: now,
    deadline: now + 30 * DAY,
  };
  return {
    claim,
    feeProofs: priced.map(({ proof }) => proof),
    feeProofFlags: [] as boolean[],
    receiptSignature: await member.signTypedData(domain, ENCOUNTER_RECEIPT_TYPES, receiptMessage(receipt)),
    claimSignature: await provider.signTypedData(domain, CLAIM_SUBMISSION_TYPES, submissionMessage(claim)),
  };
}

/** That a product's trigger was observed today, as `signer` attests in the name of `attester`. */
export async function proveObservation(
  domain: CareProofDomain,
  {
    policyId,
    productId,
    attester,
    signer,
    now,
  }: { policyId: bigint; productId: string; attester: string; signer: Wallet; now: number },
) {
  const observedDay = Math.floor(now / DAY);
  const observation = id(hexlify(randomBytes(32)));
  const attestation = { attester, signedBy: signer.address, observation, issuedAt: now, deadline: now + DAY };
  const message = attestationMessage({ ...attestation, policyId, productId, observedDay });
  const signature = await signer.signTypedData(domain, ATTESTATION_TYPES, message);
  return { observedDay, attestation: { ...attestation, signature } };
}
