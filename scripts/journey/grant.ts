/** Consents that a chapter needs on its way, for whoever relays them. */
import { hexlify, randomBytes, type Wallet } from "ethers";

import type { Category, Purpose } from "../../src/consent/codes";
import { categoriesToMask, purposesToMask } from "../../src/consent/masks";
import { typedData } from "../../src/consent/typedData";

const DAY = 86_400;

/** What is allowed for a year. */
export interface Allowance {
  /** Address of who may. */
  readonly grantee: string;
  readonly purpose: Purpose;
  readonly category: Category;
  /** Unix seconds. */
  readonly issuedAt: number;
}

/** A patient's own consent. */
export async function signGrant(
  where: { chainId: number; verifyingContract: string },
  patient: Wallet,
  { grantee, purpose, category, issuedAt }: Allowance,
) {
  const message = {
    patient: patient.address,
    decidedBy: patient.address,
    grantee,
    purposes: purposesToMask([purpose]),
    categories: categoriesToMask([category]),
    notBefore: issuedAt,
    expiresAt: issuedAt + 365 * DAY,
    flags: 0,
    evidence: hexlify(randomBytes(32)),
    issuedAt,
    deadline: issuedAt + DAY,
  };
  const { domain, types } = typedData("ConsentGrant", where, message);
  return { message, signature: await patient.signTypedData(domain, types, message) };
}
