/** A chain on which every event of a claim happened, for what reads claims from it. */
import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { id, type Contract } from "ethers";
import { ethers } from "hardhat";

import {
  deployInsurance,
  GROUP,
  IMAGING,
  keyOf,
  LONG_VISIT,
  NOT_COVERED,
  proveClaim,
  SCAN,
  signAppeal,
  VISIT,
  type ClaimChanges,
  type Insurance,
} from "./claimsParties";
import { claimId, type ClaimKey } from "../../src/claims/typedData.js";

const DAY = 86_400;
/** Two million more than is used have to be there, which an estimate of Hardhat does not find. */
export const GAS = { gasLimit: 10_000_000 };
export const NOTICE = id("notice");

/** A claim as it was proved, and where it is stored. */
export interface Stored {
  proven: Awaited<ReturnType<typeof proveClaim>>;
  key: ClaimKey;
  id: string;
}

export interface ClaimsLife extends Insurance {
  /** By what becomes of them. */
  stored: Record<"paid" | "lookAlike" | "voided" | "again" | "reviewed" | "upheld" | "notCovered" | "relayed", Stored>;
  /** When the second half begins, in which only some of them change (unix seconds). */
  later: number;
}

/** Proves a claim and says where it will be stored. */
export async function prepare(system: Insurance, changes: ClaimChanges = {}, ordinal = 0): Promise<Stored> {
  const proven = await proveClaim(system, changes);
  const key = keyOf(system, proven, ordinal);
  return { proven, key, id: claimId(key) };
}

/** As `deployInsurance`, with claims on each of the next days. */
export async function liveThroughClaims(): Promise<ClaimsLife> {
  const system = await loadFixture(deployInsurance);
  const { claims, clinicKey, insurerKey, stranger, member, currency, clinic } = system;
  const submit = async ({ proven }: Stored): Promise<void> => {
    await claims.connect(clinicKey).submit(proven as never, proven.terms as never);
  };
  const scan = { receipt: { family: IMAGING }, lines: [[SCAN, 1_200]] } as const;

  // Of three at once the first is refused: it has two lines, and proofs for one.
  const paid = await prepare(system);
  const lookAlike = await prepare(system, { lines: [[LONG_VISIT, 200]] }, 1);
  const refused = await prepare(system, {
    lines: [
      [VISIT, 120],
      [VISIT, 120],
    ],
  });
  refused.proven.feeProofs.pop();
  await claims
    .connect(clinicKey)
    .submitMany([refused, paid, lookAlike].map(({ proven }) => proven) as never, paid.proven.terms as never, GAS);

  // Voided, and claimed again with another charge.
  await time.increase(DAY);
  const voided = await prepare(system, { lines: [[VISIT, 100]] });
  await submit(voided);
  await (currency.connect(clinic) as Contract).getFunction("approve")(claims, 72_000_000n);
  await claims.connect(clinicKey).void(voided.key, system.terms as never);
  await time.increase(10);
  const again = await prepare(system, { receipt: voided.proven.claim.receipt, lines: [[LONG_VISIT, 180]] });
  await submit(again);

  // Overdue, reviewed and paid with interest.
  await time.increase(DAY);
  const reviewed = await prepare(system, scan);
  await submit(reviewed);

  // Denied by the payer, appealed, upheld.
  await time.increase(DAY);
  const upheld = await prepare(system, scan);
  await submit(upheld);
  await claims.connect(insurerKey).deny(upheld.key, system.terms as never, GROUP.CO, 50, NOTICE);
  const signed = await signAppeal(system, member, upheld.id, (await time.latest()) + DAY);
  await claims.connect(stranger).appeal(upheld.key, signed.value, signed.signature);

  // Denied by the terms.
  await time.increase(DAY);
  const notCovered = await prepare(system, { receipt: { family: NOT_COVERED } });
  await submit(notCovered);

  // By another contract.
  await time.increase(DAY);
  const relayed = await prepare(system);
  const relay = await ethers.deployContract("HostileReceiver");
  const data = claims.interface.encodeFunctionData("submit", [relayed.proven as never, relayed.proven.terms as never]);
  await relay.getFunction("act")(claims, data);

  await time.increase(40 * DAY);
  const later = (await time.latest()) + 1;
  await claims.connect(system.reviewer).review(upheld.key, system.terms as never, false, NOTICE);
  await claims.connect(stranger).approve(reviewed.key, system.terms as never);
  await claims.connect(system.reviewer).review(reviewed.key, system.terms as never, true, NOTICE);
  return {
    ...system,
    stored: { paid, lookAlike, voided, again, reviewed, upheld, notCovered, relayed },
    later,
  };
}
