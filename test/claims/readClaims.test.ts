import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import type { ClaimHistory } from "../../src/claims/claimHistory.js";
import { LATER_CLAIM_EVENTS } from "../../src/claims/events.js";
import { type ClaimsFound, type ClaimsRequest, readClaims } from "../../src/claims/readClaims.js";
import { CLAIM_STATUSES, PEND_REASONS } from "../../src/claims/statuses.js";
import { claimId } from "../../src/claims/typedData.js";
import { UNIT } from "../support/claimsParties";
import { type ClaimsLife, liveThroughClaims, NOTICE } from "../support/claimsLife";
import { refusal } from "../support/refusal";

const NOBODY = "0x00000000000000000000000000000000000000A1";

async function read(system: ClaimsLife, request: Partial<ClaimsRequest> = {}): Promise<ClaimsFound> {
  return readClaims({ provider: ethers.provider, contract: await system.claims.getAddress(), ...request });
}

/** The ids of what is found, by the names of the claims. */
async function named(system: ClaimsLife, request: Partial<ClaimsRequest>): Promise<string[]> {
  const names = new Map(Object.entries(system.stored).map(([name, { id }]) => [id, name]));
  return (await read(system, request)).claims.map((claim) => names.get(claim.claimId) ?? claim.claimId);
}

async function claim(system: ClaimsLife, name: keyof ClaimsLife["stored"]): Promise<ClaimHistory> {
  const { claims } = await read(system);
  return claims.find((one) => one.claimId === system.stored[name].id)!;
}

describe("readClaims", () => {
  it("finds where each claim is as the contract has it, after every event there is", async () => {
    const system = await loadFixture(liveThroughClaims);
    const { claims, asOf, chainId } = await read(system);
    expect([asOf.block, chainId]).to.deep.equal([await ethers.provider.getBlockNumber(), 31337n]);
    const seen = new Set(claims.flatMap(({ steps }) => steps.map(({ name }) => name)));
    expect([...seen]).to.have.members(["ClaimAdjudicated", ...LATER_CLAIM_EVENTS]);
    expect(claims).to.have.length(7);
    for (const { claimId: id, policy, state, reserved } of claims) {
      const [stored, open] = await system.claims.claimOf(id);
      expect(state.status, id).to.equal(CLAIM_STATUSES[Number(stored.status)]);
      expect([state.amount, policy.policyId], id).to.deep.equal([stored.amount, stored.policyId]);
      expect([state.deadline ?? 0, state.level, reserved], id).to.deep.equal([
        Number(open.deadline),
        state.status === "Paid" ? state.level : Number(open.level),
        open.reserved,
      ]);
      if (state.status !== "Paid") expect(state.receivedAt, id).to.equal(Number(open.receivedAt));
      if (state.status === "Pended") expect(state.pended).to.equal(PEND_REASONS[Number(open.reason)]);
      expect(policy.member).to.equal(system.member.address);
      expect(policy.terms).to.deep.equal(system.terms);
    }
  });

  it("tells how a claim got there", async () => {
    const system = await loadFixture(liveThroughClaims);
    const reviewed = await claim(system, "reviewed");
    expect(reviewed.steps.map(({ name }) => name)).to.deep.equal([
      "ClaimPended",
      "ClaimAdjudicated",
      "ClaimInReview",
      "ClaimOverturned",
      "ClaimPaid",
    ]);
    const paid = reviewed.steps.at(-1)!;
    expect(paid.time).to.equal((await ethers.provider.getBlock(paid.log.blockNumber))!.timestamp);
    expect(reviewed.state).to.include({ status: "Paid", pended: "AboveCeiling", paidAt: paid.time });
    expect(reviewed.state).to.include({ amount: 880n * UNIT, reviewer: system.reviewer.address });
    // It came in 43 days and some seconds before, 30 are free: 14 days begun of 12 % a year.
    expect(reviewed.state.interest).to.equal((880n * UNIT * 1_200n * 14n + 3_649_999n) / 3_650_000n);

    const { state } = await claim(system, "upheld");
    expect(state.denial).to.deep.equal({ group: "CO", reasonCode: 50, notice: NOTICE });
    expect(state).to.include({ status: "Upheld", level: 1, reviewer: system.reviewer.address });
    const notCovered = await claim(system, "notCovered");
    expect(notCovered.state.denial).to.include({ group: "PR", reasonCode: 204 });
    expect(notCovered.state.totals).to.include({ billed: 120n * UNIT, notCovered: 120n * UNIT, paid: 0n });
  });

  it("has what was submitted, verified by the claim's id, also where others of the transaction were refused", async () => {
    const system = await loadFixture(liveThroughClaims);
    for (const name of ["paid", "lookAlike", "reviewed", "upheld", "notCovered"] as const) {
      const { key, proven, id } = system.stored[name];
      const [submission] = (await claim(system, name)).submissions;
      expect(submission!.missing, name).to.equal(undefined);
      expect(submission!.key, name).to.deep.equal(key);
      expect(claimId(submission!.key!)).to.equal(id);
      expect(submission!.proven!.claim.lines, name).to.deep.equal(
        proven.claim.lines.map((line) => ({ ...line, units: 1n })),
      );
      expect(submission!.proven!.terms).to.deep.equal(system.terms);
      expect(submission!.proven!.claim.receipt, name).to.deep.equal(proven.claim.receipt);
      expect(submission!.proven!.claimSignature, name).to.equal(proven.claimSignature);
    }
  });

  it("has each submission of a claim that was voided and came again", async () => {
    const system = await loadFixture(liveThroughClaims);
    const { submissions, state, steps } = await claim(system, "voided");
    expect(system.stored.again.id).to.equal(system.stored.voided.id);
    expect(steps.map(({ name }) => name)).to.deep.equal(["ClaimAdjudicated", "ClaimVoided", "ClaimAdjudicated"]);
    expect(submissions.map(({ proven }) => proven?.claim.lines[0]!.billed)).to.deep.equal([100n * UNIT, 180n * UNIT]);
    expect(submissions.map(({ step }) => step.args.totals.paid)).to.deep.equal([72n * UNIT, 160n * UNIT]);
    expect(state).to.include({ status: "Paid", amount: 160n * UNIT });
  });

  it("says that it does not know what another contract submitted", async () => {
    const system = await loadFixture(liveThroughClaims);
    const { submissions, state } = await claim(system, "relayed");
    expect(submissions).to.have.length(1);
    const { missing, key, proven } = submissions[0]!;
    expect({ missing, key, proven }).to.deep.equal({ missing: "INDIRECT_CALL", key: undefined, proven: undefined });
    expect(state).to.include({ status: "Paid", amount: 72n * UNIT });
  });

  it("passes data off for a claim's in no case where it is not", async () => {
    const system = await loadFixture(liveThroughClaims);
    const { paid, upheld, reviewed } = system.stored;
    const dataOf = (proven: { terms: unknown }): string =>
      system.claims.interface.encodeFunctionData("submit", [proven as never, proven.terms as never]);
    const { claim: submission } = reviewed.proven;
    const dearer = { ...reviewed.proven, claim: { ...submission, lines: [{ ...submission.lines[0]!, billed: 1n }] } };
    const otherReceipt = {
      ...reviewed.proven,
      claim: { ...submission, receipt: { ...submission.receipt, salt: NOTICE } },
    };
    for (const [data, missing] of [
      [dataOf(paid.proven), "CALL_DIFFERS"],
      [dataOf(upheld.proven), "CALL_DIFFERS"],
      [dataOf(dearer), "CALL_DIFFERS"],
      [dataOf(otherReceipt), "CALL_DIFFERS"],
      [dataOf(paid.proven).slice(0, 400), "CALL_UNREADABLE"],
      [system.claims.interface.encodeFunctionData("claimOf", [paid.id]), "CALL_UNREADABLE"],
      [undefined, "TRANSACTION_UNKNOWN"],
    ] as const) {
      const provider = Object.create(ethers.provider) as typeof ethers.provider;
      provider.getTransaction = async (hash) => {
        const transaction = await ethers.provider.getTransaction(hash);
        return data === undefined ? null : (Object.assign(Object.create(transaction) as object, { data }) as never);
      };
      const { claims } = await read(system, { provider, policyId: 1, statuses: ["Paid"] });
      const found = claims.find((one) => one.claimId === reviewed.id)!;
      expect(found.submissions.map((one) => one.missing)).to.deep.equal([missing]);
      expect(found.submissions[0]!.proven).to.equal(undefined);
    }
  });

  it("finds those of a payer, a provider, a policy, a status", async () => {
    const system = await loadFixture(liveThroughClaims);
    const all = ["paid", "lookAlike", "again", "reviewed", "upheld", "notCovered", "relayed"];
    expect(await named(system, { payer: system.insurer.address })).to.deep.equal(all);
    expect(await named(system, { claimant: system.clinic.address, policyId: 1 })).to.deep.equal(all);
    expect(await named(system, { payer: system.insurer.address, policyId: 1 })).to.deep.equal(all);
    for (const request of [{ payer: NOBODY }, { claimant: NOBODY }, { policyId: 2 }]) {
      expect(await named(system, request)).to.deep.equal([]);
    }
    expect(await named(system, { payer: system.insurer.address, claimant: NOBODY })).to.deep.equal([]);
    expect(await named(system, { payer: NOBODY, policyId: 1 })).to.deep.equal([]);
    expect(await named(system, { statuses: ["Denied", "Pended"] })).to.deep.equal(["lookAlike", "notCovered"]);
  });

  it("finds those to which something happened in a period, with their whole history", async () => {
    const system = await loadFixture(liveThroughClaims);
    expect(await named(system, { since: system.later })).to.deep.equal(["reviewed", "upheld"]);
    const { claims } = await read(system, { since: system.later });
    expect(claims[0]!.steps[0]!.name).to.equal("ClaimPended");
    const first = (await claim(system, "paid")).steps[0]!.time;
    expect(await named(system, { since: first, until: first })).to.deep.equal(["paid", "lookAlike"]);
    expect(await named(system, { until: first - 1 })).to.deep.equal([]);
    expect(await named(system, { since: (await read(system)).asOf.time + 1 })).to.deep.equal([]);
  });

  it("refuses where the blocks searched do not have the plan, or what answers is another contract", async () => {
    const system = await loadFixture(liveThroughClaims);
    const fromBlock = (await claim(system, "reviewed")).steps[0]!.log.blockNumber;
    expect(await refusal(() => read(system, { fromBlock }))).to.deep.equal({
      code: "CLAIMS_INCOMPLETE",
      path: undefined,
    });
    const contract = await system.plans.getAddress();
    await expect(read(system, { contract })).to.be.rejectedWith("selector was not recognized");
  });
});
