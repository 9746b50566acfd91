/**
 * ERC-7730 descriptors (structured data clear signing, version 2) of what is signed for claims and parametric benefits, for
 * wallets and for the public registry of descriptors. ERC-7730 has no format for a day or for units of a token that the
 * message does not name: a wallet shows days since 1970 and token units as numbers.
 */
import { PURPOSES } from "../consent/codes.js";
import { PURPOSE_WORDS } from "../consent/words.js";
import {
  account,
  date,
  descriptorOf,
  named,
  raw,
  type ClearSigningDeployments,
  type ClearSigningDescriptor,
  type ClearSigningWords,
} from "../utils/clearSigning.js";
import { ATTESTATION_TYPES } from "./parametric.js";
import { APPEAL_TYPES, CLAIM_SUBMISSION_TYPES, ENCOUNTER_RECEIPT_TYPES } from "./typedData.js";

const MESSAGES = {
  ClaimsProcessor: [ENCOUNTER_RECEIPT_TYPES, CLAIM_SUBMISSION_TYPES, APPEAL_TYPES],
  ParametricPolicy: [ATTESTATION_TYPES],
};

const WORDS: ClearSigningWords = {
  intents: {
    EncounterReceipt: "Confirm a treatment",
    ClaimSubmission: "Claim payment",
    Appeal: "Appeal a denied claim",
    Attestation: "Attest an insured event",
  },
  fields: {
    member: account("Insured person"),
    signedBy: account("Signed by"),
    provider: account("Provider"),
    encounter: raw("Encounter"),
    serviceDay: raw("Day since 1970"),
    family: raw("Kind of service"),
    receiptAt: date("Signed"),
    salt: raw("Salt"),
    purpose: named("For", "purpose"),
    receipt: raw("Receipt"),
    policyId: raw("Policy"),
    receiptPolicyId: raw("Policy of receipt"),
    procedure: raw("Procedure"),
    billed: raw("Billed"),
    fee: raw("Allowed for one"),
    units: raw("Units"),
    primaryClaim: raw("Claimed before as"),
    submitter: account("May submit it"),
    claimId: raw("Claim"),
    appellant: account("Appellant"),
    level: raw("Appeal number"),
    grounds: raw("Grounds"),
    productId: raw("Product"),
    observedDay: raw("Day since 1970"),
    attester: account("Attester"),
    observation: raw("Observation"),
    issuedAt: date("Signed"),
    deadline: date("Submit until"),
  },
  enums: { purpose: { [PURPOSES.HPAYMT]: `${PURPOSE_WORDS.HPAYMT} (HPAYMT)` } },
};

/**
 * The ERC-7730 descriptor of a contract's messages, to be written as JSON.
 *
 * @param contract The contract, by its name in its EIP-712 domain.
 * @param deployments Where it is deployed. A wallet uses the descriptor for these alone.
 */
export function clearSigningDescriptor(
  contract: keyof typeof MESSAGES,
  deployments: ClearSigningDeployments,
): ClearSigningDescriptor {
  return descriptorOf(contract, MESSAGES[contract], WORDS, deployments);
}
