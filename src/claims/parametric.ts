/**
 * Parametric products and what attesters sign for them: the same structs and EIP-712 type as `contracts/claims/ParametricTypes.sol`.
 */
import { AbiCoder, keccak256, toUtf8Bytes } from "ethers";

import { CareProofError } from "../errors.js";
import { HIGHEST_ROLE, ROLES } from "../participants/roles.js";
import { canonicalJson } from "../utils/canonical.js";
import { commit } from "../utils/commitment.js";
import {
  careProofDomain,
  checkMessage,
  defineTypes,
  type CareProofDomain,
  type MessageInput,
  type TypedDataMember,
} from "../utils/typedData.js";

/** Attesters that a product may need at most. */
export const MAX_ATTESTERS = 8;

/** Days that a payer has to challenge a benefit at most. */
export const MAX_CHALLENGE_DAYS = 30;

/** What has to be observed so that a product pays. */
export interface ParametricTrigger {
  /** LOINC code of the observation, such as `1558-6`. */
  readonly code: string;
  /** What its result has to be, as the product's conditions say it, such as `>= 92 mg/dL`. */
  readonly criterion: string;
}

/** The terms of a parametric product, as the contract takes them (`ParametricTerms`). Amounts are units of the vault's asset. */
export interface ParametricTerms {
  /** Address of the payer. */
  readonly payer: string;
  /** Address of the payer's `ReserveVault`. */
  readonly vault: string;
  /** See {@link triggerCommitment}, 32 bytes as 0x-hex. */
  readonly trigger: string;
  /** Number of the role in which attesters are accredited, such as `ROLES.LABORATORY`. */
  readonly attesterRole: number;
  /** Days from the first day of the benefit to the first day whose observation counts. */
  readonly waitingDays: number;
  /** Days from the first day of the benefit to the last day whose observation counts. */
  readonly windowDays: number;
  /** Days after the observation within which its attestation has to arrive, at least 1. */
  readonly timelyFilingDays: number;
  /** How many attesters a sum above `attestersAbove` needs, 1 to {@link MAX_ATTESTERS}. */
  readonly attesters: number;
  /** The largest sum that one attester is enough for. */
  readonly attestersAbove: bigint;
  /** How long the payer may challenge what is above `challengeAbove`: 1 to {@link MAX_CHALLENGE_DAYS} days. */
  readonly challengeDays: number;
  /** The largest sum that is paid at once. */
  readonly challengeAbove: bigint;
}

const TERMS: readonly (TypedDataMember & { readonly name: keyof ParametricTerms })[] = [
  { name: "payer", type: "address" },
  { name: "vault", type: "address" },
  { name: "trigger", type: "bytes32" },
  { name: "attesterRole", type: "uint16" },
  { name: "waitingDays", type: "uint16" },
  { name: "windowDays", type: "uint16" },
  { name: "timelyFilingDays", type: "uint16" },
  { name: "attesters", type: "uint8" },
  { name: "attestersAbove", type: "uint64" },
  { name: "challengeDays", type: "uint16" },
  { name: "challengeAbove", type: "uint64" },
];

/** That a trigger was observed, as a laboratory or device operator signs it. */
export const ATTESTATION_TYPES = defineTypes({
  Attestation: [
    { name: "policyId", type: "uint256" },
    { name: "productId", type: "bytes32" },
    { name: "observedDay", type: "uint32" },
    { name: "attester", type: "address" },
    { name: "signedBy", type: "address" },
    { name: "observation", type: "bytes32" },
    { name: "issuedAt", type: "uint40" },
    { name: "deadline", type: "uint40" },
  ],
});

/** An attestation. `observedDay` is unix seconds divided by 86400, `issuedAt` and `deadline` are unix seconds. */
export type Attestation = MessageInput<(typeof ATTESTATION_TYPES)["Attestation"]>;

/**
 * EIP-712 domain of a `ParametricPolicy`.
 *
 * @param verifyingContract Address of the contract, 0x-hex of 20 bytes.
 * @throws CareProofError `TYPED_DATA_INVALID`.
 */
export function parametricDomain(chainId: number | bigint, verifyingContract: string): CareProofDomain {
  return careProofDomain("ParametricPolicy", chainId, verifyingContract);
}

/**
 * The attestation as it is signed.
 *
 * @throws CareProofError `TYPED_DATA_INVALID`, with the member as path.
 */
export function attestationMessage(attestation: Attestation): Record<string, unknown> {
  return checkMessage(ATTESTATION_TYPES.Attestation, attestation);
}

/**
 * The commitment to a trigger: that of every document of this package, in the form `exact`, over
 * `{"code":"1558-6","criterion":">= 92 mg/dL"}`. Whoever has the salt can show which trigger a product has; nobody else can tell.
 *
 * @param salt 32 bytes as 0x-hex, another for each product.
 * @returns 32 bytes as 0x-hex.
 * @throws CareProofError `TRIGGER_INVALID`, with the member as path; `HEX_INVALID` for the salt.
 */
export function triggerCommitment({ code, criterion }: ParametricTrigger, salt: string): string {
  if (!isLoincCode(code)) {
    const message = `expected a LOINC code with its check digit, found ${JSON.stringify(code)}`;
    throw new CareProofError("TRIGGER_INVALID", message, "code");
  }
  if (typeof criterion !== "string" || criterion.trim() === "") {
    throw new CareProofError("TRIGGER_INVALID", "says nothing", "criterion");
  }
  return commit("parametricTrigger", toUtf8Bytes(canonicalJson({ code, criterion })), "exact", salt);
}

/**
 * The id of a product: `keccak256(abi.encode(terms))`, 32 bytes as 0x-hex.
 *
 * @throws CareProofError `TERMS_INVALID`, with the member as path, where the contract would not publish them.
 */
export function productId(terms: ParametricTerms): string {
  const values = checkTerms(terms);
  const types = TERMS.map(({ type }) => type);
  return keccak256(
    AbiCoder.defaultAbiCoder().encode(
      types,
      TERMS.map(({ name }) => values[name]),
    ),
  );
}

function checkTerms(terms: ParametricTerms): Record<string, unknown> {
  let values: Record<string, unknown>;
  try {
    values = checkMessage(TERMS, { ...terms });
  } catch (error) {
    if (!(error instanceof CareProofError)) throw error;
    const problem = error.message.slice(`${error.path!}: `.length);
    throw new CareProofError("TERMS_INVALID", problem, error.path, { cause: error });
  }
  if (/^0x0+$/.test(terms.trigger)) refuse("trigger", "is missing");
  const unfit: readonly number[] = [ROLES.PAYER, ROLES.INDEPENDENT_REVIEWER];
  if (terms.attesterRole > HIGHEST_ROLE || unfit.includes(terms.attesterRole)) {
    refuse("attesterRole", `must be a role up to ${HIGHEST_ROLE}, and neither PAYER nor INDEPENDENT_REVIEWER`);
  }
  if (terms.waitingDays > terms.windowDays) refuse("windowDays", "ends before waitingDays are over");
  if (terms.timelyFilingDays === 0) refuse("timelyFilingDays", "must be at least 1");
  if (terms.attesters === 0 || terms.attesters > MAX_ATTESTERS) {
    refuse("attesters", `must be from 1 to ${MAX_ATTESTERS}`);
  }
  if (terms.challengeDays === 0 || terms.challengeDays > MAX_CHALLENGE_DAYS) {
    refuse("challengeDays", `must be from 1 to ${MAX_CHALLENGE_DAYS}`);
  }
  return values;
}

function refuse(path: keyof ParametricTerms, message: string): never {
  throw new CareProofError("TERMS_INVALID", message, path);
}

/** Digits, a hyphen and a check digit (LOINC Users' Guide, "LOINC code check digit": modulus 10). */
function isLoincCode(code: unknown): boolean {
  if (typeof code !== "string" || !/^\d{1,7}-\d$/.test(code)) return false;
  const digits = Array.from(code.replace("-", ""), Number).reverse();
  const sum = digits.reduce((total, digit, place) => {
    const weighted = place % 2 === 1 ? digit * 2 : digit;
    return total + (weighted > 9 ? weighted - 9 : weighted);
  }, 0);
  return sum % 10 === 0;
}
