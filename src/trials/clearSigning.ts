/**
 * ERC-7730 descriptors (structured data clear signing, version 2) of what is signed for clinical trials, for wallets and for the
 * public registry of descriptors.
 */
import { SIGNATURE_MEANINGS } from "./statuses.js";
import { ENROLMENT_LIST_TYPES, ENROLMENT_TYPES, TRIAL_SIGNATURE_TYPES, WITHDRAWAL_TYPES } from "./typedData.js";
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

const MESSAGES = {
  TrialRegistry: [TRIAL_SIGNATURE_TYPES, ENROLMENT_TYPES, ENROLMENT_LIST_TYPES, WITHDRAWAL_TYPES],
};

const WORDS: ClearSigningWords = {
  intents: {
    TrialSignature: "Sign a trial record",
    Enrolment: "Enrol in a trial",
    EnrolmentList: "Enrol several in a trial",
    Withdrawal: "Withdraw from a trial",
  },
  fields: {
    trialId: raw("Trial"),
    object: raw("What is signed"),
    meaning: named("It means", "meaning"),
    signer: account("Signed by"),
    signerName: raw("Printed name"),
    site: account("Site"),
    subject: raw("Subject"),
    subjects: raw("Subjects"),
    version: raw("Protocol version"),
    signedAt: date("Signed"),
    deadline: date("Submit until"),
  },
  enums: {
    meaning: Object.fromEntries(
      SIGNATURE_MEANINGS.slice(1).map((name): [string, string] => [
        String(SIGNATURE_MEANINGS.indexOf(name)),
        name.toLowerCase(),
      ]),
    ),
  },
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
