import { AbiCoder, getAddress, keccak256 } from "ethers";

import { CareProofError } from "../errors.js";
import { fromHex } from "../utils/bytes.js";
import { withPlace } from "../utils/errorPlace.js";
import { isInteger } from "../utils/writtenJson.js";

/** Service families that a plan has at most: numbers 0 to 15. */
export const MAX_FAMILIES = 16;

/** Basis points of the whole: 100 %. */
export const BASIS_POINTS = 10_000;

/** Days after a denial within which a plan must let it be appealed (29 CFR 2560.503-1(h)(3)(i)). */
export const LEAST_APPEAL_DAYS = 180;

/** What a plan pays for a service family. Amounts are units of the plan's currency. */
export interface Benefit {
  /** What the member pays for a line, after the deductible. */
  readonly copay: bigint;
  /** What of a line is covered at most; 0 for no maximum. */
  readonly maximumPerService: bigint;
  /** What the plan pays for the family in a benefit year at most; 0 for no limit. */
  readonly annualLimit: bigint;
  /** What the member pays of the rest, 1/10000, at most 10000. */
  readonly coinsuranceBasisPoints: number;
  /** Days from the start of the policy until the family is covered. */
  readonly waitingDays: number;
  /** Whether the plan's deductible applies. */
  readonly deductibleApplies: boolean;
  /** Whether a service needs prior authorisation. */
  readonly needsAuthorization: boolean;
}

/** The terms of a plan, as the contracts take them (`PlanTerms`). Amounts are units of the plan's currency. */
export interface PlanTerms {
  /** Address of the payer. */
  readonly payer: string;
  /** Address of the payer's `ReserveVault`. */
  readonly vault: string;
  /** Root of the fee schedule, 32 bytes as 0x-hex. */
  readonly feeSchedule: string;
  /** What a member pays before the plan does, a benefit year. */
  readonly deductible: bigint;
  /** What a member pays in a benefit year at most; 0 for no maximum. */
  readonly outOfPocketMaximum: bigint;
  /** The most that a claim is paid without a decision of the payer. */
  readonly automaticPaymentCeiling: bigint;
  /** Days after the service date within which a claim has to arrive. */
  readonly timelyFilingDays: number;
  /** Days after arrival within which the payer has to decide on a pended claim. */
  readonly decisionDays: number;
  /** Days after arrival after which a claim that is not paid bears interest. */
  readonly promptPaymentDays: number;
  /** Interest a year, 1/10000. */
  readonly interestBasisPoints: number;
  /** Days after a denial within which it can be appealed, at least {@link LEAST_APPEAL_DAYS}. */
  readonly appealDays: number;
  /** Days after the paid-through date before a policy lapses. */
  readonly graceDays: number;
  /** One word for each service family, see {@link packBenefit}; 0 for one that is not covered. At most {@link MAX_FAMILIES}. */
  readonly benefits: readonly bigint[];
}

/** Members of a plan's terms that are amounts, in their order there. */
export const TERMS_AMOUNTS = ["deductible", "outOfPocketMaximum", "automaticPaymentCeiling"] as const;
/** Those that are days or basis points. */
export const TERMS_NUMBERS = [
  "timelyFilingDays",
  "decisionDays",
  "promptPaymentDays",
  "interestBasisPoints",
  "appealDays",
  "graceDays",
] as const;

const TERMS_TYPE = `tuple(address,address,bytes32,${"uint64,".repeat(TERMS_AMOUNTS.length)}${"uint16,".repeat(TERMS_NUMBERS.length)}uint256[])`;

/** Members of a benefit's word with the lowest bit and the width of each; those above them are flags. */
const BENEFIT_AMOUNTS = { copay: 0n, maximumPerService: 64n, annualLimit: 128n } as const;
const BENEFIT_NUMBERS = { coinsuranceBasisPoints: 192n, waitingDays: 208n } as const;
const BENEFIT_FLAGS = { deductibleApplies: 224n, needsAuthorization: 225n } as const;
const COVERED = 1n << 231n;
/** Bits that stand for nothing: 226 to 230, and 232 and above. */
const UNUSED = (0x1fn << 226n) | (0xffffffn << 232n);

/**
 * The id of a plan: `keccak256(abi.encode(terms))`, 32 bytes as 0x-hex.
 *
 * @throws CareProofError `TERMS_INVALID`, with the member as path; `BENEFIT_INVALID` for a word that is no benefit.
 */
export function planId(terms: PlanTerms): string {
  checkTerms(terms);
  const values = [
    terms.payer,
    terms.vault,
    terms.feeSchedule,
    ...TERMS_AMOUNTS.map((name) => terms[name]),
    ...TERMS_NUMBERS.map((name) => terms[name]),
    terms.benefits,
  ];
  return keccak256(AbiCoder.defaultAbiCoder().encode([TERMS_TYPE], [values]));
}

/**
 * The word of a benefit, as the contracts take it. From the lowest bit: copay 64 bits, maximum a service 64, annual limit 64,
 * coinsurance 16, waiting days 16, flags 8 (0: deductible applies, 1: needs authorisation, 7: covered).
 *
 * @throws CareProofError `BENEFIT_INVALID`, with the member as path.
 */
export function packBenefit(benefit: Benefit): bigint {
  let word = COVERED;
  for (const [name, shift] of entriesOf(BENEFIT_AMOUNTS)) {
    checkAmount(benefit[name], name, "BENEFIT_INVALID");
    word |= benefit[name] << shift;
  }
  for (const [name, shift] of entriesOf(BENEFIT_NUMBERS)) {
    checkNumber(benefit[name], name, name === "coinsuranceBasisPoints" ? BASIS_POINTS : 0xffff, "BENEFIT_INVALID");
    word |= BigInt(benefit[name]) << shift;
  }
  for (const [name, shift] of entriesOf(BENEFIT_FLAGS)) {
    if (benefit[name]) word |= 1n << shift;
  }
  return word;
}

/**
 * The benefit of a word; undefined for 0, a family that is not covered.
 *
 * @throws CareProofError `BENEFIT_INVALID` where the contracts would refuse the word too.
 */
export function unpackBenefit(word: bigint): Benefit | undefined {
  if (word === 0n) return undefined;
  if (word < 0n || word >= 1n << 256n) throw invalid("is no word of 256 bits");
  if ((word & COVERED) === 0n) throw invalid("is not 0 and does not say that it is covered (bit 231)");
  if ((word & UNUSED) !== 0n) throw invalid("has a bit set that stands for nothing");
  const part = (shift: bigint, width: number): bigint => BigInt.asUintN(width, word >> shift);
  const coinsuranceBasisPoints = Number(part(BENEFIT_NUMBERS.coinsuranceBasisPoints, 16));
  if (coinsuranceBasisPoints > BASIS_POINTS) {
    throw invalid(`has a coinsurance of ${coinsuranceBasisPoints} basis points, more than the whole`);
  }
  return {
    copay: part(BENEFIT_AMOUNTS.copay, 64),
    maximumPerService: part(BENEFIT_AMOUNTS.maximumPerService, 64),
    annualLimit: part(BENEFIT_AMOUNTS.annualLimit, 64),
    coinsuranceBasisPoints,
    waitingDays: Number(part(BENEFIT_NUMBERS.waitingDays, 16)),
    deductibleApplies: part(BENEFIT_FLAGS.deductibleApplies, 1) === 1n,
    needsAuthorization: part(BENEFIT_FLAGS.needsAuthorization, 1) === 1n,
  };
}

/** Throws CareProofError where an amount does not fit into the 64 bits that the contracts have for it. */
export function checkAmount(amount: unknown, path: string, code: string): void {
  if (typeof amount !== "bigint" || amount < 0n || amount >= 1n << 64n) {
    throw new CareProofError(code, "must be an amount in token units, from 0 to 2^64 - 1", path);
  }
}

function checkTerms(terms: PlanTerms): void {
  for (const name of ["payer", "vault"] as const) {
    try {
      getAddress(terms[name]);
    } catch (error) {
      throw new CareProofError("TERMS_INVALID", "is no address", name, { cause: error });
    }
  }
  try {
    fromHex(terms.feeSchedule, 32, "feeSchedule");
  } catch (error) {
    throw new CareProofError("TERMS_INVALID", "expected 32 bytes as 0x-prefixed hex", "feeSchedule", { cause: error });
  }
  for (const name of TERMS_AMOUNTS) checkAmount(terms[name], name, "TERMS_INVALID");
  for (const name of TERMS_NUMBERS) checkNumber(terms[name], name, 0xffff, "TERMS_INVALID");
  if (terms.appealDays < LEAST_APPEAL_DAYS) {
    throw new CareProofError("TERMS_INVALID", `must be at least ${LEAST_APPEAL_DAYS}`, "appealDays");
  }
  if (terms.benefits.length > MAX_FAMILIES) {
    const message = `has ${terms.benefits.length} families, at most ${MAX_FAMILIES} are possible`;
    throw new CareProofError("TERMS_INVALID", message, "benefits");
  }
  for (const [family, word] of terms.benefits.entries()) {
    try {
      unpackBenefit(word);
    } catch (error) {
      throw withPlace(error, `benefits[${family}]`);
    }
  }
}

function checkNumber(value: unknown, path: string, most: number, code: string): void {
  if (!isInteger(value, most)) throw new CareProofError(code, `must be a whole number from 0 to ${most}`, path);
}

function invalid(problem: string): CareProofError {
  return new CareProofError("BENEFIT_INVALID", `the word of a benefit ${problem}`);
}

function entriesOf<K extends string>(members: Readonly<Record<K, bigint>>): [K, bigint][] {
  return Object.entries(members) as [K, bigint][];
}
